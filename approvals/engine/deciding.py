"""What reviewers and requesters do."""

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.choosing import chosen
from approvals.engine.draft import Draft, moment
from approvals.engine.errors import Refused
from approvals.engine.flow import close, leave_other_seats, return_request, settle
from approvals.engine.separation import must_be_free, must_not_be_barred
from approvals.engine.state import Candidate, Decision, Outcome, Status, Task
from approvals.engine.text import must_fit, must_name_somebody
from approvals.engine.turns import ask_next, whom_it_waits_for

DONE_IN_WORDS = {
    Decision.APPROVE: "approved",
    Decision.REJECT: "rejected",
    Decision.REQUEST_CHANGES: "asked for changes",
    Decision.ABSTAIN: "abstained",
}

ADVICE_IN_WORDS = {
    Decision.APPROVE: "advised to approve",
    Decision.REJECT: "advised to reject",
    Decision.ABSTAIN: "gave no advice",
}


def decide(draft: Draft, command: c.Decide) -> None:
    """A reviewer's word on a task. The first one stands, and it counts once in a stage."""
    task = draft.task(command.task)
    candidate = own_task(draft, task, command.actor)
    if waits_for := whom_it_waits_for(draft, task):
        raise Refused("waits_for_other", waits_for)
    _must_be_allowed(draft, task, command)
    choices = chosen(draft.state, task, command)
    draft.emit(
        e.TaskDecided,
        task=task.id,
        stage=task.stage,
        decision=command.decision,
        instead_of=candidate.instead_of,
        comment=command.comment,
        choices=choices,
    )
    if command.decision is Decision.REQUEST_CHANGES:
        return_request(draft, task.stage, command.comment)
    elif task.voice.advisory:
        leave_other_seats(draft, task.stage, command.actor, advised=True)
    else:
        ask_next(draft, task.id)
        settle(draft, task.stage, decided_by=command.actor)
    did = (ADVICE_IN_WORDS if task.voice.advisory else DONE_IN_WORDS)[command.decision]
    behalf = f" on behalf of {candidate.instead_of}" if candidate.instead_of else ""
    draft.emit(e.CommandAccepted, message=f"You {did}{behalf}.")


def own_task(draft: Draft, task: Task, actor: str) -> Candidate:
    """The actor's candidacy for an open task that nobody else has claimed; refused with what came before."""
    candidate = _candidacy(draft, task, actor)
    if task.owner not in (None, actor):
        raise Refused("claimed_by_other", f"{task.owner} is working on this task and can release it.")
    return candidate


def _candidacy(draft: Draft, task: Task, actor: str) -> Candidate:
    candidate = task.candidate(actor)
    if candidate is None:
        must_not_be_barred(draft.state, task.stage, actor)
        raise Refused(
            "not_assigned", "This task is not assigned to you. Its owner or an administrator can pass it on."
        )
    if task.status == "decided" and task.decided_by and task.decided_at and task.decision:
        before = f"{task.decided_by} {DONE_IN_WORDS[task.decision]} on {moment(task.decided_at)}"
        raise Refused("already_decided", f"{before}; the first decision stands.")
    draft.must_be_alive()
    if task.round < draft.state.round_of(task.stage):
        raise Refused(
            "stale_round",
            f"The request is in round {draft.state.round} now. Read it again, and decide again where you are asked.",
        )
    draft.must_not_be_returned()
    if task.status == "cancelled":
        if draft.state.has_decided(task.stage, actor):
            raise Refused(
                "already_decided", "You have decided in this stage already; your word counts for it once."
            )
        raise Refused("stage_closed", "This stage no longer needs your decision.")
    draft.must_not_be_paused()
    return candidate


def _must_be_allowed(draft: Draft, task: Task, command: c.Decide) -> None:
    policy = draft.state.policy
    optional = {Decision.REQUEST_CHANGES, Decision.ABSTAIN}
    if command.decision in optional and command.decision.value not in policy.stage(task.stage).allow:
        raise Refused(
            "not_allowed", f"The policy does not let this stage {command.decision.value.replace('_', ' ')}."
        )
    if command.decision is Decision.REQUEST_CHANGES and task.voice.advisory:
        raise Refused(
            "not_allowed",
            "You are asked for advice: approve, reject or comment. Changes are for others to ask.",
        )
    if command.decision is Decision.REQUEST_CHANGES and draft.state.round >= policy.max_rounds:
        raise Refused(
            "no_rounds_left",
            f"Round {draft.state.round} is the last that the policy allows: approve or reject.",
        )
    if command.decision.value in policy.comment_required and not command.comment.strip():
        raise Refused("comment_required", "Say why, in a sentence: the requester will read it.")
    must_fit(command.comment)


