"""Who may see a request."""

import uuid

from django.core.exceptions import PermissionDenied
from django.http import Http404

from approvals.engine.state import RequestState
from approvals.people.models import Person
from approvals.policies.ownership import owns
from approvals.requests.models import Request


def may_see(person: Person, state: RequestState) -> bool:
    """The requester, whoever takes or took part, the policy's owner, administrators and auditors."""
    if person.is_admin or person.is_auditor or person.handle == state.requester:
        return True
    if person.handle in state.involved:
        return True
    return person.handle in _owners(state)


def find(person: Person, request_id: uuid.UUID) -> Request:
    """The request, if the person may see it.

    Raises:
        Http404: there is none, or it is none of the person's business: the two look the same.
    """
    row = Request.objects.filter(pk=request_id).first()
    if row is None or not may_see(person, row.known_state):
        raise Http404("unknown_request")
    return row


REQUESTER_ONLY = frozenset({"withdraw", "resubmit", "amend"})


def must_take_part(person: Person, row: Request, kind: str) -> None:
    """Stop whoever may read a request but has no part in it; what a part allows is for the engine to say.

    Raises:
        PermissionDenied: the person only reads it, or is not its requester where that is needed.
    """
    state = row.known_state
    if person.handle == state.requester:
        return
    if kind in REQUESTER_ONLY:
        raise PermissionDenied("Only the person who made the request can do this.")
    if kind == "look_up" and person.handle in _owners(state):
        return
    if person.handle not in state.involved:
        raise PermissionDenied("Only people who take part in this request can do this.")


def _owners(state: RequestState) -> set[str]:
    """Who is asked where nobody else can decide."""
    return {candidate.person for stage in state.stages.values() for candidate in stage.last_resort}


def owns_policy_of(handle: str, request_id: str) -> bool:
    """Whether somebody answers for the policy that a request follows."""
    key = (
        Request.objects.filter(pk=uuid.UUID(request_id))
        .values_list("policy_version__policy__key", flat=True)
        .first()
    )
    return key is not None and owns(handle, key)
