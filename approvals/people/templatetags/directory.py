"""What the people pages' templates say with one word."""

from collections.abc import Mapping

from django import template

from approvals.people.substitution import StandIn

register = template.Library()


@register.filter
def of(away: Mapping[str, StandIn], handle: str) -> StandIn | None:
    """``{{ away|of:one.handle }}``: who stands in for the person, if they are away."""
    return away.get(handle)


@register.filter
def titled(titles: Mapping[str, str], key: str) -> str:
    """The title of a policy; its key where the reader is told no titles."""
    return titles.get(key, key)
