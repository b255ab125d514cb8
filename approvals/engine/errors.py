"""Why a command changes nothing."""


class Refused(Exception):
    """A command that the rules do not allow.

    Args:
        code: what a program reads, in snake_case, never changed once published.
        message: a sentence that tells a person what to do.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class PolicyFault(ValueError):
    """What is wrong with a policy as a whole, and where: the keys and positions that lead to it."""

    def __init__(self, message: str, *path: str | int) -> None:
        super().__init__(message)
        self.path = path
