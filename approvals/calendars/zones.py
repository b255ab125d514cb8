"""Time zones: local wall time into instants, and which zone rules are in use.

An *instant* here is an integer: microseconds since 1970-01-01 00:00 UTC.
"""

import difflib
import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from importlib import metadata
from pathlib import Path
from zoneinfo import ZoneInfo

from approvals.calendars.errors import InvalidInstant

SECOND = 1_000_000
DAY = 86_400 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY = EPOCH.toordinal()
_LOCAL_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - wall time, turned into an instant by its zone
_MICROSECOND = timedelta(microseconds=1)


@cache
def zone_names() -> frozenset[str]:
    """Every zone that may stand in a calendar; not the machine's own, which is another on the next one."""
    return frozenset(zoneinfo.available_timezones() - {"localtime", "posixrules"})


def find_zone(name: str) -> ZoneInfo:
    """The zone of that IANA name.

    Raises:
        ValueError: there is none; the sentence offers the names most like it.
    """
    if name in zone_names():
        return ZoneInfo(name)
    like = difflib.get_close_matches(name, sorted(zone_names()), n=3)
    hint = f" Did you mean {' or '.join(like)}?" if like else " Use an IANA name such as Europe/Amsterdam."
    raise ValueError(f'"{name}" is not a time zone.{hint}')


def offset_at_midnight(zone: ZoneInfo, day: int) -> int:
    """How far local time is ahead of UTC at the start of a day (its proleptic ordinal), in microseconds.

    Where local midnight does not exist or is ambiguous, this is the offset before the change.
    """
    offset = zone.utcoffset(datetime.fromordinal(day).replace(tzinfo=zone))
    return 0 if offset is None else offset // _MICROSECOND


def instant_of_wall_time(zone: ZoneInfo, day: int, since_midnight: int) -> int:
    """The instant at which clocks show a time so many microseconds after midnight of a day (an ordinal).

    A time that does not exist moves forward by the gap, an ambiguous one is its first occurrence:
    both are what the offset before the change (``fold=0``) gives.
    """
    wall = _LOCAL_EPOCH + timedelta(microseconds=(day - EPOCH_DAY) * DAY + since_midnight)
    return to_instant(wall.replace(tzinfo=zone))


def to_instant(moment: datetime) -> int:
    """Microseconds since the epoch.

    Raises:
        InvalidInstant: the moment carries no time zone.
    """
    if moment.utcoffset() is None:
        raise InvalidInstant(f"{moment.isoformat()} has no time zone: give an aware datetime.")
    return (moment - EPOCH) // _MICROSECOND


def from_instant(instant: int, zone: ZoneInfo) -> datetime:
    """The instant as a local time of the zone."""
    return (EPOCH + timedelta(microseconds=instant)).astimezone(zone)


@cache
def zone_rules_version(name: str) -> str:
    """Which release of the IANA database answers for a zone ("2026f", of the package "2026.6"), or "unknown"."""
    for folder in map(Path, zoneinfo.TZPATH):
        if (folder / name).is_file():
            return _release_in(folder)
    return metadata.version("tzdata")


def _release_in(folder: Path) -> str:
    """What an operating system's copy says of itself, in either of the two files that do."""
    listing, plain = folder / "tzdata.zi", folder / "+VERSION"
    if listing.is_file():
        with listing.open(encoding="ascii", errors="replace") as lines:
            return lines.readline().removeprefix("# version").strip()
    return plain.read_text(encoding="ascii", errors="replace").strip() if plain.is_file() else "unknown"
