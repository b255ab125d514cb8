"""Where the demo's mail goes: into a table that is shown at /dev/mailbox/."""

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from approvals.mail.models import MailboxMessage
from approvals.people.services import by_address


class MailboxBackend(BaseEmailBackend):
    """Keeps each message once for each of its recipients."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Keep the messages; how many there were."""
        for message in email_messages:
            for to in message.recipients():
                _row(message, to).save(force_insert=True)
        return len(email_messages)


def _row(message: EmailMessage, to: str) -> MailboxMessage:
    html = ""
    if isinstance(message, EmailMultiAlternatives):
        html = next((str(content) for content, kind in message.alternatives if kind == "text/html"), "")
    return MailboxMessage(
        person=by_address(to),
        to=to[:320],
        sender=message.from_email[:320],
        reply_to=(message.reply_to or [""])[0][:320],
        subject=message.subject[:500],
        message_id=str(message.extra_headers.get("Message-ID", ""))[:500],
        text=str(message.body),
        html=html,
    )
