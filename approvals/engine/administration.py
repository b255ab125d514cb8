"""What administrators do. That the actor is one is for the shell to verify; what they may do is said here."""

from textwrap import shorten

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.deciding import has_not_decided, may_take
from approvals.engine.draft import Draft
from approvals.engine.errors import Refused
from approvals.engine.flow import advance, close, open_task, settle, skip_stage
from approvals.engine.separation import must_be_free
from approvals.engine.sla import is_length
from approvals.engine.state import Candidate, Outcome, StageStatus, Task
from approvals.engine.text import must_fit, must_name_somebody
from approvals.engine.versions import compare, fields_left_out, must_fit_form
from approvals.engine.work import Seat

MAX_WHY = 200
"""Characters of a reason that stand beside a candidate; the whole of it is in the record."""


def reason_needed(command: c.AdminCommand) -> None:
    """Refuse what an administrator does without saying why."""
    if not command.reason.strip():
        raise Refused("reason_required", "Say why, in a sentence: it stands in the record.")
    must_fit(command.reason)


def _not_ones_own(draft: Draft, command: c.AdminCommand) -> None:
    """An administrator does not choose who decides on their own request, nor whether somebody must."""
    if command.actor == draft.state.requester:
        raise Refused("self_approval", "Nobody decides their own request. Ask another administrator.")


def _open_task(draft: Draft, id: str) -> Task:
    task = draft.task(id)
    draft.must_be_alive()
    if task.status != "open":
        raise Refused("stage_closed", "This task is not waiting for a decision any more.")
    return task


def _open_stage(draft: Draft, id: str) -> None:
    _, stage = draft.stage(id)
    draft.must_be_alive()
    if stage.status is not StageStatus.OPEN:
        raise Refused("stage_closed", "This stage is not waiting for a decision.")


def reassign(draft: Draft, command: c.Reassign) -> None:
    """Give a task, or one person's part in it, to somebody else."""
    reason_needed(command)
    _not_ones_own(draft, command)
    task = _open_task(draft, command.task)
    may_take(draft, task, command.to)
    if command.of is not None and task.candidate(command.of) is None:
        must_name_somebody(command.of)
        raise Refused("not_assigned", f"The task is not {command.of}'s, so it cannot be taken from them.")
    stay = tuple(
        x for x in task.candidates if command.of is not None and x.person not in (command.of, command.to)
    )
    candidates = (*stay, Candidate(person=command.to, why=_why(command, "reassigned it")))
    kept = {candidate.person for candidate in candidates}
    draft.emit(
        e.TaskReassigned,
        task=task.id,
        candidates=candidates,
        removed=tuple(x.person for x in task.candidates if x.person not in kept),
        reason=command.reason,
    )
    draft.emit(e.CommandAccepted, message=f"The task was reassigned to {command.to}.")


def add_approver(draft: Draft, command: c.AddApprover) -> None:
    """Open one more seat in a stage that is being decided."""
    reason_needed(command)
    _not_ones_own(draft, command)
    _open_stage(draft, command.stage)
    must_name_somebody(command.person)
    must_be_free(draft.state, command.stage, command.person)
    if any(task.candidate(command.person) for task in draft.state.awaited(command.stage)):
        raise Refused("already_assigned", f"{command.person} is asked in this stage already.")
    has_not_decided(draft, command.stage, command.person)
    candidate = Candidate(person=command.person, why=_why(command, f"added {command.person}"))
    seat = Seat(candidates=(candidate,), label="Added")
    open_task(draft, command.stage, seat, command.reason)
    draft.emit(e.CommandAccepted, message=f"{command.person} was added.")


def remove_approver(draft: Draft, command: c.RemoveApprover) -> None:
    """Take a seat away; what is left may then be enough."""
    reason_needed(command)
    _not_ones_own(draft, command)
    task = _open_task(draft, command.task)
    draft.must_not_be_paused()
    deciding = [
        seat for seat in draft.state.stage_tasks(task.stage) if not (seat.voice.advisory or seat.invited)
    ]
    if deciding == [task]:
        raise Refused("last_approver", "This is the stage's only seat. Reassign it, or skip the stage.")
    draft.emit(e.TaskCancelled, task=task.id, reason="removed")
    if not task.voice.advisory:
        settle(draft, task.stage)
    draft.emit(e.CommandAccepted, message="The approver was removed.")


