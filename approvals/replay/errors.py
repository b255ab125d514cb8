"""What keeps a log from being replayed."""


class ReplayError(Exception):
    """A log, a mapping or a policy that cannot be used; the sentences say what to change."""

    def __init__(self, *sentences: str) -> None:
        super().__init__("\n".join(sentences))
        self.sentences = sentences
