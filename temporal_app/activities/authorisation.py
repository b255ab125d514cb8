"""Whether somebody may do what they ask."""

from temporalio import activity

from approvals.people import services as people
from approvals.requests import access
from temporal_app.database import with_fresh_connections
from temporal_app.messages import Activity, Authorisation


@activity.defn(name=Activity.AUTHORISE)
@with_fresh_connections
def authorise(question: Authorisation) -> bool:
    """Whether the actor is an administrator now; a policy's owner may move its requests to another version."""
    allowed = people.is_admin(question.actor) or (
        question.kind == "migrate" and access.owns_policy_of(question.actor, question.request)
    )
    if not allowed:
        activity.logger.warning(
            "refused a command of an administrator",
            extra={"request": question.request, "actor": question.actor, "kind": question.kind},
        )
    return allowed
