"""The number beside "Inbox" on every page."""

from django import template

from approvals.inbox import queries

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_count(context: template.Context) -> str:
    """How many tasks wait for the reader: "" for none, "99+" beyond that."""
    count = queries.waiting(context["request"].user, at_most=100)
    return "99+" if count > 99 else str(count or "")
