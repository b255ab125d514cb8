"""A policy that cannot work is refused with the reason."""

from typing import Any

import pytest
from pydantic import ValidationError

from approvals.engine.policy import FormField, Level, Participant, Policy, Reminder, Sla, Stage
from tests.engine.scene import policy, stage


def refused(build: Any, *arguments: Any, **values: Any) -> str:
    with pytest.raises(ValidationError) as error:
        build(*arguments, **values)
    return str(error.value)


def test_a_stage_comes_after_the_one_written_above() -> None:
    rules = policy({}, {}, {"after": []}, {"after": ["s1", "s3"]})
    assert [rules.before(id) for id in ("s1", "s2", "s3", "s4")] == [(), ("s1",), (), ("s1", "s3")]


def test_an_unknown_stage_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        policy({}).stage("s9")
    with pytest.raises(KeyError):
        policy({}).before("s9")


def test_stages_that_wait_for_each_other() -> None:
    assert "wait for each other: s1, s2" in refused(policy, {"after": ["s2"]}, {})
    assert "wait for each other: s1" in refused(policy, {"after": ["s1"]})


def test_a_stage_after_one_that_does_not_exist() -> None:
    assert '"s1" comes after "s9", which does not exist' in refused(policy, {"after": ["s9"]})


def test_a_stage_or_a_field_twice() -> None:
    assert 'The stage "s" stands twice' in refused(policy, {"id": "s"}, {"id": "s"})
    twice = [{"id": "x", "label": "X", "type": "text"}] * 2
    assert 'The field "x" stands twice' in refused(policy, {}, form=twice)


def test_a_policy_without_stages() -> None:
    assert "stages" in refused(policy)


def test_a_misspelt_key() -> None:
    assert "quorumm" in refused(policy, {"quorumm": "all"})


@pytest.mark.parametrize("who", [{}, {"user": "pia", "group": "desk"}, {"user": ""}, {"manager": 0}])
def test_a_participant_is_named_in_exactly_one_way(who: dict[str, Any]) -> None:
    refused(Participant, **who)


def test_each_belongs_to_a_group_or_a_role() -> None:
    assert '"each" belongs to' in refused(Participant, user="pia", each=True)
    assert Participant(role="auditor", each=True).each


@pytest.mark.parametrize("type", [None, "text"])
def test_a_field_that_names_nobody(type: str | None) -> None:
    form = [{"id": "boss", "label": "Boss", "type": type}] if type else []
    asked = {"participants": [{"field": "boss"}]}
    assert "no person field of the form" in refused(policy, asked, form=form)
    ladder = {"levels": [{"at": "100%", "do": "notify", "to": [{"field": "boss"}]}]}
    told = {"sla": {"target": "PT1H", "calendar": "c", **ladder}}
    assert "no person field of the form" in refused(policy, told, form=form)


def test_a_field_that_names_somebody() -> None:
    form = [{"id": "boss", "label": "Boss", "type": "person"}]
    assert policy({"participants": [{"field": "boss"}]}, form=form).stage("s1").participants[0].field


@pytest.mark.parametrize("owner", [{"owner": True}, {"manager": 1}, {"field": "boss"}])
def test_the_owner_does_not_hang_on_the_request(owner: dict[str, Any]) -> None:
    assert "must not hang on a request" in refused(policy, {}, owner=owner)


@pytest.mark.parametrize("owner", [{"user": "olga"}, {"group": "owners"}, {"role": "chair"}])
def test_the_owner_is_somebody(owner: dict[str, Any]) -> None:
    assert policy({}, owner=owner).owner == Participant.model_validate(owner)


def test_a_quorum_larger_than_its_seats() -> None:
    asked = {"participants": [{"group": "desk"}], "quorum": {"count": 2}}
    assert 'wants 2 approvals and has 1 seat: a group is one seat, unless it says "each"' in refused(
        policy, asked
    )
    assert "has 2 seats" in refused(policy, {"asks": ["pia", "quin"], "quorum": {"count": 3}})
    policy({"participants": [{"group": "desk", "each": True}], "quorum": {"count": 2}})


@pytest.mark.parametrize("quorum", ["most", {"count": 0}, {"percent": 101}, {"percent": 0}, {}])
def test_what_is_no_quorum(quorum: Any) -> None:
    refused(policy, {"quorum": quorum})


@pytest.mark.parametrize("target", ["8h", "PT", "P", "PT0S", "0wd", "PT8H ", "P1Y", "PT1.5H", "-PT1H"])
def test_what_is_no_target(target: str) -> None:
    assert "is not a length" in refused(Sla, target=target, calendar="office")


@pytest.mark.parametrize("target", ["PT8H", "P2D", "PT90M", "P1DT2H3M4S", "2wd", "999wd"])
def test_what_is_a_target(target: str) -> None:
    assert Sla(target=target, calendar="office").target == target


@pytest.mark.parametrize("at", ["0%", "101%", "50", "PT4H", "PT4H later", "2wd before", "PT0H after", ""])
def test_what_is_no_moment(at: str) -> None:
    assert "is not a moment" in refused(Reminder, at=at)


@pytest.mark.parametrize("at", ["1%", "100%", "PT4H before", "P1D after"])
def test_what_is_a_moment(at: str) -> None:
    assert Reminder(at=at).at == at


def test_a_level_names_people_where_it_needs_them() -> None:
    assert "needs people" in refused(Level, at="50%", do="add")
    assert "takes no people" in refused(Level, at="50%", do="approve", up=1)
    assert Level(at="50%", do="reassign", up=1).up == 1


def test_a_choice_has_choices() -> None:
    assert "a choice needs choices" in refused(FormField, id="x", label="X", type="choice")
    assert "only a choice has them" in refused(FormField, id="x", label="X", type="text", choices=("a",))


def test_a_field_whose_limits_cross() -> None:
    assert "greater than" in refused(FormField, id="x", label="X", type="money", min=2, max=1)


def test_a_ladder_of_any_length_is_none() -> None:
    level = Level(at="50%", do="remind")
    refused(Sla, target="PT8H", calendar="office", levels=(level,) * 21)


def test_a_policy_survives_json() -> None:
    rules = policy({"quorum": {"percent": 50}, "sla": {"target": "2wd", "calendar": "office"}}, {"after": []})
    assert Policy.model_validate_json(rules.model_dump_json()) == rules
    assert Policy.model_json_schema()["properties"]["stages"]


def test_a_stage_by_itself_asks_everybody_and_lets_one_veto() -> None:
    rules = Stage.model_validate(stage(id="s1"))
    assert (rules.quorum, rules.veto, rules.on_reject) == ("all", True, "reject")


def test_one_of_a_group_or_role_is_picked_and_nothing_else() -> None:
    assert Participant(role="buyer", pick="least_loaded").pick == "least_loaded"
    assert "belongs to one seat" in refused(Participant, group="desk", pick="least_loaded", each=True)
    assert "belongs to one seat" in refused(Participant, user="pia", pick="least_loaded")
