"""Events become rows: each once, in order, or not at all."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from approvals.audit.models import Event
from approvals.audit.services import events_of
from approvals.calendars import services as calendars
from approvals.engine import commands as c
from approvals.engine import receive
from approvals.engine.events import AnyEvent
from approvals.engine.policy import Policy
from approvals.engine.state import Alarm, Candidate, RequestState
from approvals.engine.work import ClockReading, Seat, StagePlan
from approvals.inbox.models import Assignment, Task
from approvals.mail import planning
from approvals.mail.models import Notification
from approvals.people.models import Person
from approvals.policies.services import publish
from approvals.requests import projection
from approvals.requests.models import Command, Request
from tests.engine_in_process import EngineInProcess
from tests.requests.leave import FORM, LEAVE, approval, new_id, submit_leave, withdrawal

pytestmark = pytest.mark.django_db
People = dict[str, Person]
CALENDAR = "always-open"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
DUE = START + timedelta(hours=8)


class Story:
    """A request whose events are written when the test says so."""

    def __init__(self, row: Request) -> None:
        self.row = row
        self.state = RequestState.model_validate(row.state)
        self.events: list[AnyEvent] = []
        self.now = START

    def tell(self, *commands: c.Command) -> list[AnyEvent]:
        """What the commands cause; nothing is written."""
        told: list[AnyEvent] = []
        for command in commands:
            self.state, events, _ = receive(self.state, command, self.now)
            told += events  # type: ignore[arg-type]
        self.events += told
        return told

    def write(self, *commands: c.Command) -> None:
        """What the commands cause, written."""
        projection.record(str(self.row.pk), self.tell(*commands))
        self.row.refresh_from_db()

    def prepared(self, stage: str, *people: str) -> c.StagePrepared:
        """One seat for these people, until :data:`DUE`."""
        alarm = Alarm(id="breach-0", kind="breach", offset=28_800, at=DUE)
        clock = ClockReading(
            calendar=CALENDAR,
            calendar_version=1,
            zone="UTC",
            target=28_800,
            elapsed=0,
            deadline=DUE,
            alarms=(alarm,),
        )
        seat = Seat(candidates=tuple(Candidate(person=person) for person in people), label="Boss")
        return c.StagePrepared(id=new_id(), work=f"{stage}.1", plan=StagePlan(seats=(seat,), clock=clock))


@pytest.fixture
def story(engine: EngineInProcess, people: People) -> Story:
    """A request of ana's that the engine has not answered yet."""
    described = LEAVE | {
        "stages": [stage | {"sla": {"target": "PT8H", "calendar": CALENDAR}} for stage in LEAVE["stages"]]
    }
    calendars.load_library()
    engine.away = True
    return Story(submit_leave(people["ana"], publish(Policy.model_validate(described))))


def submission(story: Story) -> c.Submit:
    command = Command.objects.get(request=story.row, kind="submit")
    return c.Submit(id=str(command.pk), actor="ana", title="Three days", form=FORM)


def test_events_fill_the_row_and_the_record(story: Story) -> None:
    story.write(submission(story), story.prepared("boss", "bo", "cy"))

    row = story.row
    assert (row.status, row.title, row.stages, row.revision) == (
        "open",
        "Three days",
        "Boss",
        story.state.revision,
    )
    assert (row.amount, row.currency, row.due_at) == (120_00, "EUR", DUE)
    assert row.updated_at == START
    assert RequestState.model_validate(row.state) == story.state
    assert events_of(row.pk) == story.events


def test_the_same_batch_again_changes_nothing(story: Story) -> None:
    story.write(submission(story), story.prepared("boss", "bo"))
    counts = (Event.objects.count(), Assignment.objects.count(), Notification.objects.count())
    before = Request.objects.filter(pk=story.row.pk).values().get()

    assert projection.record(str(story.row.pk), story.events) == story.state.revision

    assert Request.objects.filter(pk=story.row.pk).values().get() == before
    assert (Event.objects.count(), Assignment.objects.count(), Notification.objects.count()) == counts


def test_of_an_overlapping_batch_only_the_new_part_is_written(story: Story) -> None:
    story.write(submission(story))
    story.tell(story.prepared("boss", "bo"))

    projection.record(str(story.row.pk), story.events)

    assert events_of(story.row.pk) == story.events


