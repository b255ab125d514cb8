"""A recorded command reaches the engine, whatever is away in between."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from approvals.audit import services as audit
from approvals.engine import commands as c
from approvals.engine.errors import Refused
from approvals.people.models import Person
from approvals.policies.models import PolicyVersion
from approvals.requests import delivery, services
from approvals.requests.models import Command, Request
from temporal_app import client
from temporal_app.messages import StateView
from tests.engine_in_process import EngineInProcess
from tests.requests.leave import FORM, approval, new_id, remark, submit_leave, withdrawal

pytestmark = pytest.mark.django_db
People = dict[str, Person]


def let_time_pass() -> None:
    """Every waiting command's turn has come."""
    Command.objects.filter(next_attempt_at__isnull=False).update(next_attempt_at=timezone.now())


def has_whole_history(shown: services.Shown) -> bool:
    """Whether what is shown of the past leads to the state that is shown, nothing missing or said twice."""
    return [event.revision for event in shown.events] == list(range(1, shown.state.revision + 1))


def test_a_submitted_request_starts(engine: EngineInProcess, request_row: Request) -> None:
    assert request_row.status == "open"
    assert request_row.revision == engine.states[str(request_row.pk)].revision


def test_the_same_form_sent_twice_is_one_request(
    engine: EngineInProcess, people: People, leave: PolicyVersion
) -> None:
    id = uuid.uuid4()
    first = services.submit(people["ana"], leave, FORM, id)
    again = services.submit(people["ana"], leave, FORM, id)

    assert again == first
    assert Request.objects.count() == len(engine.states) == 1


def test_what_is_too_large_is_refused_with_its_size(request_row: Request, people: People) -> None:
    large = c.Comment(id=new_id(), actor="ana", text="x" * services.MAX_PAYLOAD)
    with pytest.raises(Refused) as refused:
        services.send(people["ana"], request_row, large)

    assert refused.value.code == "too_large"
    assert "500,000" in refused.value.message
    assert not Command.objects.filter(kind="comment").exists()


def test_what_is_sent_while_the_engine_is_away_is_kept_and_delivered_later(
    engine: EngineInProcess, people: People, leave: PolicyVersion
) -> None:
    engine.away = True
    row = submit_leave(people["ana"], leave)
    assert Command.objects.filter(request=row, sent_at=None, attempts=1).count() == 1
    assert row.status == "new"

    assert delivery.deliver_due() == 0, "not before its time"
    engine.away = False
    let_time_pass()
    assert delivery.deliver_due() == 1

    assert Request.objects.filter(pk=row.pk, status="open").exists()
    assert Command.objects.filter(request=row, sent_at__isnull=False, code="ok").exists()


def test_who_clicks_waits_for_the_answer_and_who_writes_a_mail_does_not(
    engine: EngineInProcess, request_row: Request
) -> None:
    clicked = remark("ana")
    services.send_and_show(request_row.requester, request_row, clicked)
    services.send(request_row.requester, request_row, remark("ana"), channel="mail")

    assert engine.waited_for == [clicked.id]
    assert engine.states[str(request_row.pk)].comments == 2


