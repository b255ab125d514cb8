"""What the preview shows is what then happens, if everybody approves on the last day they have."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from approvals.engine import commands as c
from approvals.engine import events as e
from approvals.engine import new_request, pending_work, receive
from approvals.engine.policy import Policy
from approvals.engine.state import Candidate, Decision, RequestState, StageStatus, Status
from approvals.engine.work import StageWork
from approvals.people.models import Person
from approvals.policies.models import Policy as PolicyRow
from approvals.policies.models import PolicyVersion
from approvals.policies.preparation import prepare_clock, prepare_stage
from approvals.policies.preview import StagePreview, preview
from tests.policies import simulated
from tests.policies.cast import NOW, away, office

TARGETS = ("PT4H", "PT20H", "3wd")
Seats = tuple[tuple[str, tuple[Candidate, ...]], ...]


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    """Small ones with deadlines, rules and separated duties."""
    small = draw(simulated.policies()).model_dump(mode="json")
    for number, stage in enumerate(small["stages"]):
        target = draw(st.sampled_from((None, *TARGETS)))
        stage["sla"] = {"target": target, "calendar": "office"} if target else None
        if draw(st.integers(0, 3)) == 0:
            do = draw(st.sampled_from(("approve", "reject")))
            stage["rules"] = [{"name": f"Rule {number}", "when": "form.amount == 1", "do": do}]
        stage["already_approved"] = draw(st.sampled_from((None, "carry_over")))
    if len(small["stages"]) > 1 and draw(st.booleans()):
        small["separation_of_duties"] = {"four_eyes": [["s1", "s2"]]}
    small["rules"] = draw(
        st.sampled_from(([], [], [{"name": "All", "when": "form.urgent", "do": "approve"}]))
    )
    return Policy.model_validate(small)


@dataclass
class Happening:
    """A request as it really goes: every question is answered anew, by what is there at that moment."""

    state: RequestState
    now: datetime
    events: list[e.Event] = field(default_factory=list)

    def send(self, command: c.Command) -> None:
        self.state, events, receipt = receive(self.state, command, self.now)
        assert receipt is None or receipt.ok
        self.events += events
        while self.state.status is Status.OPEN and (work := pending_work(self.state)):
            one, id = work[0], f"w{len(self.events)}"
            answer = (
                c.StagePrepared(id=id, work=one.id, plan=prepare_stage(one, self.now))
                if isinstance(one, StageWork)
                else c.ClockPrepared(
                    id=id, work=one.id, computed_for=self.now, reading=prepare_clock(one, self.now)
                )
            )
            self.state, events, _ = receive(self.state, answer, self.now)
            self.events += events

    def due(self, stage: str) -> datetime:
        clock = self.state.stages[stage].clock
        return max(self.now, clock.deadline) if clock and clock.deadline else self.now

    def approve_all(self) -> None:
        """Whatever is due first is approved just then, by the first of those who can take each seat."""
        while self.state.status is Status.OPEN:
            tasks = [task for task in self.state.open_tasks() if task.people]
            if not tasks:
                return
            task = min(tasks, key=lambda task: self.due(task.stage))
            self.now = self.due(task.stage)
            by = {"id": f"d{len(self.events)}", "actor": task.people[0], "task": task.id}
            self.send(c.Decide(**by, decision=Decision.APPROVE))

    def seats(self, stage: str) -> Seats:
        """Who was asked when it started."""
        opened = next((x for x in self.events if isinstance(x, e.StageOpened) and x.stage == stage), None)
        return tuple(
            (x.label, x.candidates)
            for x in self.events
            if opened and isinstance(x, e.TaskOpened) and x.stage == stage and x.at == opened.at
        )


def recorded(policy: Policy) -> PolicyVersion:
    """A version that nobody checked, so that what is drawn may be odd."""
    row = PolicyRow.objects.create(key=policy.key, title=policy.title)
    digest = uuid.uuid4().hex
    return PolicyVersion.objects.create(
        policy=row, number=1, body=policy.model_dump(mode="json"), digest=digest
    )


def shown_seats(shown: StagePreview) -> Seats:
    return tuple((seat.label, seat.candidates) for seat in shown.seats)


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(policy=policies(), plan=simulated.organisations, data=st.data())
def test_preview_agrees_with_what_then_happens(
    policy: Policy, plan: dict[str, Any], data: st.DataObject
) -> None:
    with transaction.atomic():
        office()
        everybody = simulated.settle_in(plan)
        people = {person.handle: person for person in Person.objects.all()}
        if data.draw(st.booleans(), label="bo is away"):
            away(people["bo"], NOW.date(), people["cy"])
        requester = people[data.draw(st.sampled_from(everybody), label="requester")]
        form = data.draw(st.sampled_from(list(simulated.forms(everybody))), label="form")
        version = recorded(policy)
        found = preview(version, requester, form, NOW)
        really = Happening(new_request("r", policy, version.number, requester.handle), NOW)
        really.send(c.Submit(id="s", actor=requester.handle, title=found.title, form=form))
        really.approve_all()
        for shown in found.stages:
            agrees(shown, really)
        timed = all(stage.sla for stage in policy.stages if really.seats(stage.id))
        outcome = really.state.outcome and really.state.outcome.value
        if found.done_by is not None:
            assert (outcome, really.state.closed_at) == ("approved", found.done_by)
        elif timed:
            assert outcome != "approved"
        transaction.set_rollback(True)


def agrees(shown: StagePreview, really: Happening) -> None:
    """One stage: whether it is needed, who is asked and why, by which rule, from when and until when."""
    stage = really.state.stages[shown.id]
    assert shown.skipped == (stage.status is StageStatus.SKIPPED)
    rules = [x for x in really.events if isinstance(x, e.RuleApplied) and x.stage == shown.id]
    assert shown.ruled == ("" if not rules else "approved" if rules[0].do == "approve" else "rejected")
    assert shown_seats(shown) == really.seats(shown.id)
    opened = [x for x in really.events if isinstance(x, e.StageOpened) and x.stage == shown.id]
    if shown.starts_at is not None:
        assert [x.at for x in opened] == [shown.starts_at]
        assert shown.due_at == (opened[0].clock.deadline if opened[0].clock else None)
