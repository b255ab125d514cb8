"""One request in a small world: short ways to say who does what, and what came of it."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import new_request, pending_work, receive
from approvals.engine.model import Form
from approvals.engine.policy import Policy
from approvals.engine.state import Decision, Receipt, StageStatus, Task
from tests.engine.world import World

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
E = TypeVar("E", bound=e.Event)


def policy(*stages: dict[str, Any], **changes: Any) -> Policy:
    """A policy of these stages; each needs only what a test is about."""
    values = {
        "key": "leave",
        "title": "Leave",
        "owner": {"user": "olga"},
        "form": [],
        "comment_required": [],
        "stages": [stage(**{"id": f"s{number}", **given}) for number, given in enumerate(stages, 1)],
    }
    return Policy.model_validate({**values, **changes})


def stage(**values: Any) -> dict[str, Any]:
    """A stage; ``asks`` lists users, each with a seat of their own."""
    asks = values.pop("asks", None)
    if asks is not None:
        values["participants"] = [{"user": person} for person in asks]
    return {"title": values["id"].title(), "participants": [{"user": "pia"}], **values}


class Scene:
    """A request made by Ana. Time moves when a test says so; the engine's questions are answered at once."""

    def __init__(
        self, rules: Policy, world: World | None = None, *, form: Form | None = None, prepared: bool = True
    ) -> None:
        self.world = world or World()
        self.now = START
        self.events: list[e.Event] = []
        self.blank = self.state = new_request("r1", rules, 3, "ana")
        self._count = 0
        self._prepared = prepared
        self.send(c.Submit(id="submit", actor="ana", title="Ten days", form=form or {}))

    def send(self, command: c.Command) -> Receipt | None:
        """Hand a command to the engine, and then answer what it asks."""
        receipt = self.receive(command)
        if self._prepared:
            self.answer()
        return receipt

    def receive(self, command: c.Command) -> Receipt | None:
        """Hand a command to the engine, and nothing else."""
        self.state, events, receipt = receive(self.state, command, self.now)
        self.events += events
        return receipt

    def answer(self) -> None:
        """Answer everything that the engine wants to know, and what it then wants to know."""
        while work := pending_work(self.state):
            self.receive(self.world.answer(work[0], self.now, self.id()))

    def id(self) -> str:
        """A command id that was not used before."""
        self._count += 1
        return f"c{self._count}"

    def wait(self, hours: float) -> None:
        """Let time pass, then do what is due."""
        self.now += timedelta(hours=hours)
        self.send(c.Tick(id=self.id()))

    def decide(self, actor: str, decision: str, task: str = "s1.1.1", comment: str = "") -> str:
        """The code of the receipt."""
        command = c.Decide(id=self.id(), actor=actor, task=task, decision=Decision(decision), comment=comment)
        return self.code(command)

    def approve(self, actor: str, task: str = "s1.1.1") -> str:
        return self.decide(actor, "approve", task)

    def reject(self, actor: str, task: str = "s1.1.1", comment: str = "") -> str:
        return self.decide(actor, "reject", task, comment)

    def request_changes(self, actor: str, task: str = "s1.1.1", comment: str = "") -> str:
        return self.decide(actor, "request_changes", task, comment)

    def resubmit(self, round: int = 1, form: Form | None = None, comment: str = "") -> str:
        return self.code(
            c.Resubmit(
                id=self.id(), actor="ana", round=round, title="Nine days", form=form or {}, comment=comment
            )
        )

    def amend(self, round: int = 1, form: Form | None = None, comment: str = "") -> str:
        return self.code(
            c.Amend(
                id=self.id(), actor="ana", round=round, title="Nine days", form=form or {}, comment=comment
            )
        )

    def admin(self, kind: type[c.AdminCommand], **values: Any) -> str:
        """An administrator's command with a reason; the code of the receipt."""
        return self.code(kind(**{"id": self.id(), "actor": "ada", "reason": "Because.", **values}))

    def act(self, kind: type[c.Command], actor: str, **values: Any) -> str:
        """Anybody's command; the code of the receipt."""
        return self.code(kind(id=self.id(), actor=actor, **values))

    def code(self, command: c.Command) -> str:
        receipt = self.send(command)
        assert receipt is not None
        assert receipt.message.endswith("."), receipt.message
        return receipt.code

    @property
    def said(self) -> str:
        """The sentence of the latest receipt."""
        return self.state.receipts[-1].message

    @property
    def outcome(self) -> str | None:
        return self.state.outcome and self.state.outcome.value

    def status(self, stage: str = "s1") -> StageStatus:
        return self.state.stages[stage].status

    def task(self, id: str = "s1.1.1") -> Task:
        return self.state.tasks[id]

    def waits_for(self) -> dict[str, tuple[str, ...]]:
        """Who can decide each open task."""
        return {task.id: task.people for task in self.state.open_tasks()}

    def all(self, kind: type[E]) -> list[E]:
        """The events of a kind so far."""
        return [event for event in self.events if isinstance(event, kind)]

    def last(self, kind: type[E]) -> E:
        return self.all(kind)[-1]
