"""How a request goes from stage to stage, and ends."""

from typing import Literal

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import separation
from approvals.engine.carrying import carry_over
from approvals.engine.draft import Draft
from approvals.engine.errors import Refused
from approvals.engine.evolve import task_id
from approvals.engine.forms import check_form
from approvals.engine.one_of_each import ask_where_needed
from approvals.engine.policy import BackTo
from approvals.engine.quorum import stand_in_weight, verdict
from approvals.engine.rounds import is_ready
from approvals.engine.rules import Ruling
from approvals.engine.state import DONE, Candidate, Decision, Outcome, StageStatus, Status
from approvals.engine.text import MAX_TITLE, must_fit
from approvals.engine.voice import Voice
from approvals.engine.work import Seat, stage_work_id


def submit(draft: Draft, command: c.Submit) -> None:
    """The first event: the request exists, and its first stages are being prepared."""
    if draft.state.status is not Status.NEW:
        raise Refused("already_submitted", "This request was submitted before.")
    if command.actor != draft.state.requester:
        raise Refused("not_requester", "Only the person who makes the request can submit it.")
    check_form(draft.state.policy.form, command.form)
    must_fit(command.title)
    draft.emit(e.RequestSubmitted, title=command.title[:MAX_TITLE], form=command.form)
    advance(draft)
    draft.emit(e.CommandAccepted, message="Your request was submitted.")


def stage_prepared(draft: Draft, command: c.StagePrepared) -> None:
    """Open or skip the stage that was prepared; an answer that nobody waits for any more changes nothing."""
    state, plan = draft.state, command.plan
    stage = next((s for s in state.stages.values() if stage_work_id(state, s) == command.work), None)
    if state.status is not Status.OPEN or stage is None or stage.status is not StageStatus.PREPARING:
        return
    if not plan.applies:
        draft.emit(e.StageSkipped, stage=stage.id, reason=plan.reason)
        advance(draft)
        return
    if plan.ruling is not None:
        apply_rule(draft, stage.id, plan.ruling)
        return
    if plan.subordinates is not None and frozenset(plan.subordinates) != state.subordinates:
        draft.emit(e.SubordinatesFound, people=plan.subordinates)
    draft.emit(
        e.StageOpened,
        stage=stage.id,
        clock=plan.clock,
        last_resort=plan.last_resort,
        reason=plan.reason,
        left_out=separation.left_out(draft.state, stage.id, plan),
        because=plan.because,
        known=plan.known,
    )
    for seat in separation.seats(draft.state, stage.id, plan):
        open_task(draft, stage.id, seat)
    for person in carry_over(draft, stage.id):
        leave_other_seats(draft, stage.id, person)
    settle(draft, stage.id)


def apply_rule(draft: Draft, stage: str, ruling: Ruling) -> None:
    """A rule's condition held when the stage was prepared: it decides, and nobody is asked."""
    draft.emit(
        e.RuleApplied,
        by_system=True,
        stage=stage,
        rule=ruling.rule,
        do=ruling.do,
        whole=ruling.whole,
        reason=ruling.reason,
    )
    why = f"By the rule “{ruling.rule}”."
    if ruling.whole:
        told = f"{why} {ruling.reason}".strip()
        close(draft, Outcome.APPROVED if ruling.do == "approve" else Outcome.REJECTED, told)
    elif ruling.do == "approve":
        close_stage(draft, stage, "approved", why)
    else:
        reject_stage(draft, stage, why)


def open_task(draft: Draft, stage: str, seat: Seat, reason: str = "", *, by_system: bool = False) -> bool:
    """Open a seat for those of its candidates who may decide; False where that is nobody."""
    candidates = eligible(draft, stage, seat.candidates)
    if not candidates:
        return False
    if seat.pick:
        sitting = {one.person for task in draft.state.open_tasks(stage) for one in task.candidates}
        candidates = tuple(one for one in candidates if one.person not in sitting)[:1] or candidates[:1]
    number = draft.state.stages[stage].seats + 1
    draft.emit(
        e.TaskOpened,
        by_system=by_system,
        task=task_id(stage, draft.state.round_of(stage), number),
        stage=stage,
        candidates=candidates,
        label=seat.label,
        reason=reason,
        voice=seat.voice,
    )
    return True


def eligible(draft: Draft, stage: str, candidates: tuple[Candidate, ...]) -> tuple[Candidate, ...]:
    """The candidates who may decide in this stage, each once, in their own right rather than for another."""
    return separation.eligible(draft.state, stage, candidates)


def leave_other_seats(draft: Draft, stage: str, person: str, *, advised: bool = False) -> None:
    """Somebody decided in a stage: they are asked for none of its other seats any more.

    One person's word counts once, however many seats name them. A seat that only they could take falls away.

    Args:
        advised: it was advice, after which they can still decide.
    """
    for task in draft.state.open_tasks(stage):
        if task.candidate(person) is None or (advised and not task.voice.advisory):
            continue
        others = tuple(candidate for candidate in task.candidates if candidate.person != person)
        if not others:
            draft.emit(e.TaskCancelled, by_system=True, task=task.id, reason="decided_elsewhere")
        else:
            draft.emit(
                e.TaskReassigned,
                by_system=True,
                task=task.id,
                candidates=others,
                removed=(person,),
                reason=f"{person} has decided another seat of this stage.",
            )


