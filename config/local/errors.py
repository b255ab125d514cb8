"""What can go wrong while the local servers and processes start or run."""


class LocalError(Exception):
    """Starting or running failed; the text is a sentence for the person at the terminal."""


class Interrupted(Exception):
    """The person at the terminal, or the system, asked for everything to stop."""
