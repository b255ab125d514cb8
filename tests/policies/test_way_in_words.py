"""The way through the stages in words, and what is wrong with one."""

import pytest

from approvals.policies import checking, reading
from approvals.policies.checking import check_rules
from approvals.policies.description import describe
from approvals.policies.faults import InvalidPolicy
from tests.policies.cast import policy

ASKED = [{"manager": 1}]


@pytest.mark.django_db
def test_the_policy_says_what_a_stage_waits_for_and_goes_back_to() -> None:
    first, second, third = describe(
        policy(
            {"id": "a", "title": "A", "participants": ASKED},
            {"id": "b", "title": "B", "participants": ASKED, "after": []},
            {
                "id": "c",
                "title": "C",
                "participants": ASKED,
                "after": ["a", "b"],
                "join": "any",
                "on_reject": {"back_to": "a"},
            },
        )
    )
    assert (first.after, second.after) == ("At once", "At once")
    assert third.after == "After A or B, whichever is decided first"
    assert third.on_reject.startswith("A rejection sends the request back to A, which is asked again")
    assert first.on_reject == "A rejection ends the request."


def test_what_any_join_follows_may_not_be_decided_yet() -> None:
    seen = {"after": ["a", "b"], "join": "any", "when": 'decisions.a.result == ""'}
    stages = [{"id": id, "title": id, "participants": ASKED, "after": []} for id in ("a", "b")]
    third = {"id": "c", "title": "C", "participants": ASKED, **seen}
    assert list(check_rules(policy(*stages, third))) == []
    assert [fault.code for fault in check_rules(policy(*stages, {**third, "join": "all"}))] == ["never_true"]


@pytest.mark.parametrize(
    ("on_reject", "message"),
    [
        ("{back_to: last}", 'Stage "first" sends back to "last", which does not come before it.'),
        ("sideways", 'What a rejection does is "reject", "return", "continue" or {back_to: STAGE}.'),
        ("{back: first}", 'What a rejection does is "reject", "return", "continue" or {back_to: STAGE}.'),
    ],
)
def test_a_wrong_way_back_is_refused_where_it_stands(on_reject: str, message: str) -> None:
    text = f"""
key: way
title: Way
owner: {{user: olga}}
form: []
stages:
  - {{id: first, title: First, participants: [{{manager: 1}}], on_reject: {on_reject}}}
  - {{id: last, title: Last, participants: [{{manager: 1}}]}}
"""
    with pytest.raises(InvalidPolicy) as refused:
        checking.model(reading.read(text))
    assert [(fault.where, fault.message) for fault in refused.value.faults if fault.where != "stages"] == [
        ("stages[0].on_reject", message)
    ]
