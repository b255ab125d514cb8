"""What templates say with one word: icons, people, times and money."""

import uuid
from datetime import datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from approvals.engine.currencies import format_money
from approvals.pages import icons, wording
from approvals.pages.who import Named, who

register = template.Library()


@register.simple_tag
def icon(name: str) -> SafeString:
    """``{% icon "check" %}``: an icon of Lucide's, inline."""
    return icons.icon(str(name))


@register.inclusion_tag("components/person.html")
def person(somebody: Named, size: str = "") -> dict[str, Any]:
    """``{% person task.owner %}``: initials and name; ``size`` may be "small" or "large"."""
    return {"who": who(somebody), "size": size}


@register.inclusion_tag("components/avatar.html")
def avatar(somebody: Named, size: str = "") -> dict[str, Any]:
    """``{% avatar person %}``: the initials alone, where the name stands beside them anyway."""
    return {"who": who(somebody), "size": size}


@register.simple_tag
def moment(at: datetime | None) -> str:
    """``{% moment event.at %}``: an instant in the reader's zone, in full on hovering."""
    if at is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        at.isoformat(),
        wording.moment_in_full(at),
        wording.moment(at),
    )


@register.simple_tag
def ago(at: datetime | None) -> str:
    """``{% ago event.at %}``: how long it is past; the script keeps it true."""
    if at is None:
        return ""
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        at.isoformat(),
        wording.moment_in_full(at),
        wording.ago(at, timezone.now()),
    )


@register.simple_tag
def deadline(at: datetime | None) -> str:
    """``{% deadline task.due_at %}``: how long is left, counting down; nothing where there is no deadline."""
    if at is None:
        return ""
    now = timezone.now()
    return format_html(
        '<time class="deadline" data-deadline data-urgency="{}" datetime="{}" title="{}">{}</time>',
        wording.urgency(at, now),
        at.isoformat(),
        f"Due {wording.moment_in_full(at)}",
        wording.left(at, now),
    )


@register.simple_tag
def money(amount: int | None, currency: str) -> str:
    """``{% money row.amount row.currency %}``: minor units as people read them."""
    return "" if amount is None else format_money(amount, currency)


@register.simple_tag
def command_id() -> str:
    """``{% command_id %}``: a fresh id for a form, by which a repeat of its command is recognised."""
    return str(uuid.uuid4())


@register.simple_tag(takes_context=True)
def current(context: template.Context, address: str) -> SafeString | str:
    """``<a href="{{ url }}" {% current url %}>``: marks the link to where the reader is."""
    path: str = context["request"].path
    return mark_safe('aria-current="page"') if address and path.startswith(address) else ""


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """``{% query page=2 %}``: the address's query with some values changed; None takes one out."""
    given: QueryDict = context["request"].GET.copy()
    given.pop("seen", None)  # belongs to one look for news, not to the page
    for name, value in changes.items():
        if value in (None, ""):
            given.pop(name, None)
        else:
            given[name] = str(value)
    return f"?{given.urlencode()}" if given else "?"
