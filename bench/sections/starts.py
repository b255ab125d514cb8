"""Requests started per second, beside bare starts."""

from bench.figures import Figure, Yardstick
from bench.run import Run
from bench.traffic import in_parallel, rate, timed


def starts(run: Run) -> list[Figure]:
    """Taken by the engine, and open in the reviewers' inboxes."""
    number, rounds = run.size.starts, run.size.rounds
    requesters = run.world.some_requesters(number)
    taken: dict[str, list[float]] = {"HTTP": [], "services": []}
    opened: dict[str, list[float]] = {"HTTP": [], "services": []}
    bare: list[float] = []
    ways = {"HTTP": run.journeys.submit_page, "services": run.journeys.submit}
    for turn in range(rounds):
        for way, submit in ways.items():
            run.say(
                f"starting {number} bare workflows, then {number} requests by {way} ({turn + 1}/{rounds})"
            )
            bare.append(run.yardsticks.starts(number))
            took = in_parallel(run.clients, requesters, submit)
            taken[way].append(took)
            opened[way].append(took + timed(run.journeys.settle))
    yardstick = Yardstick("bare starts", rate(number, bare))
    figures = []
    for way in ways:
        figures += [
            Figure(f"requests started, {way}", rate(number, taken[way]), "/s", yardstick),
            Figure(f"requests open in an inbox, {way}", rate(number, opened[way]), "/s", yardstick),
        ]
    return figures
