"""Whose turn it is among those whom reviewers have added: before, beside and after themselves."""

from approvals.engine import events as e
from approvals.engine.draft import Draft
from approvals.engine.evolve import task_id
from approvals.engine.separation import eligible
from approvals.engine.state import Candidate, Decision, Invitation, Place, Task

_ASKED = {"before": "to decide first", "beside": "to decide as well", "after": "to decide next"}


def whom_it_waits_for(draft: Draft, task: Task) -> str:
    """Whom a task waits for, as a sentence; "" where it has its turn."""
    waits_for = [draft.state.tasks[id] for id in task.waits_for if draft.state.tasks[id].status == "open"]
    people = list(dict.fromkeys(person for other in waits_for for person in other.people))
    if not waits_for:
        return ""
    return f"{' or '.join(people) or 'Somebody'} decides first. Your turn comes then."


def open_invited(draft: Draft, task: Task, invitation: Invitation, place: Place) -> bool:
    """Open a seat beside the quorum; False where the person is asked already or may not decide."""
    why = f"{invitation.by} added {invitation.person}: {_ASKED[place]}."
    asked = (Candidate(person=invitation.person, why=why),)
    candidates = eligible(draft.state, task.stage, asked)
    if not candidates or is_asked(draft, task.stage, invitation.person):
        return False
    draft.emit(
        e.TaskOpened,
        task=task_id(task.stage, draft.state.round_of(task.stage), draft.state.stages[task.stage].seats + 1),
        stage=task.stage,
        candidates=candidates,
        label="Added",
        reason=invitation.comment,
        invited=place,
        invited_for=task.id,
    )
    return True


def is_asked(draft: Draft, stage: str, person: str) -> bool:
    """Whether somebody has an open seat of a stage, or can take one."""
    return any(task.candidate(person) for task in draft.state.open_tasks(stage))


def ask_next(draft: Draft, task: str) -> None:
    """A task was approved: whoever was to decide after it is asked."""
    decided = draft.state.tasks[task]
    if decided.decision is not Decision.APPROVE:
        return
    for invitation in decided.followed_by:
        if not open_invited(draft, decided, invitation, "after"):
            draft.emit(e.InvitationLapsed, by_system=True, task=task, to=invitation.person)


def bring_turns(draft: Draft) -> None:
    """Give their turn to the tasks that wait for nobody any more, however that came about."""
    for task in draft.state.open_tasks():
        if task.waits_for and not any(draft.state.tasks[id].status == "open" for id in task.waits_for):
            draft.emit(e.TurnCame, by_system=True, task=task.id)