def test_who_clicks_sees_what_it_came_to(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    engine.unrecorded = True
    sent, shown = services.send_and_show(people["bo"], request_row, approval("bo"))

    assert sent.delivered
    assert shown.live
    assert shown.state.revision > request_row.revision
    assert has_whole_history(shown)


def test_who_clicks_twice_sees_what_the_first_click_came_to(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    command = approval("bo")
    services.send_and_show(people["bo"], request_row, command)
    request_row.refresh_from_db()
    sent, shown = services.send_and_show(people["bo"], request_row, command)

    assert engine.waited_for == [command.id]
    assert sent.receipt is not None
    assert sent.receipt.ok
    assert shown.state.revision == engine.states[str(request_row.pk)].revision


def test_who_clicks_while_the_engine_is_away_sees_the_record_and_that_it_waits(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    engine.away = True
    sent, shown = services.send_and_show(people["bo"], request_row, approval("bo"))

    assert not sent.delivered
    assert not shown.live
    assert shown.as_of == request_row.updated_at
    assert shown.unanswered == (sent.command,)
    engine.away = False
    let_time_pass()
    assert delivery.deliver_due() == 1
    assert engine.waited_for == [str(sent.command.pk)], "a courier's delivery comes too late to be waited for"
    sent.command.refresh_from_db()
    assert sent.command.code == "ok"


def test_who_clicks_when_no_worker_answers_sees_the_record_and_the_command_is_not_sent_again(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    """The server has it, only nobody says yet what it comes to."""

    def away() -> StateView:
        raise client.EngineAway("no worker")

    taken: list[str] = []

    def signal_and_ask(_: str, command: c.Signal) -> client.Told:
        return client.Told(lambda: taken.append(command.id), away)

    command = approval("bo")
    with patch.object(client, "signal_and_ask", signal_and_ask):
        sent, shown = services.send_and_show(people["bo"], request_row, command)

    assert taken == [command.id]
    assert sent.delivered
    assert not shown.live
    assert shown.unanswered == (sent.command,)


def test_who_clicks_on_a_request_that_has_ended_is_told_so(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    services.send(people["ana"], request_row, withdrawal())
    sent, _ = services.send_and_show(people["bo"], request_row, approval("bo"))

    assert sent.receipt is not None
    assert sent.receipt.code == "request_closed"


def test_each_attempt_waits_longer_up_to_a_limit(engine: EngineInProcess, request_row: Request) -> None:
    engine.away = True
    sent = services.send(request_row.requester, request_row, remark("ana"))
    assert not sent.delivered
    waits = []
    for _ in range(6):
        let_time_pass()
        before = timezone.now()
        delivery.deliver_due()
        sent.command.refresh_from_db()
        assert sent.command.next_attempt_at is not None
        waits.append(round((sent.command.next_attempt_at - before).total_seconds()))

    assert waits == [4, 8, 15, 15, 15, 15]
    assert sent.command.attempts == 7


def test_a_command_never_overtakes_the_submission_of_its_request(
    engine: EngineInProcess, people: People, leave: PolicyVersion
) -> None:
    engine.away = True
    row = submit_leave(people["ana"], leave)
    sent = services.send(people["ana"], row, remark("ana"))
    engine.away = False

    assert delivery.deliver(sent.command)

    row.refresh_from_db()
    assert row.status == "open"
    assert [type(command) for command in engine.received] == [c.Submit, c.Comment]
    assert set(Command.objects.values_list("code", flat=True)) == {"ok"}


def test_the_same_command_twice_is_one_command(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    command = approval("bo")
    first = services.send(people["bo"], request_row, command)
    again = services.send(people["bo"], request_row, command)

    assert again.command == first.command
    assert engine.received.count(command) == 1


def test_a_command_that_was_sent_twice_takes_effect_once(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    sent = services.send(people["ana"], request_row, remark("ana"))
    assert delivery.deliver(sent.command), "as after a crash between sending it and writing that down"

    assert engine.states[str(request_row.pk)].comments == 1


def test_somebody_else_s_command_id_is_refused(request_row: Request, people: People) -> None:
    command = remark("ana")
    services.send(people["ana"], request_row, command)

    with pytest.raises(Refused) as refused:
        services.send(people["eve"], request_row, command)
    assert refused.value.code == "repeated_id"


def test_a_command_to_a_closed_request_gets_a_receipt(request_row: Request, people: People) -> None:
    services.send(people["ana"], request_row, withdrawal())
    sent = services.send(people["bo"], request_row, approval("bo"))

    sent.command.refresh_from_db()
    assert sent.delivered
    assert sent.receipt is not None
    assert sent.receipt.code == "request_closed"
    assert "withdrawn" in sent.receipt.message


def test_a_command_to_a_request_that_the_engine_has_lost_gets_a_receipt(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    engine.states.clear()
    sent = services.send(people["bo"], request_row, approval("bo"))

    assert sent.receipt is not None
    assert sent.receipt.code == "unknown_request"


def test_a_command_that_cannot_be_sent_does_not_keep_the_others(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    engine.away = True
    broken = services.send(people["ana"], request_row, remark("ana")).command
    whole = services.send(people["ana"], request_row, remark("ana")).command
    Command.objects.filter(pk=broken.pk).update(body={"kind": "comment"})
    engine.away = False
    let_time_pass()

    assert delivery.deliver_due() == 2

    whole.refresh_from_db()
    assert whole.code == "ok"


def test_a_claimed_command_is_left_to_its_courier(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    engine.away = True
    services.send(people["ana"], request_row, remark("ana"))
    let_time_pass()
    seen_by_another: list[int] = []

    def look(_: Command) -> None:
        seen_by_another.append(delivery.deliver_due())

    with patch.object(delivery, "deliver", look):
        assert delivery.deliver_due() == 1

    assert seen_by_another == [0]


def test_a_limit_is_kept_and_the_oldest_come_first(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    engine.away = True
    sent = [services.send(people["ana"], request_row, remark("ana")).command for _ in range(3)]
    engine.away = False
    let_time_pass()

    assert delivery.deliver_due(limit=2) == 2
    assert delivery.deliver_due(limit=2) == 1
    assert [command.id for command in engine.received[-3:]] == [str(command.pk) for command in sent]


# ---- administrators' updates ------------------------------------------------------------------


def pause() -> c.Pause:
    return c.Pause(id=new_id(), actor="ada", reason="Wait.")


def test_an_update_is_answered_and_its_answer_kept(request_row: Request, people: People) -> None:
    command = pause()
    receipt = services.update(people["ada"], request_row, command)

    assert receipt.ok
    assert Command.objects.get(pk=command.id).code == "ok"


def test_a_repeated_update_gets_the_first_answer(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    command = pause()
    first = services.update(people["ada"], request_row, command)
    again = services.update(people["ada"], request_row, command)

    assert (again.code, again.message) == (first.code, first.message)
    assert engine.received.count(command) == 1


def test_an_update_to_a_closed_request_says_so(request_row: Request, people: People) -> None:
    services.send(people["ana"], request_row, withdrawal())
    request_row.refresh_from_db()

    receipt = services.update(people["ada"], request_row, pause())

    assert receipt.code == "request_closed"
    assert "withdrawn" in receipt.message


def test_an_update_without_an_answer_is_not_kept_for_later(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    engine.away = True
    command = pause()
    with pytest.raises(client.EngineAway):
        services.update(people["ada"], request_row, command)

    engine.away = False
    assert delivery.deliver_due() == 0
    assert Command.objects.get(pk=command.id).code == services.ENGINE_AWAY
    assert services.update(people["ada"], request_row, command).ok, "who repeats it is heard"


# ---- what the page shows ----------------------------------------------------------------------


def test_the_page_shows_what_the_workflow_knows(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    engine.unrecorded = True
    services.send(people["bo"], request_row, approval("bo"))
    request_row.refresh_from_db()
    shown = services.show(request_row)

    assert shown.live
    assert shown.state.revision > request_row.revision
    assert has_whole_history(shown)


def test_what_is_recorded_while_the_workflow_answers_is_shown_too(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    request = str(request_row.pk)

    def soon(_: str) -> Callable[[], StateView]:
        def answer() -> StateView:
            engine.receive(request, remark("ana"))  # and it is in the record, which has been read already
            return engine.state(request)

        return answer

    before = len(audit.events_of(request_row.pk))
    with patch.object(client, "state_soon", soon):
        shown = services.show(request_row)

    assert shown.state.revision > before
    assert has_whole_history(shown)


def test_without_an_answer_the_page_shows_the_record_and_as_of_when(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    engine.away = True
    shown = services.show(request_row)

    assert not shown.live
    assert shown.as_of == request_row.updated_at
    assert timezone.now() - shown.as_of < timedelta(minutes=1)
    assert has_whole_history(shown)


def test_a_closed_request_is_shown_from_the_record_alone(
    engine: EngineInProcess, request_row: Request, people: People
) -> None:
    services.send(people["ana"], request_row, withdrawal())
    request_row.refresh_from_db()
    engine.away = True

    assert services.show(request_row).live
