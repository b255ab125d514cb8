"""What the rules alone take: one command at a request with fifty open tasks, in this process."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from approvals.engine import commands as c
from approvals.engine import new_request, pending_work, receive, wake_at
from approvals.engine.policy import Policy
from approvals.engine.state import Candidate, Decision, RequestState
from approvals.engine.work import Seat, StagePlan
from bench.figures import Aim, Figure
from bench.run import Run

TASKS = 50
AT_MOST = Aim(1.0)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def commands(run: Run) -> list[Figure]:
    """The middle and the slowest of many, each with what the workflow asks the rules after it."""
    state = _open()
    task = state.open_tasks()[-1]
    measured: dict[str, c.Command] = {
        "a decision": c.Decide(id="x", actor=task.people[0], task=task.id, decision=Decision.APPROVE),
        "a request for changes": c.Decide(
            id="x",
            actor=task.people[0],
            task=task.id,
            decision=Decision.REQUEST_CHANGES,
            comment="Say more.",
        ),
        "a reassignment": c.Reassign(id="x", actor="admin", task=task.id, to="somebody", reason="Ill."),
        "a comment": c.Comment(id="x", actor="requester", text="Please."),
    }
    figures = []
    for what, command in measured.items():
        spent = sorted(_spent(state, command) for _ in range(20 * run.size.pages))
        figures.append(Figure(f"{what}, {TASKS} tasks, p50", _share(spent, 0.5), "ms", aim=AT_MOST))
        figures.append(Figure(f"{what}, {TASKS} tasks, p99", _share(spent, 0.99), "ms"))
    return figures


def _spent(state: RequestState, command: c.Command) -> float:
    before = time.perf_counter()
    after, _, _ = receive(state, command, NOW)
    pending_work(after)
    wake_at(after)
    return 1000 * (time.perf_counter() - before)


def _share(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def _open() -> RequestState:
    """A request whose one stage asks fifty people, each for a word of their own."""
    policy = Policy.model_validate(
        {
            "key": "wide",
            "title": "Wide",
            "owner": {"user": "owner"},
            "form": [],
            "stages": [{"id": "all", "title": "All", "participants": [{"group": "all", "each": True}]}],
        }
    )
    state = new_request("wide", policy, 1, "requester")
    state, _, _ = receive(state, c.Submit(id="s", actor="requester", title="Wide", form={}), NOW)
    seats = tuple(Seat(candidates=(Candidate(person=f"reviewer{number}"),)) for number in range(TASKS))
    work = pending_work(state)[0].id
    state, _, _ = receive(state, c.StagePrepared(id="p", work=work, plan=StagePlan(seats=seats)), NOW)
    return state
