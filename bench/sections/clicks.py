"""From a reviewer's click to the answer that shows its effect."""

from bench.figures import Figure, Yardstick, no_slower_than, percentile
from bench.run import Run
from bench.traffic import timed

ALLOWED = no_slower_than(1.5)


def clicks(run: Run) -> list[Figure]:
    """One reviewer at a time, who has opened the request's page before, as who clicks on it has; alternating
    with the yardstick click by click.
    """
    number = run.size.clicks // 2
    requests = run.journeys.open(number)
    ours: list[float] = []
    bare: list[float] = []
    for approval in ("first", "second"):
        run.say(f"{number} clicks on the {approval} approval of a request, alternating with bare ones")
        handles = run.yardsticks.ready(number)
        run.yardsticks.settle(handles)
        for handle, seat in zip(handles, run.journeys.seats(requests), strict=True):
            run.journeys.read_page(seat)
            bare.append(1000 * run.yardsticks.click(handle))
            ours.append(1000 * timed(lambda seat=seat: run.journeys.decide_page(seat)))  # type: ignore[misc]
        run.journeys.settle()
    return [
        Figure(
            f"click to rendered answer, p{share}",
            percentile(ours, share),
            "ms",
            Yardstick("signal, then query", percentile(bare, share)),
            ALLOWED,
        )
        for share in (50, 95)
    ]