def extend_deadline(draft: Draft, command: c.ExtendDeadline) -> None:
    """Add business time to a stage's target; its deadline is then computed anew."""
    reason_needed(command)
    if not is_length(command.by):
        raise Refused("invalid_length", f"{command.by[:40]!a} is not a length: write PT8H or 2wd.")
    _open_stage(draft, command.stage)
    if draft.state.stages[command.stage].clock is None:
        raise Refused("no_deadline", "This stage has no deadline.")
    draft.emit(e.DeadlineExtended, stage=command.stage, by=command.by, reason=command.reason)
    draft.emit(e.CommandAccepted, message="The deadline is being moved.")


def pause(draft: Draft, command: c.Pause) -> None:
    """Put the request on hold: its clocks stop, and nobody can decide."""
    reason_needed(command)
    draft.must_be_alive()
    if draft.state.paused:
        raise Refused("paused", "This request is on hold already.")
    draft.emit(e.RequestPaused, reason=command.reason)
    draft.emit(e.CommandAccepted, message="The request is on hold.")


def resume(draft: Draft, command: c.Resume) -> None:
    """End the hold; the clocks go on with what they had left, and the stages whose turn came meanwhile start."""
    must_fit(command.reason)
    draft.must_be_alive()
    if not draft.state.paused:
        raise Refused("not_paused", "This request is not on hold.")
    draft.emit(e.RequestResumed, reason=command.reason)
    advance(draft)
    draft.emit(e.CommandAccepted, message="The request goes on.")


def skip(draft: Draft, command: c.SkipStage) -> None:
    """Pass a stage over without its decision."""
    reason_needed(command)
    _not_ones_own(draft, command)
    draft.must_run()
    _, stage = draft.stage(command.stage)
    if stage.status not in (StageStatus.OPEN, StageStatus.PREPARING):
        raise Refused("stage_closed", "Only a stage that is being decided can be skipped.")
    skip_stage(draft, command.stage, command.reason)
    draft.emit(e.CommandAccepted, message="The stage was skipped.")


def override(draft: Draft, command: c.Override) -> None:
    """End the request in place of its reviewers."""
    reason_needed(command)
    _not_ones_own(draft, command)
    draft.must_be_alive()
    close(draft, Outcome(command.outcome), command.reason)
    draft.emit(e.CommandAccepted, message=f"The request was {command.outcome}.")


def migrate(draft: Draft, command: c.Migrate) -> None:
    """Let the request follow another version of its policy; what has a result there keeps it."""
    reason_needed(command)
    _not_ones_own(draft, command)
    draft.must_be_alive()
    state = draft.state
    if command.policy.key != state.policy.key:
        raise Refused("other_policy", "That is another policy. Choose a version of the request's own.")
    if command.version == state.policy_version:
        raise Refused("same_version", f"The request follows version {command.version} already.")
    must_fit_form(state, command.policy, command.version)
    changes = compare(state, command.policy)
    ending = {change.stage for change in changes if change.becomes in ("again", "dropped")}
    for task in state.open_tasks():
        if task.stage in ending:
            draft.emit(e.TaskCancelled, by_system=True, task=task.id, reason="migrated")
    draft.emit(
        e.PolicyMigrated,
        previous=state.policy_version,
        version=command.version,
        policy=command.policy,
        changes=changes,
        left_out=fields_left_out(state, command.policy),
        reason=command.reason,
    )
    advance(draft)
    draft.emit(e.CommandAccepted, message=f"The request follows version {command.version} now.")


def _why(command: c.AdminCommand, did: str) -> str:
    return f"{command.actor} {did}: {shorten(command.reason, MAX_WHY, placeholder='…')}"
