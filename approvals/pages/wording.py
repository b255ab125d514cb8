"""Times and amounts of time in words. `static/js/placet.js` ticks with the same words."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.timezone import localtime

SOON = timedelta(hours=4)
"""A deadline nearer than this stands out."""


def length(span: timedelta) -> str:
    """An amount of time, in its two largest units: "3 d 4 h", "2 h 5 min", "12 min"."""
    minutes = int(span.total_seconds()) // 60
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days >= 7:
        return f"{days} days"
    if days:
        return f"{days} d {hours} h" if hours else f"{days} d"
    if hours:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    return f"{minutes} min" if minutes else "less than a minute"


def about(span: timedelta) -> str:
    """An amount of time, in its largest unit only: "3 days", "2 h", "12 min"."""
    minutes = int(span.total_seconds()) // 60
    if minutes >= 48 * 60:
        return f"{minutes // (24 * 60)} days"
    return f"{minutes // 60} h" if minutes >= 60 else f"{minutes} min"


def left(at: datetime, now: datetime) -> str:
    """How long is left until a deadline, or by how much it was missed."""
    if at > now:
        return f"{length(at - now)} left"
    return f"Overdue by {length(now - at)}"


def urgency(at: datetime, now: datetime) -> str:
    """``overdue``, ``soon`` or ``later``."""
    if at <= now:
        return "overdue"
    return "soon" if at - now < SOON else "later"


def ago(at: datetime, now: datetime) -> str:
    """How long something is past: "3 h ago"; "just now" within the minute."""
    span = now - at
    if span < timedelta(minutes=1):
        return "just now"
    return f"{about(span)} ago"


def moment(at: datetime) -> str:
    """An instant in the reader's zone: "Mon 23 Nov, 17:00", with the year where it is another."""
    local = localtime(at)
    year = "" if local.year == timezone.localdate().year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M}"


def moment_in_full(at: datetime) -> str:
    """An instant in the reader's zone, with nothing left out: "Monday 23 November 2026, 17:00 CET"."""
    local = localtime(at)
    return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M} {local.tzname()}"
