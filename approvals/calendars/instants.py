"""Points in time as people write them on a command line or in a file."""

from datetime import datetime
from zoneinfo import ZoneInfo

from approvals.calendars.errors import InvalidInstant
from approvals.calendars.zones import from_instant, to_instant


def parse_instant(text: str, zone: ZoneInfo) -> datetime:
    """Read an ISO 8601 date and time, with an offset or as local wall time of the zone.

    A date alone is its midnight. Local time that does not exist moves forward by the gap, an
    ambiguous one is its first occurrence.

    Raises:
        InvalidInstant: with what to write instead.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return from_instant(to_instant(moment), zone)
    except (ValueError, OverflowError):
        raise InvalidInstant(
            f'"{text}" is not a date and time: write 2026-03-06T16:00 (local time of the calendar), '
            f"or with an offset, 2026-03-06T16:00+01:00."
        ) from None
