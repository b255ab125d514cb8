"""Requests through the application: submitted and decided, in this process and over HTTP."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse

from approvals.engine.commands import Decide
from approvals.engine.model import Form
from approvals.engine.state import Decision
from approvals.inbox.models import Assignment
from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.requests import services
from approvals.requests.models import Command, Request
from bench.browser import Browser, Unexpected
from bench.traffic import in_parallel, wait_for
from bench.world import World

PATIENCE = 180.0
"""Seconds for the workers to carry out whatever was asked of them."""
WARM = 8
"""Requests that are not counted."""
FORM: Form = {
    "item": "a standing desk",
    "amount": 45_000,
    "reason": "The old one is broken, and was never good.",
}
TYPED = {"field-item": str(FORM["item"]), "field-amount": "450.00", "field-reason": str(FORM["reason"])}


@dataclass(frozen=True)
class Seat:
    """An open task and who decides it."""

    request: uuid.UUID
    task: str
    person: Person


class Journeys:
    """Requests of the policy with two approvals in a row."""

    def __init__(self, world: World, browser: Browser, clients: int) -> None:
        self._world = world
        self._browser = browser
        self._clients = clients
        self._postponed = 0
        self._fill = reverse("requests:fill", args=[world.in_a_row.policy.key])

    def warm_up(self) -> None:
        """Let every process load what it loads at its first requests, and prove the policies, which is no part
        of what is measured."""
        proven = Q(proof_kept__made_at__isnull=False, proof_kept__stale_since=None)
        wait_for("the proofs", PolicyVersion.objects.exclude(proven).count, PATIENCE)
        requests = self.open(WARM)
        in_parallel(2, self._world.some_requesters(WARM), self.submit_page)
        for _ in range(2):
            in_parallel(2, self.seats(requests), self.decide_page)
            self.settle()

    # ---- submitting ---------------------------------------------------------------------------

    def submit(self, requester: Person) -> None:
        """Submit one request in this process."""
        services.submit(requester, self._world.in_a_row, dict(FORM), uuid.uuid4())

    def submit_page(self, requester: Person) -> None:
        """Submit one request as a browser does."""
        session = self._world.sessions[requester.handle]
        answer = self._browser.post(self._fill, session, {**TYPED, "step": "submit"}, htmx=False)
        if answer.status != 302:
            raise Unexpected(f"Submitting was answered with {answer.status}: {answer.text[:500]}")

    def open(self, number: int) -> list[uuid.UUID]:
        """So many new requests whose first stage waits for its decision."""
        before = set(Request.objects.values_list("pk", flat=True))
        in_parallel(self._clients, self._world.some_requesters(number), self.submit)
        self.settle()
        return [pk for pk in Request.objects.values_list("pk", flat=True) if pk not in before]

    # ---- deciding -----------------------------------------------------------------------------

    def seats(self, requests: Sequence[uuid.UUID]) -> list[Seat]:
        """The open task of each request."""
        found = Assignment.objects.filter(task__request__in=requests).select_related("task", "person")
        seats = [Seat(one.task.request_id, one.task.key, one.person) for one in found]
        if len(seats) != len(requests):
            raise Unexpected(f"{len(requests)} requests have {len(seats)} open tasks.")
        return seats

    def decide(self, seat: Seat) -> None:
        """Approve in this process, and see it done."""
        row = Request.objects.get(pk=seat.request)
        command = Decide(
            id=str(uuid.uuid4()), actor=seat.person.handle, task=seat.task, decision=Decision.APPROVE
        )
        _, shown = services.send_and_show(seat.person, row, command)
        self._note(shown.state.tasks[seat.task].decision is Decision.APPROVE)

    def read_page(self, seat: Seat) -> None:
        """Open the request's page, as who decides has done before."""
        page = reverse("requests:show", args=[seat.request])
        self._browser.get(page, self._world.sessions[seat.person.handle])

    def decide_page(self, seat: Seat) -> None:
        """Approve as a browser does, and see it done in the part of the page that comes back."""
        answer = self._browser.post(
            reverse("requests:decide", args=[seat.request]),
            self._world.sessions[seat.person.handle],
            {"task": seat.task, "decision": "approve", "comment": ""},
            htmx=True,
        )
        if answer.status != 200:
            raise Unexpected(f"A decision was answered with {answer.status}: {answer.text[:500]}")
        self._note("waiting for the engine" not in answer.text)

    def postponed(self) -> int:
        """How many decisions were recorded and answered before the engine had shown their effect; from then
        on they are counted anew."""
        number, self._postponed = self._postponed, 0
        return number

    def _note(self, shown: bool) -> None:
        self._postponed += not shown

    # ---- what follows -------------------------------------------------------------------------

    def settle(self) -> None:
        """Wait until every command is answered, and every stage that was begun is open."""
        wait_for("the answers", Command.objects.filter(answered_at=None).count, PATIENCE)
        preparing = Request.objects.filter(closed_at=None, stages="")
        wait_for("the requests' next stages", preparing.count, PATIENCE)
