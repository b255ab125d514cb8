"""The demo's requests: every state is there, and each is what its own record makes of it."""

from collections import Counter
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db.models import Max

from approvals.audit import services as audit
from approvals.audit.models import Event
from approvals.demo.hours import latest_working_day
from approvals.engine import evolve, new_request
from approvals.engine.state import RequestState
from approvals.inbox.models import Assignment
from approvals.mail.models import Notification
from approvals.policies import services as policies
from approvals.requests.models import Request
from temporal_app import client
from tests.demo.conftest import NOW, Made

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]


def test_a_few_hundred_requests_of_all_four_policies(made: Made) -> None:
    assert made.seeding.requests == Request.objects.count()
    assert 250 <= made.seeding.requests <= 500
    kinds = Counter(Request.objects.values_list("policy_version__policy__key", flat=True))
    assert set(kinds) == {"expense-declaration", "purchase-order", "access-request", "production-release"}
    assert min(kinds.values()) >= 30


def test_every_state_is_there(made: Made) -> None:
    requests = Request.objects.all()
    assert set(requests.values_list("status", flat=True)) == {"open", "returned", "closed"}
    assert set(requests.values_list("outcome", flat=True)) == {
        "",
        "approved",
        "rejected",
        "withdrawn",
        "expired",
    }
    assert requests.filter(paused=True).exists()
    assert requests.filter(status="open", round__gte=2).exists()
    assert requests.filter(due_at__lt=NOW).count() >= 5
    assert requests.filter(tasks__status="open", tasks__priority__gte=1).exists()


def test_somebody_is_asked_in_every_stage_of_the_library(made: Made) -> None:
    asked = set(Assignment.objects.values_list("task__request__policy_version__policy__key", "task__stage"))
    stages = {
        (version.policy.key, stage.id)
        for version in policies.load_library()
        for stage in policies.engine_policy(version).stages
    }
    assert stages - asked == set()


def test_people_have_done_everything_that_people_do(made: Made) -> None:
    kinds = set(Event.objects.exclude(actor=None).values_list("type", flat=True))
    assert kinds >= {
        "request_submitted",
        "request_resubmitted",
        "task_decided",
        "task_claimed",
        "task_delegated",
        "task_reassigned",
        "escalated",
        "deadline_extended",
        "request_paused",
        "comment_added",
        "changes_requested",
    }
    by_time = set(Event.objects.filter(actor=None).values_list("type", flat=True))
    assert by_time >= {"reminder_sent", "deadline_breached", "escalated", "stage_skipped"}


def test_nothing_that_anybody_did_was_refused(made: Made) -> None:
    assert not Event.objects.filter(type="command_refused").exists()


def test_each_request_is_what_its_record_makes_of_it(made: Made) -> None:
    for row in Request.objects.select_related("policy_version", "requester")[:40]:
        version = row.policy_version
        state = new_request(
            str(row.pk), policies.engine_policy(version), version.number, row.requester.username
        )
        for event in audit.events_of(row.pk):
            state = evolve(state, event)
        assert state == RequestState.model_validate(row.state)
        assert row.created_at == state.submitted_at


def test_nothing_happens_after_now_and_numbers_follow_dates(made: Made) -> None:
    assert Event.objects.aggregate(last=Max("at"))["last"] <= NOW
    dates = list(Request.objects.order_by("number").values_list("created_at", flat=True))
    assert dates == sorted(dates)


def test_every_open_request_gets_its_workflow_and_no_other(made: Made) -> None:
    alive = {str(id) for id in Request.objects.filter(closed_at=None).values_list("id", flat=True)}
    assert Counter(given.state.request for given in made.started) == Counter(alive)
    assert not any(given.commands or given.unrecorded for given in made.started)


def test_mail_is_sent_of_what_is_recent_only(made: Made) -> None:
    at = {(event.request_id, event.revision): event.at for event in Event.objects.all()}
    mails = list(Notification.objects.all())
    assert 10 <= len(mails) <= 300
    assert min(at[mail.request_id, mail.revision] for mail in mails) >= latest_working_day(NOW)


def test_the_second_start_changes_nothing(made: Made) -> None:
    before = list(Request.objects.order_by("id").values_list("id", "revision", "updated_at"))
    printed = StringIO()
    with patch.object(client, "start", side_effect=AssertionError("There is nothing to start.")):
        call_command("prepare_demo", stdout=printed, stderr=StringIO())
    assert list(Request.objects.order_by("id").values_list("id", "revision", "updated_at")) == before
    lines = printed.getvalue().splitlines()
    assert lines[0] == "Sign in as one of these; the password of everybody is it-pleases-us"
    assert "  femke.deboer       Administrator: the console, policies, people" in lines


def test_it_tells_how_far_it_is(made: Made) -> None:
    assert made.said[0] == "Making the people ..."
    assert made.said[-1] == "Starting the workflows of those that are open ..."
    assert f"60 of {made.seeding.requests} told" in made.said
