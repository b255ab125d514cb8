"""Which failures to send are for good, and which may pass."""

from smtplib import (
    SMTPConnectError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientsRefused,
    SMTPServerDisconnected,
)

from anymail.exceptions import (  # type: ignore[import-untyped]
    AnymailAPIError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
)

_TRY_AGAIN = frozenset({401, 402, 403, 408, 425, 429})
"""HTTP answers that say something about the account or the moment, not about the message."""


def is_permanent(error: Exception) -> bool:
    """Whether trying again cannot help: the recipient or the message itself was refused.

    What is wrong with the sender, the account or the connection is somebody's to mend, and then mail flows.
    """
    match error:
        case SMTPRecipientsRefused():
            return all(code >= 500 for code, _ in error.recipients.values())
        case SMTPDataError():
            return error.smtp_code >= 500
        case SMTPException():
            return False
        case AnymailRecipientsRefused() | AnymailInvalidAddress():
            return True
        case AnymailAPIError():
            return 400 <= (error.status_code or 0) < 500 and error.status_code not in _TRY_AGAIN
        case _:
            return isinstance(error, ValueError)  # an address or a header that cannot be written


def lost_connection(error: Exception) -> bool:
    """Whether there is nobody at the other end any more."""
    if isinstance(error, SMTPServerDisconnected | SMTPConnectError):
        return True
    return isinstance(error, OSError) and not isinstance(error, SMTPException)
