"""What happened, told to people."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from django.utils import timezone

from approvals.engine import events as e
from approvals.engine.policy import Policy
from approvals.engine.state import Candidate, Decision, Outcome
from approvals.engine.versions import StageChange
from approvals.engine.work import ClockReading
from approvals.pages.who import People
from approvals.requests.telling import tell
from approvals.requests.timeline import people_in, timeline
from tests.pages.office import BODY, Office

AT = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
BO, CY = Candidate(person="bo"), Candidate(person="cy")
READING = ClockReading(
    calendar="c", calendar_version=1, zone="UTC", target=60, elapsed=0, deadline=DUE, alarms=()
)
POLICY = Policy.model_validate(BODY)


def told(*events: e.AnyEvent) -> list[str]:
    """The sentences with their actors, each with its quotation after a dash, quiet ones in brackets."""
    numbered = [event.model_copy(update={"revision": number}) for number, event in enumerate(events, 1)]
    found = []
    for group in timeline(POLICY, "ana", numbered, People(people_in(numbered) | {"ana"})):
        for entry in group.entries:
            line = f"{entry.actor.name} {entry.sentence}" if entry.actor else entry.sentence
            line += f" — {entry.quote}" if entry.quote else ""
            found.append(f"({line})" if entry.quiet else line)
    return found


def at(kind: type[e.Event], actor: str = "", **values: object) -> e.AnyEvent:
    event: e.AnyEvent = kind(revision=1, at=AT, actor=actor, **values)  # type: ignore[assignment]
    return event


OPENED = at(e.TaskOpened, task="t", stage="lead", candidates=(BO,))


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (at(e.RequestSubmitted, "ana", title="T", form={}), "Ana Alves submitted the request."),
        (
            at(e.ConflictDeclared, "bo", task="t", stage="lead", reason="My cousin."),
            "Bo Berg declared a conflict of interest in “Team lead”, and decides nothing in this request. — My cousin.",
        ),
        (
            at(e.ApprovalCarriedOver, task="u", stage="finance", person="bo", earlier="t"),
            "By the rule “already approved” what Bo Berg approved in “Team lead” counts in “Finance” too.",
        ),
        (
            at(e.TaskOpened, "bo", task="u", stage="lead", candidates=(CY,), invited="before", reason="Ask."),
            "Bo Berg added Cy Cole to “Team lead”, to decide first. — Ask.",
        ),
        (
            at(e.ApproverNamed, "bo", task="t", to="cy", comment="Next."),
            "Bo Berg named Cy Cole, to decide “Team lead” after an approval. — Next.",
        ),
        (
            at(e.InvitationLapsed, task="t", to="cy"),
            "Cy Cole was to decide “Team lead” next, but is asked already, has decided or may not.",
        ),
        (at(e.TurnCame, task="t"), "(The task in “Team lead” that waited has its turn.)"),
        (
            at(e.SubordinatesFound, people=("x", "y")),
            "(2 people report to Ana Alves and may not decide.)",
        ),
        (
            at(e.RequestAmended, "ana", round=2, title="T", form={}, changed=("amount",), comment="So"),
            "Ana Alves changed Amount of the request. Round 2 begins. — So",
        ),
        (
            at(e.RuleApplied, stage="lead", rule="Small", do="approve", reason="So."),
            "The rule “Small” approved “Team lead”. — So.",
        ),
        (
            at(e.RuleApplied, stage="lead", rule="Small", do="reject", whole=True),
            "The rule “Small” rejected the request.",
        ),
        (
            at(e.StageSentBack, stage="finance", to="lead", round=2, kept=(), reason="So."),
            "“Finance” was rejected: “Team lead” is asked again. Round 2 begins. — So.",
        ),
        (at(e.StageKept, stage="lead", reason="So."), "“Team lead” is not asked again. — So."),
        (
            at(e.StageAskedAgain, stage="lead", changed=("amount",)),
            "“Team lead” is asked again, because Amount changed.",
        ),
        (
            at(
                e.RequestResubmitted,
                "ana",
                round=2,
                title="T",
                form={},
                changed=("amount", "why"),
                comment="So",
            ),
            "Ana Alves resubmitted the request with a change of Amount and Why. Round 2 begins. — So",
        ),
        (
            at(e.RequestResubmitted, "ana", round=2, title="T", form={}, changed=()),
            "Ana Alves resubmitted the request without a change. Round 2 begins.",
        ),
        (at(e.StagePreparing, stage="lead"), "(“Team lead” has its turn.)"),
        (at(e.StageSkipped, stage="lead", reason="Cheap."), "“Team lead” was passed over. — Cheap."),
        (
            at(e.StageSkipped, "max", stage="lead", reason="Urgent."),
            "Max Admin skipped “Team lead”. — Urgent.",
        ),
        (
            at(e.StageOpened, stage="lead", clock=READING, last_resort=()),
            "(“Team lead” began, due Fri 6 Mar, 17:00.)",
        ),
        (at(e.StageOpened, stage="lead", clock=None, last_resort=()), "(“Team lead” began.)"),
        (
            at(e.StageStuck, stage="lead", reason="Nobody is there.", people=(BO,)),
            "Nobody could decide “Team lead”; it was put to Bo Berg. — Nobody is there.",
        ),
        (OPENED, "(Bo Berg was asked for “Team lead”.)"),
        (
            at(e.TaskOpened, task="u", stage="lead", candidates=(BO, CY)),
            "(Bo Berg and Cy Cole were asked for “Team lead”; one of them decides.)",
        ),
        (
            at(e.TaskOpened, "max", task="u", stage="lead", candidates=(CY,), reason="Knows."),
            "Max Admin added Cy Cole to “Team lead”. — Knows.",
        ),
        (at(e.TaskClaimed, "bo", task="t"), "Bo Berg claimed the task in “Team lead”."),
        (at(e.TaskReleased, "bo", task="t"), "Bo Berg released the task in “Team lead”."),
        (
            at(e.TaskDelegated, "bo", task="t", to="cy", comment="You."),
            "Bo Berg delegated the task in “Team lead” to Cy Cole. — You.",
        ),
        (
            at(e.TaskReassigned, "max", task="t", candidates=(CY,), removed=("bo",), reason="Left."),
            "Max Admin reassigned the task in “Team lead” to Cy Cole. — Left.",
        ),
        (
            at(e.TaskReassigned, task="t", candidates=(BO, CY), removed=()),
            "(The task in “Team lead” now waits for Bo Berg and Cy Cole.)",
        ),
        (
            at(e.TaskDecided, "cy", task="t", stage="lead", decision=Decision.APPROVE, instead_of="bo"),
            "Cy Cole approved in “Team lead” on behalf of Bo Berg.",
        ),
        (
            at(
                e.TaskDecided, "bo", task="t", stage="lead", decision=Decision.REQUEST_CHANGES, comment="Why?"
            ),
            "Bo Berg asked for changes in “Team lead”. — Why?",
        ),
        (
            at(e.TaskCancelled, task="t", reason="closed"),
            "(The task in “Team lead” ended with the request.)",
        ),
        (
            at(e.TaskCancelled, "max", task="t", reason="removed"),
            "Max Admin took away a task in “Team lead”.",
        ),
        (at(e.StageDecided, stage="lead", result="approved"), "(“Team lead” was approved.)"),
        (
            at(e.StageDecided, stage="lead", result="passed", reason="Late."),
            "“Team lead” was rejected; the request goes on. — Late.",
        ),
        (
            at(e.ChangesRequested, "bo", stage="lead", comment="Nobody answered."),
            "The request is back with Ana Alves for changes. — Nobody answered.",
        ),
        (
            at(e.ReminderSent, stage="lead", alarm="a", due=DUE, people=("bo", "cy")),
            "(Bo Berg and Cy Cole got a reminder of “Team lead”.)",
        ),
        (at(e.DeadlineBreached, stage="lead", alarm="a", due=DUE), "“Team lead” missed its deadline."),
        (
            at(e.Escalated, stage="lead", alarm="a", level=0, due=DUE, did="add", people=(CY,)),
            "“Team lead” was escalated: Cy Cole can decide it too.",
        ),
        (
            at(
                e.Escalated,
                "ana",
                stage="lead",
                alarm="a",
                level=0,
                due=DUE,
                did="notify",
                people=(CY,),
                reason="!",
            ),
            "Ana Alves escalated “Team lead”: Cy Cole heard of it. — !",
        ),
        (
            at(e.DeadlineExtended, "max", stage="lead", by="2wd", reason="Ill."),
            "Max Admin extended the deadline of “Team lead” by 2 working days. — Ill.",
        ),
        (
            at(e.DeadlineExtended, "max", stage="lead", by="P1DT2H30M"),
            "Max Admin extended the deadline of “Team lead” by 1 d 2 h 30 min of business time.",
        ),
        (
            at(e.ClockComputed, stage="lead", reading=READING),
            "(“Team lead” is due Fri 6 Mar, 17:00 now.)",
        ),
        (at(e.RequestPaused, "max", reason="Audit."), "Max Admin put the request on hold. — Audit."),
        (at(e.RequestResumed, "max"), "Max Admin let the request go on."),
        (
            at(
                e.PolicyMigrated,
                "max",
                previous=1,
                version=2,
                policy=POLICY,
                changes=(
                    StageChange(stage="lead", title="Team lead", becomes="again"),
                    StageChange(stage="x", title="Extra", becomes="added"),
                    StageChange(stage="old", title="Old", becomes="dropped"),
                    StageChange(stage="older", title="Older", becomes="dropped"),
                ),
                reason="New law.",
            ),
            "Max Admin moved the request from version 1 of its policy to version 2. “Extra” is new. "
            "“Old” and “Older” are gone. “Team lead” begins anew. — New law.",
        ),
        (at(e.CommentAdded, "ana", text="Hello"), "Ana Alves wrote — Hello"),
        (at(e.RequestClosed, outcome=Outcome.EXPIRED, reason="Late."), "The request is expired. — Late."),
        (at(e.RequestClosed, "bo", outcome=Outcome.APPROVED), "The request is approved."),
        (at(e.RequestClosed, "ana", outcome=Outcome.WITHDRAWN), "Ana Alves withdrew the request."),
        (
            at(e.RequestClosed, "max", outcome=Outcome.REJECTED, reason="Fraud."),
            "Max Admin decided in place of the reviewers: the request is rejected. — Fraud.",
        ),
        (
            at(e.CommandRefused, "bo", code="x", message="Too late."),
            "(Bo Berg tried something that was refused. — Too late.)",
        ),
    ],
)
def test_each_event_is_a_sentence(office: Office, event: e.AnyEvent, line: str) -> None:
    with timezone.override("Europe/Amsterdam"):
        assert told(*([event] if event is OPENED else [OPENED, event]))[-1].replace(" 2026", "") == line


def test_every_kind_of_event_has_a_sentence_of_its_own() -> None:
    kinds = get_args(get_args(e.AnyEvent)[0])
    fallback = tell.registry[object] if object in tell.registry else tell.dispatch(e.Event)
    assert [kind.__name__ for kind in kinds if tell.dispatch(kind) is fallback] == []


def test_an_answer_to_a_command_is_no_event_of_its_own(office: Office) -> None:
    assert told(at(e.CommandAccepted, "bo", message="You approved.")) == []


def test_what_a_reviewer_wrote_is_quoted_once(office: Office) -> None:
    decided = at(
        e.TaskDecided,
        "bo",
        task="t",
        stage="lead",
        decision=Decision.REQUEST_CHANGES,
        comment="Why?",
        command="c",
    )
    back = at(e.ChangesRequested, "bo", stage="lead", comment="Why?", command="c")
    assert told(OPENED, decided, back)[1:] == [
        "Bo Berg asked for changes in “Team lead”. — Why?",
        "The request is back with Ana Alves for changes.",
    ]


def test_the_systems_steps_are_folded_into_what_they_come_to(office: Office) -> None:
    events = [
        at(e.RequestSubmitted, "ana", title="T", form={}),
        at(e.StagePreparing, stage="lead"),
        at(e.StageOpened, stage="lead", clock=None, last_resort=()),
        OPENED,
        at(e.CommentAdded, "ana", text="Hello"),
    ]
    groups = timeline(POLICY, "ana", events, People({"ana", "bo"}))
    assert [group.quiet for group in groups] == [False, True, False]
    assert groups[1].summary == "“Team lead” began. 3 steps of the system."


def test_the_order_is_that_of_the_events(office: Office) -> None:
    first = at(e.CommentAdded, "ana", text="1")
    second = first.model_copy(update={"text": "2", "at": AT - timedelta(hours=1)})
    assert [line[-1] for line in told(first, second)] == ["1", "2"]
