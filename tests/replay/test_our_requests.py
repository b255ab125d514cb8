"""A draft over our own requests: whom it asks, what administrators did, and what time does."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from approvals.engine import commands as c
from approvals.engine.policy import Policy
from approvals.engine.state import Decision
from approvals.people.models import Group, Membership, Person
from approvals.policies import services as policies
from approvals.policies.models import PolicyVersion
from approvals.replay.comparison import Pair
from approvals.replay.replays import Replayed, our_history, replay_ours
from approvals.requests.models import Request
from tests.engine_in_process import EngineInProcess
from tests.requests import conftest as office
from tests.requests.leave import LEAVE, approval, new_id, submit_leave, withdrawal

pytestmark = pytest.mark.django_db

engine, people, leave = office.engine, office.people, office.leave
START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def ask(engine: EngineInProcess, people: dict[str, Person], leave: PolicyVersion) -> Any:
    """Submit a request of Ana's and let these commands happen, each after some hours."""

    def submit(*course: tuple[float, c.Command], version: PolicyVersion = leave) -> Request:
        engine.now = START
        row = submit_leave(people["ana"], version)
        for hours, command in course:
            engine.now = START + timedelta(hours=hours)
            engine.receive(str(row.pk), command)
        row.refresh_from_db()
        return row

    return submit


def replay(stages: list[dict[str, Any]] | None = None, limit: int | None = None) -> Replayed:
    draft = Policy.model_validate({**LEAVE, "stages": stages or LEAVE["stages"]})
    return replay_ours(draft, our_history("leave", limit))


def rejection(who: str, task: str) -> c.Decide:
    return c.Decide(id=new_id(), actor=who, task=task, decision=Decision.REJECT, comment="No.")


def test_the_same_policy_comes_out_the_same(ask: Any) -> None:
    ask((1, approval("bo")), (3, approval("cy", "chief.1.1")))
    ask((2, rejection("bo", "boss.1.1")))
    ask(
        (1, c.Delegate(id=new_id(), actor="bo", task="boss.1.1", to="eve")),
        (4, approval("eve")),
        (5, withdrawal()),
    )
    ask((1, c.Pause(id=new_id(), actor="ada", reason="Wait.")), (2, c.Resume(id=new_id(), actor="ada")),
        (3, c.Override(id=new_id(), actor="ada", outcome="rejected", reason="No.")))  # fmt: skip
    ask(
        (1, c.SkipStage(id=new_id(), actor="ada", stage="boss", reason="x")), (2, approval("cy", "chief.1.1"))
    )
    ask(
        (1, c.Reassign(id=new_id(), actor="ada", task="boss.1.1", to="eve", reason="x")),
        (2, rejection("eve", "boss.1.1")),
    )
    found = replay().comparison
    assert (found.requests, found.different, found.assumed) == (6, [], 0)
    assert not found.decisions.differs
    assert {who: (work.decided.then, work.decided.draft) for who, work in found.people.items()} == {
        "bo": (2, 2), "cy": (2, 2), "eve": (2, 2),
    }  # fmt: skip


def test_without_the_one_who_rejected_it_is_approved_and_that_is_why(ask: Any) -> None:
    ask((1, approval("bo")), (3, rejection("cy", "chief.1.1")))
    found = replay([LEAVE["stages"][0]]).comparison
    assert [(one.then, one.draft, one.why) for one in found.different] == [
        ("rejected", "approved", "cy said no and would not have been asked.")
    ]
    assert found.days.then == pytest.approx(3 / 24)
    assert found.days.draft == pytest.approx(1 / 24)


def test_somebody_asked_by_both_decides_as_then_in_whatever_stage(ask: Any) -> None:
    ask((1, approval("bo")), (3, rejection("cy", "chief.1.1")))
    found = replay([{"id": "only", "title": "Only", "participants": [{"user": "cy"}]}]).comparison
    assert (found.different, found.assumed, found.stages["only"].opened.draft) == ([], 0, 1)
    assert found.days.draft == pytest.approx(2 / 24)  # as long as then


def test_somebody_new_approves_after_the_median_of_everybody(ask: Any, people: dict[str, Person]) -> None:
    ask((1, approval("bo")), (4, approval("cy", "chief.1.1")))
    group = Group.objects.create(slug="board", name="Board")
    Membership.objects.create(group=group, person=people["eve"])
    stages = [{"id": "board", "title": "Board", "participants": [{"group": "board"}]}]
    found = replay(stages).comparison
    assert (found.assumed, found.people["eve"].hours.draft) == (1, 2)  # of one hour and three
    assert found.labels["Board"].decided.draft == 1


def test_a_person_who_let_it_lie_lets_it_lie_again(ask: Any) -> None:
    ask((100, c.Override(id=new_id(), actor="ada", outcome="rejected", reason="Late.")))
    found = replay([LEAVE["stages"][0]]).comparison
    assert (found.different, found.assumed) == ([], 0)


def test_those_under_way_and_the_older_ones_are_left_out_and_counted(ask: Any) -> None:
    ask((1, withdrawal()))
    ask((1, rejection("bo", "boss.1.1")))
    ask()
    told = replay(limit=1)
    assert (told.comparison.requests, told.under_way, told.older) == (1, 1, 1)


def test_the_command_names_people_and_knows_when_there_is_nothing(ask: Any, tmp_path: Any) -> None:

    file = tmp_path / "draft.yaml"
    file.write_text(yaml.safe_dump({**LEAVE, "stages": [LEAVE["stages"][1]]}), "utf-8")

    def printed() -> str:
        out = StringIO()
        call_command("policy", "replay", str(file), "--policy", "leave", stdout=out, stderr=StringIO())
        return out.getvalue()

    assert "No request of this policy has ended yet, so there is nothing to replay." in printed()
    ask((1, approval("bo")), (3, approval("cy", "chief.1.1")))
    told = printed()
    assert "The one request would have ended as it did." in told
    assert "  Cy " in told
    with pytest.raises(CommandError, match="There is no policy “none”"):
        call_command("policy", "replay", str(file), "--policy", "none", stderr=StringIO())


def test_a_rule_of_the_draft_decides_and_is_counted(ask: Any) -> None:
    ask((1, approval("bo")), (3, rejection("cy", "chief.1.1")))
    rules = [{"name": "Short leave", "when": "form.days < 5", "do": "approve"}]
    draft = Policy.model_validate({**LEAVE, "rules": rules})
    found = replay_ours(draft, our_history("leave")).comparison
    assert [(one.then, one.draft) for one in found.different] == [("rejected", "approved")]
    assert "Short leave" in found.different[0].why
    assert (found.by_rule.draft, found.by_itself.draft, found.decisions.draft) == (1, 1, 0)


def test_an_amendment_and_a_conflict_happen_again(ask: Any) -> None:
    amended = Policy.model_validate({**LEAVE, "amend": True})
    version = policies.publish(amended)
    amend = c.Amend(id=new_id(), actor="ana", round=1, title="Leave", form={"days": 4})
    conflict = c.DeclareConflict(id=new_id(), actor="bo", task="boss.1.1", reason="My brother.")
    row = ask((1, amend), (2, approval("bo", "boss.2.1")), (3, approval("cy", "chief.2.1")), version=version)
    assert row.outcome == "approved"
    ask((1, conflict), (3, withdrawal()), version=version)
    found = replay_ours(amended, our_history("leave")).comparison
    assert (found.requests, found.different, found.assumed) == (2, [], 0)
    assert found.rounds == Pair(3, 3)
