"""The calendars of a replay, from files: a log can be replayed where there is no database."""

from collections.abc import Iterable
from pathlib import Path

from approvals.calendars.definition import load_definition
from approvals.calendars.errors import CalendarError
from approvals.calendars.opening_hours import BusinessCalendar
from approvals.calendars.services import LIBRARY, key_of
from approvals.engine.policy import Policy
from approvals.replay.errors import ReplayError


class CalendarFiles:
    """The library's calendars, and those of further files, which come before the library's.

    Raises:
        ReplayError: a file cannot be read, or is no calendar.
    """

    def __init__(self, files: Iterable[Path] = ()) -> None:
        self._made: dict[str, BusinessCalendar | None] = {}
        for file in files:
            try:
                definition = load_definition(file)
                self._made[key_of(definition.name)] = BusinessCalendar(definition)
            except CalendarError as error:
                raise ReplayError(f"The calendar {file.name}: {error.message}") from error

    def find(self, key: str) -> BusinessCalendar | None:
        """The calendar of that key; None where there is no such file."""
        if key not in self._made:
            file = LIBRARY / f"{key}.yaml"
            self._made[key] = BusinessCalendar(load_definition(file)) if file.exists() else None
        return self._made[key]

    def unknown(self, policy: Policy) -> tuple[str, ...]:
        """The calendars of a policy's deadlines for which there is no file."""
        keys = dict.fromkeys(stage.sla.calendar for stage in policy.stages if stage.sla)
        return tuple(key for key in keys if self.find(key) is None)
