"""The demo's mail program: writes a reply and brings it to the mail receiver, as a mail server would."""

from email.message import EmailMessage
from email.utils import formataddr, formatdate, make_msgid
from smtplib import LMTP, SMTPException

from django.conf import settings

from approvals.mail.models import InboundMessage, MailboxMessage

TIMEOUT_SECONDS = 20


class NotDelivered(Exception):
    """The receiver did not take the message; its answer, or why there is none, is the text."""


def reply(original: MailboxMessage, text: str) -> InboundMessage:
    """Answer a message as its reader would, and give what became of the answer.

    Raises:
        NotDelivered: the receiver is away or refused it; nothing changed.
    """
    message = _write(original, text)
    sender, recipient = original.to, original.reply_to
    try:
        with LMTP(settings.LMTP_HOST, settings.LMTP_PORT, timeout=TIMEOUT_SECONDS) as receiver:
            receiver.ehlo_or_helo_if_needed()
            _must(receiver.mail(sender))
            _must(receiver.rcpt(recipient))
            _must(receiver.data(message.as_bytes()))
    except (OSError, SMTPException) as error:
        raise NotDelivered("The mail receiver does not answer. Try again in a moment.") from error
    return InboundMessage.objects.get(message_id=message["Message-ID"])


def _must(answer: tuple[int, bytes]) -> None:
    code, words = answer
    if code >= 300:
        raise NotDelivered(f"The mail receiver answered: {code} {words.decode(errors='replace')}")


def _write(original: MailboxMessage, text: str) -> EmailMessage:
    message = EmailMessage()
    name = original.person.name if original.person else ""
    message["From"] = formataddr((name, original.to))
    message["To"] = original.reply_to
    message["Subject"] = f"Re: {original.subject.removeprefix('Re: ')}"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=settings.MAIL_DOMAIN)
    if original.message_id:
        message["In-Reply-To"] = message["References"] = original.message_id
    quoted = "\n".join(f"> {line}".rstrip() for line in original.text.split("\n"))
    when = f"{original.sent_at:%a, %-d %b %Y at %H:%M}"
    message.set_content(f"{text}\n\nOn {when}, {original.sender} wrote:\n\n{quoted}\n")
    return message
