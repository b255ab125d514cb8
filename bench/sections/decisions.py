"""Decisions per second with many reviewers at once."""

from collections.abc import Callable

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
    ours: dict[str, list[float]] = {way: [] for way in ways}
    bare: list[float] = []
    postponed = dict.fromkeys(ways, 0)
    run.journeys.postponed()
    number, rounds = run.size.decisions, run.size.rounds
    for turn in range(rounds):
        for way, decide in ways.items():
            requests = run.journeys.open(number)
            for approval in ("first", "second"):
                run.say(
                    f"{number} {approval} decisions by {way}, and as many bare ones ({turn + 1}/{rounds})"
                )
                handles = run.yardsticks.ready(number, with_activity=True)
                run.yardsticks.settle(handles)
                bare.append(run.yardsticks.clicks(handles))
                took = in_parallel(run.clients, run.journeys.seats(requests), decide)
                ours[way].append(took + timed(run.journeys.settle))
                postponed[way] += run.journeys.postponed()
    yardstick = Yardstick("signal, query, activity", rate(number, bare))
    figures = []
    for way in ways:
        late = 100 * postponed[way] / (2 * number * rounds)
        figures += [
            Figure(
                f"decisions, {run.clients} clients, {way}", rate(number, ours[way]), "/s", yardstick, WANTED
            ),
            Figure("  answered “recorded” before their effect showed", late, "%"),
        ]
    return figures
