"""What the console's templates say with one word."""

from django import template

from approvals.pages.who import People, Who
from approvals.requests.answers import why_in_names

register = template.Library()


@register.filter
def who(people: People, handle: str) -> Who:
    """``{% person people|who:candidate.person %}``: the person behind a handle."""
    return people[handle]


@register.filter
def why(text: str, people: People) -> str:
    """``{{ candidate.why|why:people }}``: why somebody is asked, with names."""
    return why_in_names(text, people)


@register.filter
def up_to(number: int, most: int) -> str:
    """``{{ counts.all|up_to:most }}``: "1,000+" where there are more."""
    return f"{most:,}+" if number > most else f"{number:,}"
