"""Writing mail as people and programs do."""

from email.message import EmailMessage
from email.utils import make_msgid


def letter(
    text: str = "approve\n", *, sender: str = "Bo Berg <bo@example.org>", to: str = "", **headers: str
) -> bytes:
    """A reply; headers are named with underscores. A header that is empty is left out."""
    message = EmailMessage()
    values = {"From": sender, "To": to, "Subject": "Re: Please decide", "Message-ID": make_msgid()}
    values |= {name.replace("_", "-"): value for name, value in headers.items()}
    for name, value in values.items():
        if value:
            message[name] = value
    message.set_content(text)
    return message.as_bytes()
