"""Cases of a log as requests of the running application: submitted, sent, and seen to have arrived."""

import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from django.db import connections

from approvals.engine import Refused, new_request, pending_work
from approvals.engine import commands as c
from approvals.engine.policy import Policy
from approvals.engine.state import RequestState, Task
from approvals.people.models import Person
from approvals.policies import services as policies
from approvals.policies.faults import UnknownPolicy
from approvals.policies.models import PolicyVersion
from approvals.replay.course import Course
from approvals.replay.endings import Ended, RefusedStep, ended, refusal
from approvals.replay.errors import ReplayError
from approvals.replay.log import Case
from approvals.replay.mapping import Mapping
from approvals.replay.people import name_of
from approvals.requests import services
from approvals.requests.models import Request
from temporal_app import client

AT_ONCE = 4
"""Cases that are replayed side by side."""
PATIENCE = 30.0
"""Seconds that one step may take from its sending until the request stands still."""
LOOK_AGAIN = 0.05


def spread(cases: Sequence[Case], number: int) -> list[Case]:
    """So many cases, of as many variants as there are, the commonest first; then another of each."""
    variants: dict[tuple[str, ...], list[Case]] = {}
    for case in cases:
        variants.setdefault(case.variant, []).append(case)
    common = sorted(variants.values(), key=len, reverse=True)
    rounds = (of_one[turn] for turn in range(len(common[0])) for of_one in common if turn < len(of_one))
    return [case for case, _ in zip(rounds, range(number), strict=False)]


class LiveReplay:
    """Replays cases through the running application.

    Raises:
        ReplayError: the application does not run, or does not have the policy or the requester.
    """

    def __init__(self, policy: Policy, mapping: Mapping, patience: float = PATIENCE) -> None:
        self._policy = policy
        self._mapping = mapping
        self._patience = patience
        self._version = _published(policy)
        self._requester = _person(mapping.requester.handle)
        _must_run()

    def run(self, cases: Sequence[Case]) -> Iterator[Ended]:
        """Each case, in their order, several at a time.

        Raises:
            ReplayError: a step did not arrive in time.
        """
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="replay") as pool:
            try:
                yield from pool.map(self._run_case, cases)
            finally:
                pool.shutdown(cancel_futures=True)

    def _run_case(self, case: Case) -> Ended:
        try:
            return _LiveCase(self._policy, self._mapping, case, self._version, self._requester).run(
                self._patience
            )
        finally:
            connections.close_all()


class _LiveCase:
    """One case on its way."""

    def __init__(
        self, policy: Policy, mapping: Mapping, case: Case, version: PolicyVersion, requester: Person
    ) -> None:
        self._course = Course(policy, mapping, case, LiveActors(policy, mapping, requester.handle))
        self._case = case
        self._mapping = mapping
        self._version = version
        self._requester = requester
        self._row: Request | None = None
        self._state = new_request(case.id, policy, version.number, requester.handle)

    def run(self, patience: float) -> Ended:
        """Every row, each after the one before it has arrived."""
        refused: list[RefusedStep] = []
        for index, row in enumerate(self._case.rows):
            command = self._course.command(self._state, index, str(uuid.uuid4()))
            if isinstance(command, RefusedStep):
                refused.append(command)
            elif command is not None:
                try:
                    self._give(command)
                except Refused as no:
                    refused.append(refusal(row, no.code, no.message, self._state))
                else:
                    refused += self._arrive(index, command.id, patience)
        return ended(self._mapping, self._case, self._recorded(patience), tuple(refused))

    def _give(self, command: c.Command) -> None:
        if isinstance(command, c.Submit):
            self._row = services.submit(self._requester, self._version, command.form, uuid.UUID(command.id))
        elif self._row is not None and isinstance(command, c.Signal):
            if isinstance(command, c.Resubmit):
                title = policies.request_title(self._course.policy, self._requester, command.form)
                command = command.model_copy(update={"title": title})
            services.send(_person(command.actor), self._row, command)
        else:
            raise Refused("unknown_request", "This request was never submitted.")

    def _arrive(self, index: int, command: str, patience: float) -> list[RefusedStep]:
        """Wait until the command is answered and nothing is being prepared any more; what was refused."""
        row = self._case.rows[index]
        for _ in _looks(patience):
            state = self._ask()
            receipt = state.receipt(command) if state else None
            if state is not None and receipt is not None and not pending_work(state):
                self._state = state
                return [] if receipt.ok else [refusal(row, receipt.code, receipt.message, state)]
            if self._answered_without_engine(command):
                return [refusal(row, "request_closed", "", self._recorded(patience))]
        raise ReplayError(
            f"Case {self._case.id}: “{row.activity}” was sent and not answered within {patience:g} s. "
            "Look at the worker's log; every step before it is kept."
        )

    def _ask(self) -> RequestState | None:
        """The request as its workflow knows it; None while nobody answers."""
        try:
            return client.state(str(self._row.pk)).state if self._row else None
        except (client.EngineAway, client.NotRunning):
            return None

    def _answered_without_engine(self, command: str) -> bool:
        """Whether the command came after the workflow's end, so that its request's row was the answer."""
        return bool(self._row and self._row.commands.filter(pk=command, code="request_closed").exists())

    def _recorded(self, patience: float) -> RequestState:
        """The request as PostgreSQL has it, once it has everything that happened."""
        if self._row is None:
            return self._state
        for _ in _looks(patience):
            self._row.refresh_from_db()
            if self._row.revision >= self._state.revision:
                return RequestState.model_validate(self._row.state)
        raise ReplayError(
            f"Case {self._case.id}: revision {self._state.revision} was not recorded within {patience:g} s; "
            f"PostgreSQL has {self._row.revision}."
        )


