"""Who is away, or back, while tasks are open: a task moves to a substitute, and comes back."""

from datetime import datetime

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.draft import Draft
from approvals.engine.flow import eligible
from approvals.engine.state import Candidate, RequestState, Status, Task, WhyStep


def reroute(draft: Draft, command: c.Reroute) -> None:
    """Put a substitute in the place of somebody who is away, or who is back in the substitute's.

    The shell has found out about the world; whatever does not fit the request any more changes nothing. A seat
    that somebody else works on stays theirs, and a substitute who has claimed it keeps it.
    """
    task = draft.state.tasks.get(command.task)
    if draft.state.status is not Status.OPEN or task is None or task.status != "open":
        return
    leaving = task.candidate(command.of)
    if leaving is None or task.owner not in (None, command.of):
        return
    arriving = (
        _replaced(leaving, command) if command.cause == "absence" else _returned(leaving, command, task)
    )
    if arriving is None or not eligible(draft, task.stage, (arriving,)):
        return
    if _has_another_seat(draft.state, task, arriving.person):
        return
    _exchange(draft, task, leaving, arriving, command)


def _replaced(leaving: Candidate, command: c.Reroute) -> Candidate | None:
    if command.to == command.of:
        return None
    if command.to == leaving.instead_of:  # whom they stood in for is there again
        return Candidate(person=command.to, why=_first(leaving))
    return Candidate(
        person=command.to,
        instead_of=leaving.instead_of or command.of,
        why=f"{leaving.why} {command.why}".strip(),
        steps=(
            *(leaving.steps or (WhyStep(kind="lookup", why=leaving.why),)),
            WhyStep(kind="absence", why=command.why),
        ),
    )


def _returned(leaving: Candidate, command: c.Reroute, task: Task) -> Candidate | None:
    if not leaving.stands_in or leaving.instead_of != command.to or task.owner == command.of:
        return None
    return Candidate(person=command.to, why=_first(leaving))


def _first(candidate: Candidate) -> str:
    """Why the seat was whose it was before anybody stood in."""
    return candidate.steps[0].why if candidate.steps else candidate.why


def _has_another_seat(state: RequestState, task: Task, person: str) -> bool:
    """Whether the person sits in the stage already: two seats would have one voice."""
    return any(
        seat.candidate(person) is not None for seat in state.open_tasks(task.stage) if seat.id != task.id
    )


def _exchange(draft: Draft, task: Task, leaving: Candidate, arriving: Candidate, command: c.Reroute) -> None:
    """Let one candidate take another's place; who could take the seat anyway keeps the right of their own."""
    known = task.candidate(arriving.person)
    candidates = tuple(
        arriving if one == leaving else one for one in task.candidates if known is None or one != leaving
    )
    draft.emit(
        e.TaskReassigned,
        by_system=True,
        task=task.id,
        candidates=candidates,
        removed=(leaving.person,),
        reason=command.why,
        cause=command.cause,
    )


# ---- a task that was delegated for a time --------------------------------------------------------


def next_return(state: RequestState) -> tuple[datetime, str] | None:
    """When the first of the delegated tasks goes back, and which; on hold, none does."""
    if state.status is not Status.OPEN or state.paused:
        return None
    due = [(loan.until, task.id) for task in state.open_tasks() for loan in task.loans]
    return min(due, default=None)


def give_back(draft: Draft, id: str) -> None:
    """End the delegations of a task whose time is over: it goes back to who delegated it.

    Whoever may not decide it any more does not get it back; it then stays where it is.
    """
    task = draft.state.tasks[id]
    loan = min(task.loans, key=lambda loan: loan.until)
    held = task.candidate(loan.to)
    candidates = task.candidates
    back = task.candidate(loan.back.person) is None and bool(eligible(draft, task.stage, (loan.back,)))
    if held is not None and back:
        stays = held.instead_of is None  # they could take the seat anyway
        candidates = tuple(one for one in (*task.candidates, loan.back) if stays or one.person != held.person)
    kept = {one.person for one in candidates}
    draft.emit(
        e.TaskReassigned,
        by_system=True,
        task=id,
        candidates=candidates,
        removed=tuple(one.person for one in task.candidates if one.person not in kept),
        reason="",
        cause="delegation_ended",
    )