def comment(draft: Draft, command: c.Comment) -> None:
    """A remark by somebody who has to do with the request."""
    if draft.state.status is Status.NEW:
        draft.must_be_alive()
    if command.actor != draft.state.requester and command.actor not in draft.state.involved:
        raise Refused("not_involved", "Only people who take part in this request can comment on it.")
    if not command.text.strip():
        raise Refused("comment_required", "Write something first.")
    must_fit(command.text)
    draft.must_be_alive()
    draft.emit(e.CommentAdded, text=command.text)
    draft.emit(e.CommandAccepted, message="Your comment was added.")


def claim(draft: Draft, command: c.Claim) -> None:
    """Take a task that others could take too."""
    task = draft.task(command.task)
    own_task(draft, task, command.actor)
    if task.owner is None:
        draft.emit(e.TaskClaimed, task=task.id)
    draft.emit(e.CommandAccepted, message="The task is yours.")


def release(draft: Draft, command: c.Release) -> None:
    """Give a claimed task back to its other potential owners."""
    task = draft.task(command.task)
    own_task(draft, task, command.actor)
    if task.owner != command.actor:
        raise Refused("not_claimed", "You have not claimed this task.")
    if len(task.candidates) == 1:
        raise Refused("only_candidate", "Nobody else can take this task. Delegate it instead.")
    draft.emit(e.TaskReleased, task=task.id)
    draft.emit(e.CommandAccepted, message="The task is free for the others again.")


def delegate(draft: Draft, command: c.Delegate) -> None:
    """Hand a task to somebody else, who then decides on the actor's behalf."""
    task = draft.task(command.task)
    own_task(draft, task, command.actor)
    if "delegate" not in draft.state.policy.stage(task.stage).allow:
        raise Refused("not_allowed", "The policy does not let this stage be delegated.")
    must_fit(command.comment)
    may_take(draft, task, command.to)
    _has_no_other_seat(draft, task, command)
    if command.until is not None and command.until <= draft.now:
        raise Refused("until_past", "This time is over. Choose a moment that is to come, or none.")
    draft.emit(e.TaskDelegated, task=task.id, to=command.to, comment=command.comment, until=command.until)
    draft.emit(e.CommandAccepted, message=f"The task was delegated to {command.to}.")


def declare_conflict(draft: Draft, command: c.DeclareConflict) -> None:
    """Leave every seat of this request for good; :mod:`~approvals.engine.reseating` finds somebody else."""
    task = draft.task(command.task)
    _candidacy(draft, task, command.actor)
    if not command.reason.strip():
        raise Refused("reason_required", "Say what the conflict is, in a sentence: it stands in the record.")
    must_fit(command.reason)
    draft.emit(e.ConflictDeclared, task=task.id, stage=task.stage, reason=command.reason)
    draft.emit(e.CommandAccepted, message="Your conflict of interest is recorded; somebody else decides.")


def may_take(draft: Draft, task: Task, person: str) -> None:
    """Refuse to hand a task to nobody, to who may not decide it, or to who has it or has decided already."""
    must_name_somebody(person)
    must_be_free(draft.state, task.stage, person)
    if task.people == (person,):
        raise Refused("already_assigned", f"The task is {person}'s already.")
    has_not_decided(draft, task.stage, person)


def has_not_decided(draft: Draft, stage: str, person: str) -> None:
    """Refuse to ask somebody a second time in a stage: one person's word counts once."""
    if draft.state.has_decided(stage, person):
        raise Refused("already_decided", f"{person} has decided in this stage already. Choose somebody else.")


def _has_no_other_seat(draft: Draft, task: Task, command: c.Delegate) -> None:
    """Refuse to delegate to a fellow reviewer of the stage: the two seats would have one voice."""
    if command.to == command.actor:
        raise Refused("already_assigned", "The task is yours already. Choose somebody else.")
    seats = draft.state.awaited(task.stage)
    if task.candidate(command.to) is None and any(seat.candidate(command.to) for seat in seats):
        raise Refused(
            "already_assigned", f"{command.to} is asked in this stage already. Choose somebody else."
        )


def withdraw(draft: Draft, command: c.Withdraw) -> None:
    """The requester takes the request back."""
    requester_only(draft, command.actor)
    draft.must_be_alive()
    must_fit(command.reason)
    close(draft, Outcome.WITHDRAWN, command.reason)
    draft.emit(e.CommandAccepted, message="Your request was withdrawn.")


def requester_only(draft: Draft, actor: str) -> None:
    """Refuse what only the requester may do."""
    if actor != draft.state.requester:
        raise Refused("not_requester", "Only the person who made the request can do this.")