def settle(draft: Draft, stage: str, decided_by: str | None = None) -> None:
    """Close the stage if its decisions suffice; if they never can, ask the policy's owner.

    Args:
        decided_by: whose decision it is that may suffice.
    """
    rules = draft.state.policy.stage(stage)
    result = verdict(rules, draft.state.stage_tasks(stage))
    if decided_by is not None and result in (None, "stuck"):
        leave_other_seats(draft, stage, decided_by)
        result = verdict(rules, draft.state.stage_tasks(stage))
    match result:
        case "approved":
            close_stage(draft, stage, "approved", "")
        case "rejected":
            reject_stage(draft, stage)
        case "stuck":
            _call_last_resort(draft, stage)
        case None:
            ask_where_needed(draft, stage)


def reject_stage(draft: Draft, stage: str, reason: str = "") -> None:
    """A stage was rejected, by its reviewers or by a rule: what follows is the policy's choice."""
    said = reason or _said_against(draft, stage)
    match draft.state.policy.stage(stage).on_reject:
        case "continue":
            close_stage(draft, stage, "passed", reason)
        case "return" if draft.state.round < draft.state.policy.max_rounds:
            return_request(draft, stage, said)
        case BackTo(back_to=to) if draft.state.round < draft.state.policy.max_rounds:
            _send_back(draft, stage, to, said)
        case _:
            close_stage(draft, stage, "rejected", reason)
            close(draft, Outcome.REJECTED, said)


def _send_back(draft: Draft, stage: str, to: str, said: str) -> None:
    """Begin the next round at an earlier stage: it and all that come after it are asked anew, the others go on."""
    policy = draft.state.policy
    again = {to, *policy.all_after(to)}
    for id in sorted(again):
        cancel_tasks(draft, "sent_back", id)
    kept = tuple(
        one.id
        for one in draft.state.stages.values()
        if one.id not in again and (one.status in DONE or one.status is StageStatus.OPEN)
    )
    draft.emit(
        e.StageSentBack,
        by_system=True,
        stage=stage,
        to=to,
        round=draft.state.round + 1,
        kept=kept,
        reason=said,
    )
    advance(draft)


def _said_against(draft: Draft, stage: str) -> str:
    """What the reviewers wrote who rejected, the latest alone: it is the one that decided."""
    rejections = [
        task
        for task in draft.state.stage_tasks(stage)
        if task.decision is Decision.REJECT and not task.voice.advisory
    ]
    latest = sorted(rejections, key=lambda task: task.decided_at or task.opened_at)[-1:]
    return latest[0].comment if latest else ""


def return_request(draft: Draft, stage: str, comment: str) -> None:
    """Send the request back to its requester."""
    cancel_tasks(draft, "returned")
    draft.emit(e.ChangesRequested, stage=stage, comment=comment)


def close_stage(
    draft: Draft, stage: str, result: Literal["approved", "rejected", "passed"], reason: str
) -> None:
    """A stage has its result; the next ones start."""
    cancel_tasks(draft, "stage_decided", stage)
    draft.emit(e.StageDecided, by_system=True, stage=stage, result=result, reason=reason)
    if result != "rejected":
        advance(draft)


def skip_stage(draft: Draft, stage: str, reason: str) -> None:
    """Pass a stage over without a decision."""
    cancel_tasks(draft, "skipped", stage)
    draft.emit(e.StageSkipped, stage=stage, reason=reason)
    advance(draft)


def advance(draft: Draft) -> None:
    """Start every stage whose turn has come; without any left, the request is approved.

    A request on hold goes nowhere: what came due meanwhile starts when it is resumed.
    """
    stages = draft.state.stages
    if draft.state.paused or draft.state.status is not Status.OPEN:
        return
    if all(stage.status in DONE for stage in stages.values()):
        nobody = all(stage.status is StageStatus.SKIPPED for stage in stages.values())
        close(draft, Outcome.APPROVED, "No stage had anything to decide." if nobody else "")
        return
    for stage in stages.values():
        if stage.status is StageStatus.WAITING and is_ready(draft.state, stage.id):
            draft.emit(e.StagePreparing, by_system=True, stage=stage.id)


def cancel_tasks(
    draft: Draft,
    reason: Literal["stage_decided", "returned", "closed", "skipped", "amended", "sent_back"],
    stage: str | None = None,
) -> None:
    """Take the open tasks off everybody's list."""
    for task in draft.state.open_tasks(stage):
        draft.emit(e.TaskCancelled, by_system=True, task=task.id, reason=reason)


def close(draft: Draft, outcome: Outcome, reason: str) -> None:
    """The end."""
    cancel_tasks(draft, "closed")
    draft.emit(e.RequestClosed, outcome=outcome, reason=reason)


def _call_last_resort(draft: Draft, stage: str) -> None:
    where = draft.state.stages[stage]
    reason = where.reason or "Too few people can decide this stage."
    draft.emit(e.StageStuck, by_system=True, stage=stage, reason=reason, people=where.last_resort)
    asked = {person for task in draft.state.awaited(stage) for person in task.people}
    fresh = tuple(candidate for candidate in where.last_resort if candidate.person not in asked)
    weight = stand_in_weight(draft.state.policy.stage(stage), draft.state.stage_tasks(stage))
    seat = Seat(candidates=fresh, label="Policy owner", voice=Voice(weight=weight))
    open_task(draft, stage, seat, reason, by_system=True)
