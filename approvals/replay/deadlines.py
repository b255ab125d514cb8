"""Which deadlines a replay missed, by stage."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from pydantic import JsonValue

from approvals.calendars.business_time import elapsed
from approvals.engine.policy import Policy, Sla, Stage
from approvals.policies.description import length
from approvals.replay.calendars import CalendarFiles
from approvals.replay.measures import Measured, Missed


@dataclass
class StageDeadlines:
    """A stage's deadlines: how many clocks ran, which cases missed theirs, and by how much business time."""

    stage: Stage
    sla: Sla
    clocks: int = 0
    missed: list[str] = field(default_factory=list)
    late: list[timedelta] = field(default_factory=list)

    @property
    def percent(self) -> float:
        """The share that was missed, of a hundred."""
        return 100 * len(self.missed) / self.clocks if self.clocks else 0.0

    @property
    def median_late(self) -> timedelta:
        """Half of those that were missed were later than this."""
        return timedelta(seconds=median(late.total_seconds() for late in self.late) if self.late else 0)


class Deadlines:
    """Counts the deadlines of cases as they end; ``until`` is how long what is still open has waited."""

    def __init__(self, policy: Policy, calendars: CalendarFiles, until: datetime) -> None:
        self.calendars = calendars
        self.until = until
        self._stages = {
            stage.id: StageDeadlines(stage, stage.sla)
            for stage in policy.stages
            if stage.sla and calendars.find(stage.sla.calendar)
        }
        self.left_out = calendars.unknown(policy)

    def add(self, case: str, measured: Measured) -> None:
        """Count a case's."""
        for stage in measured.clocks:
            self._stages[stage].clocks += 1
        for missed in measured.missed:
            found = self._stages[missed.stage]
            found.missed.append(case)
            found.late.append(self._late(found.sla, missed))

    def lines(self) -> Iterable[str]:
        """A line of text for each stage that had deadlines, and one for each calendar that is not known."""
        with_clocks = [found for found in self._stages.values() if found.clocks]
        if with_clocks:
            yield ""
            yield "Deadlines that were missed, by the times in the log:"
        for found in with_clocks:
            late = f", half of them by more than {hours(found.median_late)}" if found.missed else ""
            yield (
                f"  {found.stage.title:<26}{len(found.missed):>10,}  of {found.clocks:,} "
                f"({found.percent:.1f} %) within {length(found.sla.target)}{late}"
            )
        for key in self.left_out:
            yield ""
            yield f"The calendar “{key}” is not known here, so its deadlines are left out: give its file"
            yield "with --calendar."

    def as_json(self) -> dict[str, JsonValue]:
        """The same as a value, with the cases."""
        return {
            "deadlines": [
                {
                    "stage": id,
                    "title": found.stage.title,
                    "target": found.sla.target,
                    "calendar": found.sla.calendar,
                    "clocks": found.clocks,
                    "missed": len(found.missed),
                    "percent_missed": round(found.percent, 3),
                    "median_business_hours_late": round(found.median_late / timedelta(hours=1), 2),
                    "cases": list(found.missed),
                }
                for id, found in self._stages.items()
            ],
            "deadlines_left_out": [*self.left_out],
        }

    def _late(self, sla: Sla, missed: Missed) -> timedelta:
        calendar = self.calendars.find(sla.calendar)
        said_at = missed.said_at or self.until
        return elapsed(calendar, missed.due, max(said_at, missed.due)) if calendar else timedelta()


def hours(length: timedelta) -> str:
    """A length of business time in hours: "3.5 h"."""
    return f"{length / timedelta(hours=1):,.1f} h"
