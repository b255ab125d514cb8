"""Decisions per second with many reviewers at once."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from bench.figures import Figure, Yardstick, no_less_than
from bench.journeys import Seat
from bench.run import Run
from bench.traffic import in_parallel, rate, timed

WANTED = no_less_than(0.6)


def decisions(run: Run) -> list[Figure]:
    """Until all of them are carried out: in the record, the next stage open or the request closed."""
    ways: dict[str, Callable[[Seat], None]] = {
        "HTTP": run.journeys.decide_page,
        "services": run.journeys.decide,
    }
    ours = {way: Spent() for way in ways}
    bare = Spent()
    number, rounds = run.size.decisions, run.size.rounds
    run.journeys.postponed()
    for turn in range(rounds):
        for way, decide in ways.items():
            requests = run.journeys.open(number)
            for approval in ("first", "second"):
                run.say(
                    f"{number} {approval} decisions by {way}, and as many bare ones ({turn + 1}/{rounds})"
                )
                handles = run.yardsticks.ready(number, with_activity=True)
                run.yardsticks.settle(handles)
                bare.on(run, partial(run.yardsticks.clicks, handles))
                ours[way].on(run, partial(_carry_out, run, decide, run.journeys.seats(requests)))
                ours[way].postponed += run.journeys.postponed()
    return [figure for way in ways for figure in _figures(run, way, ours[way], bare)]


@dataclass
class Spent:
    """What rounds of decisions have taken: seconds on the clock, and on the processors."""

    clock: list[float] = field(default_factory=list)
    processor: Counter[str] = field(default_factory=Counter)
    postponed: int = 0

    def on(self, run: Run, work: Callable[[], object]) -> None:
        """Do a round of work."""
        before = run.processor_times()
        self.clock.append(timed(work))
        self.processor += run.processor_times() - before


def _carry_out(run: Run, decide: Callable[[Seat], None], seats: Sequence[Seat]) -> None:
    in_parallel(run.clients, seats, decide)
    run.journeys.settle()


def _figures(run: Run, way: str, ours: Spent, bare: Spent) -> list[Figure]:
    number = run.size.decisions
    decided, told = number * len(ours.clock), number * len(bare.clock)
    beside = "signal, query, activity"
    return [
        Figure(
            f"decisions, {run.clients} clients, {way}",
            rate(number, ours.clock),
            "/s",
            Yardstick(beside, rate(number, bare.clock)),
            WANTED,
        ),
        Figure(
            "  processor time of all processes for each",
            1000 * ours.processor.total() / decided,
            "ms",
            Yardstick(beside, 1000 * bare.processor.total() / told),
        ),
        *(
            Figure(
                f"    of that {name}",
                1000 * ours.processor[name] / decided,
                "ms",
                Yardstick(beside, 1000 * bare.processor[name] / told),
            )
            for name in sorted(ours.processor | bare.processor)
        ),
        Figure("  answered “recorded” before their effect showed", 100 * ours.postponed / decided, "%"),
    ]