class LiveActors:
    """The people whom the application asks, in the seats of the log's roles."""

    def __init__(self, policy: Policy, mapping: Mapping, requester: str) -> None:
        self.requester = requester
        self._own_role = mapping.requester.role
        self._stages = {
            role: [
                stage.id
                for stage in policy.stages
                if name_of(who) in {name_of(p) for p in stage.participants}
            ]
            for role, who in mapping.roles.items()
        }

    def speaker(self, state: RequestState, role: str, resource: str) -> str | None:
        """The requester, or whoever is asked in that role."""
        if role == self._own_role:
            return self.requester
        found = self.decider(state, role, resource, None)
        return found[0] if found else None

    def decider(
        self, state: RequestState, role: str, resource: str, stage: str | None
    ) -> tuple[str, Task] | None:
        """Somebody who is asked in a stage that asks this role, else who was."""
        theirs = [
            task
            for task in state.tasks.values()
            if task.stage in self._stages.get(role, ()) and stage in (None, task.stage)
        ]
        task = next((t for t in theirs if t.status == "open"), None) or next(reversed(theirs), None)
        return None if task is None else (task.people[0], task)


def _looks(patience: float) -> Iterator[None]:
    """Look at once, and then again and again for so many seconds."""
    until = time.monotonic() + patience
    yield
    while time.monotonic() < until:
        time.sleep(LOOK_AGAIN)
        yield


def _published(policy: Policy) -> PolicyVersion:
    publish = f"Publish it first: manage.py policy publish FILE (its key is {policy.key})."
    try:
        version = policies.current(policy.key)
    except UnknownPolicy as error:
        raise ReplayError(f"The running application has no policy “{policy.title}”. {publish}") from error
    if policies.engine_policy(version) != policy:
        raise ReplayError(
            f"The running application's “{policy.title}” (version {version.number}) is another one. {publish}"
        )
    return version


def _person(handle: str) -> Person:
    try:
        return Person.objects.get(username=handle, is_active=True)
    except Person.DoesNotExist as error:
        raise ReplayError(
            f'Nobody with an active account is called "{handle}". '
            "Say in the mapping whose requests these are: requester: {handle: ...}."
        ) from error


def _must_run() -> None:
    try:
        workers = client.workers()
    except client.EngineAway as error:
        raise ReplayError(
            f"Temporal does not answer: {error} Start the application, and set TEMPORAL_ADDRESS to its server."
        ) from error
    if not workers:
        raise ReplayError("No worker is running: start one with python -m temporal_app.worker.")