def test_a_gap_is_refused_and_nothing_is_written(story: Story) -> None:
    story.tell(submission(story))
    later = story.tell(story.prepared("boss", "bo"))

    with pytest.raises(projection.Gap):
        projection.record(str(story.row.pk), later)

    assert not Event.objects.exists()


def test_an_unknown_request_is_refused(story: Story) -> None:
    with pytest.raises(Request.DoesNotExist):
        projection.record(str(uuid.uuid4()), story.tell(submission(story)))


def test_commands_get_their_answers(story: Story, people: People) -> None:
    forged = approval("eve")
    Command.objects.create(id=forged.id, request=story.row, actor=people["eve"], kind="decide", body={})
    story.write(submission(story), story.prepared("boss", "bo"), forged)

    assert Command.objects.get(kind="submit").code == "ok"
    answered = Command.objects.get(pk=forged.id)
    assert answered.code == "not_assigned"
    assert answered.answered_at is not None


def test_answers_to_commands_from_elsewhere_are_in_the_record_only(story: Story) -> None:
    story.write(submission(story), story.prepared("boss", "bo"))
    story.write(c.Comment(id="from-a-program", actor="ana", text="Hello."), approval("bo"))

    assert events_of(story.row.pk) == story.events
    assert Command.objects.count() == 1


def inbox(handle: str) -> list[str]:
    return list(Assignment.objects.filter(person__username=handle).values_list("task__key", flat=True))


def test_whoever_can_decide_finds_the_task_in_their_inbox(story: Story) -> None:
    story.write(submission(story), story.prepared("boss", "bo", "cy"))

    assert inbox("bo") == inbox("cy") == ["boss.1.1"]
    assert Assignment.objects.filter(due_at=DUE).count() == 2


def test_a_claimed_task_is_its_owner_s_alone_until_it_is_released(story: Story) -> None:
    story.write(submission(story), story.prepared("boss", "bo", "cy"))
    story.write(c.Claim(id=new_id(), actor="bo", task="boss.1.1"))
    assert (inbox("bo"), inbox("cy")) == (["boss.1.1"], [])

    story.write(c.Release(id=new_id(), actor="bo", task="boss.1.1"))
    assert (inbox("bo"), inbox("cy")) == (["boss.1.1"], ["boss.1.1"])


def test_a_delegate_decides_on_somebody_s_behalf(story: Story, people: People) -> None:
    story.write(submission(story), story.prepared("boss", "bo"))
    story.write(c.Delegate(id=new_id(), actor="bo", task="boss.1.1", to="cy"))

    assert inbox("bo") == []
    assert Assignment.objects.get(person=people["cy"]).instead_of == people["bo"]


def test_a_decided_task_leaves_every_inbox(story: Story, people: People) -> None:
    story.write(submission(story), story.prepared("boss", "bo", "cy"))
    story.write(approval("bo"))

    task = Task.objects.get(key="boss.1.1")
    assert not Assignment.objects.exists()
    assert (task.status, task.decision, task.owner, task.closed_at) == (
        "decided",
        "approve",
        people["bo"],
        START,
    )


def test_a_closed_request_waits_for_nobody(story: Story) -> None:
    story.write(submission(story), story.prepared("boss", "bo"))
    story.now += timedelta(hours=1)
    story.write(withdrawal())

    assert (story.row.status, story.row.outcome, story.row.due_at) == ("closed", "withdrawn", None)
    assert story.row.closed_at == story.now
    assert not Assignment.objects.exists()
    assert Task.objects.get().closed_at == story.now


def test_while_paused_there_is_no_deadline(story: Story) -> None:
    story.write(submission(story), story.prepared("boss", "bo"))
    story.write(c.Pause(id=new_id(), actor="ada", reason="Wait."))

    assert story.row.paused
    assert story.row.due_at is None
    assert Assignment.objects.get().due_at is None


def test_a_stage_that_nobody_can_decide_is_stuck(story: Story) -> None:
    story.write(submission(story), story.prepared("boss"))

    assert story.row.stuck


def test_a_task_of_somebody_unknown_is_written_without_them(story: Story) -> None:
    story.write(submission(story), story.prepared("boss", "bo", "nobody-here"))

    assert inbox("bo") == ["boss.1.1"]
    assert Assignment.objects.count() == 1


def test_a_failed_batch_leaves_nothing_behind(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(planning, "plan", fail)
    with pytest.raises(ConnectionError):
        story.write(submission(story), story.prepared("boss", "bo"))

    assert not Event.objects.exists()
    assert not Task.objects.exists()
