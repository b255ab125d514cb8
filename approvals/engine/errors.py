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
