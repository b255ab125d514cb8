"""What becomes of a request whose form changes: by a resubmission, or by an amendment while it is open."""

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.deciding import requester_only
from approvals.engine.draft import Draft
from approvals.engine.errors import Refused
from approvals.engine.flow import advance, cancel_tasks
from approvals.engine.forms import check_form
from approvals.engine.model import Form
from approvals.engine.rounds import changed_fields, matters, why_kept
from approvals.engine.state import StageStatus, Status
from approvals.engine.text import MAX_TITLE, must_fit


def resubmit(draft: Draft, command: c.Resubmit) -> None:
    """The requester's answer to a request for changes: the next round."""
    requester_only(draft, command.actor)
    draft.must_be_alive()
    state = draft.state
    if state.status is not Status.RETURNED:
        raise Refused("not_returned", "Nobody has asked for changes, so there is nothing to resubmit.")
    _must_be_sound(draft, command)
    changed = changed_fields(state.policy, state.form, command.form)
    kept = _kept(draft, changed, frozenset({StageStatus.APPROVED}), amended=False)
    asked_again = _asked_again(draft, kept, frozenset({StageStatus.APPROVED}), amended=False)
    draft.emit(
        e.RequestResubmitted,
        round=state.round + 1,
        title=command.title[:MAX_TITLE],
        form=command.form,
        changed=changed,
        comment=command.comment,
        kept=kept,
    )
    _tell(draft, kept, asked_again, changed)
    advance(draft)
    draft.emit(e.CommandAccepted, message="Your request was resubmitted.")


def amend(draft: Draft, command: c.Amend) -> None:
    """The requester changes a request that is being decided: the next round, for the stages it matters to.

    A stage that looks at nothing that changed goes on as if nothing had happened, decided or not.
    """
    requester_only(draft, command.actor)
    draft.must_be_alive()
    state = draft.state
    if not state.policy.amend:
        raise Refused(
            "not_allowed",
            "The policy does not let an open request be changed. Withdraw it, or ask a reviewer to return it.",
        )
    if state.status is Status.RETURNED:
        raise Refused("returned", "This request is back with you: change it, and resubmit it.")
    draft.must_not_be_paused()
    _must_be_sound(draft, command)
    changed = _what_changes(draft, command.form)
    alive = frozenset({StageStatus.APPROVED, StageStatus.OPEN})
    kept = _kept(draft, changed, alive, amended=True)
    asked_again = _asked_again(draft, kept, alive, amended=True)
    for stage in asked_again:
        cancel_tasks(draft, "amended", stage)
    draft.emit(
        e.RequestAmended,
        round=state.round + 1,
        title=command.title[:MAX_TITLE],
        form=command.form,
        changed=changed,
        comment=command.comment,
        kept=kept,
    )
    _tell(draft, kept, asked_again, changed)
    advance(draft)
    draft.emit(e.CommandAccepted, message="Your request was changed.")


def _must_be_sound(draft: Draft, command: c.Resubmit | c.Amend) -> None:
    """Refuse a new version of another round than the present one, or one that is not what the policy asks for."""
    _must_be_round(draft, command.round)
    check_form(draft.state.policy.form, command.form)
    must_fit(command.title)
    must_fit(command.comment)


def _must_be_round(draft: Draft, round: int) -> None:
    if round != draft.state.round:
        raise Refused(
            "stale_round", f"The request is in round {draft.state.round} now. Reload the page and try again."
        )


def _what_changes(draft: Draft, form: Form) -> tuple[str, ...]:
    state = draft.state
    if state.round >= state.policy.max_rounds:
        raise Refused(
            "no_rounds_left",
            f"Round {state.round} is the last that the policy allows: the request can be withdrawn, not changed.",
        )
    changed = changed_fields(state.policy, state.form, form)
    if not changed:
        raise Refused("nothing_changed", "Nothing differs from what you asked for. Change a field first.")
    return changed


def _kept(
    draft: Draft, changed: tuple[str, ...], alive: frozenset[StageStatus], *, amended: bool
) -> tuple[str, ...]:
    """The stages that go on to count.

    A stage that looks at everything is asked again after every resubmission, whatever changed.
    """
    return tuple(
        stage.id
        for stage in draft.state.policy.stages
        if _is_alive(draft, stage.id, alive)
        and (amended or stage.watches is not None)
        and not matters(stage, changed)
    )


def _is_alive(draft: Draft, stage: str, alive: frozenset[StageStatus]) -> bool:
    """Whether people were asked in a stage, and their word may go on to count.

    What a rule decided is looked at anew: that bothers nobody.
    """
    known = draft.state.stages[stage]
    return known.status in alive and not known.rule


def _asked_again(
    draft: Draft, kept: tuple[str, ...], alive: frozenset[StageStatus], *, amended: bool
) -> tuple[str, ...]:
    """The stages that were under way, or approved, and whose turn comes once more; told where a choice was made."""
    return tuple(
        stage.id
        for stage in draft.state.policy.stages
        if _is_alive(draft, stage.id, alive)
        and stage.id not in kept
        and (amended or stage.watches is not None)
    )


def _tell(
    draft: Draft, kept: tuple[str, ...], asked_again: tuple[str, ...], changed: tuple[str, ...]
) -> None:
    policy = draft.state.policy
    for stage in policy.stages:
        if stage.id in kept:
            draft.emit(e.StageKept, by_system=True, stage=stage.id, reason=why_kept(policy, stage))
        elif stage.id in asked_again:
            draft.emit(e.StageAskedAgain, by_system=True, stage=stage.id, changed=matters(stage, changed))
