"""A reviewer adds an approver: before, beside or after themselves."""

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine.deciding import has_not_decided, own_task
from approvals.engine.draft import Draft
from approvals.engine.errors import Refused
from approvals.engine.separation import must_be_free
from approvals.engine.state import Invitation
from approvals.engine.text import must_fit, must_name_somebody
from approvals.engine.turns import is_asked, open_invited

MAX_INVITED = 20
"""So many approvers the reviewers of one stage can add in a round."""
_DONE = {
    "before": "{to} is asked now, and you after that.",
    "beside": "{to} is asked as well.",
    "after": "{to} is asked once you have approved.",
}


def invite(draft: Draft, command: c.Invite) -> None:
    """Have somebody asked on top of those whom the policy asks.

    They take nobody's place: the quorum is met without them, and the stage waits for their answer. Whoever adds
    somebody for a task that others could take too has claimed it.
    """
    task = draft.task(command.task)
    own_task(draft, task, command.actor)
    stage = draft.state.policy.stage(task.stage)
    if f"add_{command.place}" not in stage.allow:
        raise Refused(
            "not_allowed",
            f"The policy does not let this stage's reviewers add somebody {command.place} themselves.",
        )
    if task.voice.advisory:
        raise Refused("not_allowed", "Nobody waits for advice, so whoever gives it adds no approver.")
    must_fit(command.comment)
    must_name_somebody(command.to)
    must_be_free(draft.state, task.stage, command.to)
    has_not_decided(draft, task.stage, command.to)
    named = [
        invitation.person
        for open_now in draft.state.open_tasks(stage.id)
        for invitation in open_now.followed_by
    ]
    if command.to in named or is_asked(draft, task.stage, command.to):
        raise Refused(
            "already_assigned", f"{command.to} is asked in this stage already. Choose somebody else."
        )
    added = sum(1 for seat in draft.state.stage_tasks(task.stage) if seat.invited)
    if len(named) + added >= MAX_INVITED:
        raise Refused(
            "too_many_added", f"{MAX_INVITED} approvers were added to this stage already; that is the most."
        )
    if task.owner is None and len(task.candidates) > 1:
        draft.emit(e.TaskClaimed, task=task.id)
    if command.place == "after":
        draft.emit(e.ApproverNamed, task=task.id, to=command.to, comment=command.comment)
    else:
        invitation = Invitation(person=command.to, by=command.actor, comment=command.comment)
        open_invited(draft, task, invitation, command.place)
    draft.emit(e.CommandAccepted, message=_DONE[command.place].format(to=command.to))
