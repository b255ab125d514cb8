"""Reply addresses: what they are made of, and whose they are."""

import hashlib
import re
import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from approvals.mail.models import ReplyToken
from approvals.people.models import Person

LIFETIME = timedelta(days=90)
"""How long an address takes replies."""
TOKEN_BYTES = 20
_ADDRESS = re.compile(r"^reply\+([0-9a-f]{40})@", re.IGNORECASE)


def issue(person: Person, request: UUID, task: str, round: int) -> tuple[ReplyToken, str]:
    """A new token, and the address that bears it. The address is known only to who gets the message."""
    token = secrets.token_hex(TOKEN_BYTES)
    row = ReplyToken.objects.create(
        digest=digest(token),
        person=person,
        request_id=request,
        task=task,
        round=round,
        expires_at=timezone.now() + LIFETIME,
    )
    return row, f"reply+{token}@{settings.MAIL_DOMAIN}"


def token_in(address: str) -> str | None:
    """The token in an address; None where it bears none. Case does not count, as some servers fold it."""
    match = _ADDRESS.match(address.strip().strip("<>"))
    return match[1].lower() if match else None


def digest(token: str) -> str:
    """What of a token is kept. It is random and long, so a plain hash cannot be searched backwards."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(token: str) -> ReplyToken | None:
    """The row of a token, with its person and request."""
    return ReplyToken.objects.select_related("person", "request").filter(digest=digest(token)).first()


def is_alive(token: ReplyToken) -> bool:
    """Whether its address takes replies."""
    return token.revoked_at is None and token.expires_at > timezone.now()


def revoke_task(request: UUID, task: str, handles: Collection[str]) -> int:
    """End the addresses that these people were sent for a task; how many there were."""
    mine = ReplyToken.objects.filter(request=request, task=task, person__username__in=handles)
    return mine.filter(revoked_at=None).update(revoked_at=timezone.now())


def revoke_all(person: Person) -> int:
    """End every address of a person, as when their mailbox is in strange hands; how many there were."""
    return person.reply_tokens.filter(revoked_at=None).update(revoked_at=timezone.now())
