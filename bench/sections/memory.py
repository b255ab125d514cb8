"""What each process takes, with the open requests that there are to be."""

from approvals.requests.models import Request
from bench.figures import Aim, Figure
from bench.processes import can_measure, children, family_memory, memory
from bench.run import Run
from bench.stack import YARDSTICK

ALLOWED = Aim(300.0)
KINDS = {"worker": "worker", "mail": "mail receiver", "temporal": "Temporal's server"}


def memories(run: Run) -> list[Figure]:
    """Resident memory (RSS), and the proportional share (PSS) where processes share much."""
    open_requests = Request.objects.filter(closed_at=None)
    missing = run.size.open_requests - open_requests.count()
    if missing > 0:
        run.say(f"starting {missing} more requests that stay open")
        run.journeys.open(missing)
    number = open_requests.count()
    if not can_measure():
        run.say("this system does not tell how much memory a process takes")
        return []
    pids = run.stack.pids
    figures = [Figure("open requests", number, "requests")]
    for name, words in KINDS.items():
        aim = ALLOWED if name == "worker" else None
        figures.append(Figure(f"{words}, RSS", memory(pids[name]).resident, "MB", aim=aim))
        figures.append(Figure(f"{words}, PSS", memory(pids[name]).proportional, "MB"))
    for index, pid in enumerate(children(pids["web"]), start=1):
        figures.append(Figure(f"web worker {index}, RSS", memory(pid).resident, "MB"))
        figures.append(Figure(f"web worker {index}, PSS", memory(pid).proportional, "MB"))
    shares = [one.proportional for one in family_memory(pids["postgres"])]
    figures.append(Figure(f"PostgreSQL, its {len(shares)} processes, PSS", sum(shares), "MB"))
    bare = memory(pids[YARDSTICK])
    figures.append(Figure("for comparison: the yardstick's worker, RSS", bare.resident, "MB"))
    return figures
