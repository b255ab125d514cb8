"""What the console's templates say with one word."""

from django import template

from approvals.pages.who import People, Who

register = template.Library()


@register.filter
def who(people: People, handle: str) -> Who:
    """``{% person people|who:candidate.person %}``: the person behind a handle."""
    return people[handle]
