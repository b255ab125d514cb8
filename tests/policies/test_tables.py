"""Decision tables: which rows fit, whom they name, and what is wrong with one."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from approvals.engine.participant import DecisionTable
from approvals.engine.policy import FormField, Policy
from approvals.engine.work import StagePlan
from approvals.policies import services
from approvals.policies.conditions import Facts, Requester
from approvals.policies.description import describe
from approvals.policies.faults import Fault
from approvals.policies.preparation import prepare_stage
from approvals.policies.table_checks import table_faults
from approvals.policies.tables import answer
from approvals.policies.unary_tests import NotATest, read
from tests.policies.cast import NOW, group, person, policy, work

AMOUNT = {"title": "Amount", "field": "amount"}
UNIT = {"title": "Department", "value": "requester.unit"}
FIELDS = (
    FormField(id="amount", label="Amount", type="money", min=1),
    FormField(id="kind", label="Kind", type="choice", choices=("Goods", "Services")),
    FormField(id="urgent", label="Urgent", type="boolean"),
    FormField(id="by", label="By", type="date", required=False),
    FormField(id="count", label="Count", type="integer", min=0, max=9),
)


def table(
    *rows: tuple[object, ...], inputs: tuple[Any, ...] = (AMOUNT, UNIT), hit: str = "unique"
) -> DecisionTable:
    """Each row is its cells and then the user that it names."""
    body = [{"when": list(cells), "to": [{"user": user}]} for *cells, user in rows]
    return DecisionTable.model_validate({"title": "T", "hit": hit, "inputs": inputs, "rows": body})


def faults(checked: DecisionTable) -> list[Fault]:
    return list(table_faults(checked, FIELDS, ()))


def field(id: str) -> dict[str, str]:
    return {"title": id.title(), "field": id}


# ---- cells -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "held", "not_held"),
    [
        ("-", [0, -5, 10**12], []),
        ("5", [5], [4, 6]),
        ("1, 5", [1, 5], [2]),
        ("< 5", [4], [5]),
        ("<= 5", [5], [6]),
        (">5", [6], [5]),
        (">= 5", [5], [4]),
        ("[1..5]", [1, 5], [0, 6]),
        ("(1..5)", [2, 4], [1, 5]),
        ("]1..5[", [2, 4], [1, 5]),
        ("not(1, [3..4])", [2, 5, -1], [1, 3, 4]),
        ("< 2, > 7", [1, 8], [2, 7]),
    ],
)
def test_numbers(cell: str, held: list[int], not_held: list[int]) -> None:
    accepted = read(cell, "number")
    assert all(accepted.holds(value) for value in held)
    assert not any(accepted.holds(value) for value in not_held)


def test_money_is_written_with_its_currency() -> None:
    assert read("< 12.50 EUR", "number", "EUR").holds(12_49)
    assert not read("< 12.50 EUR", "number", "EUR").holds(12_50)
    assert read("[1..2 EUR]", "number").holds(150)


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("< 5", "an amount without its currency: write 5 EUR"),
        ("< 5 USD", "The input is in EUR"),
        ("cheap", "is not a number, such as 1000 EUR"),
        ("< 0.001 EUR", "more than 2 decimals"),
        ("[5 EUR..1 EUR]", "the wrong way round"),
        ("5 EUR,", "beside a comma"),
    ],
)
def test_what_is_no_amount_is_refused(cell: str, said: str) -> None:
    with pytest.raises(NotATest, match=said):
        read(cell, "number", "EUR")


def test_text_dates_and_yes_or_no() -> None:
    assert read('IT, "Mathematics, and more"', "text").holds("Mathematics, and more")
    assert not read("not(IT)", "text").holds("IT")
    assert read("not(IT)", "text").holds("HR")
    assert read("true", "boolean").holds("true")
    assert read(">= 2026-03-01", "date").holds(740_000)
    for cell, kind in (("maybe", "boolean"), ("tomorrow", "date"), ('"IT', "text")):
        with pytest.raises(NotATest):
            read(cell, kind)  # type: ignore[arg-type]


@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 5)), min_size=1, max_size=4), st.integers(-20, 20)
)
def test_not_is_the_opposite(spans: list[tuple[int, int]], value: int) -> None:
    cell = ", ".join(f"[{low}..{low + length}]" for low, length in spans)
    assert read(f"not({cell})", "number").holds(value) != read(cell, "number").holds(value)


# ---- rows ------------------------------------------------------------------------------------


def users(of: DecisionTable, amount: int | None, unit: str) -> list[str | None] | str:
    found = answer(of, FIELDS, Facts({"amount": amount}, Requester("ana", unit=unit)))
    return found.missing or [who.user for who in found.participants]


def test_the_row_that_fits() -> None:
    rules = table(
        ("< 1000 EUR", "-", "max"), (">= 1000 EUR", "IT", "ines"), (">= 1000 EUR", "not(IT)", "top")
    )
    assert users(rules, 99_999, "HR") == ["max"]
    assert users(rules, 100_000, "IT") == ["ines"]
    assert users(rules, 100_000, "HR") == ["top"]


def test_hit_policies() -> None:
    rows = (("-", "IT", "max"), ("> 5 EUR", "-", "ines"), ("-", "-", "max"))
    assert users(table(*rows, hit="first"), 600, "IT") == ["max"]
    assert users(table(*rows, hit="first"), 600, "HR") == ["ines"]
    assert users(table(*rows, hit="collect"), 600, "IT") == ["max", "ines"]
    assert users(table(*rows), 600, "IT") == (
        "Rows 1, 2 and 3 of the table “T” fit, and only one may: Amount is 6.00 EUR and Department is “IT”."
    )


def test_no_row_fits() -> None:
    assert users(table(("> 5 EUR", "IT", "max")), 1, "") == (
        "No row of the table “T” fits: Amount is 0.01 EUR and Department is empty."
    )


def test_an_empty_field_reads_as_in_conditions() -> None:
    assert users(table(("0 EUR", "-", "max")), None, "") == ["max"]
    rules = table(("1970-01-01", "true", "max"), inputs=(field("by"), field("urgent")))
    assert answer(rules, FIELDS, Facts({"urgent": True}, Requester("ana"))).participants[0].user == "max"


# ---- what is wrong with one ------------------------------------------------------------------


def test_rows_that_overlap_are_shown_with_a_value_for_both() -> None:
    found = faults(table(("<= 100 EUR", "-", "a"), ("> 50 EUR", "IT", "b"), ("> 50 EUR", "not(IT)", "c")))
    assert [(fault.code, fault.where) for fault in found] == [
        ("table_overlap", "rows[1]"),
        ("table_overlap", "rows[2]"),
    ]
    assert found[0].message == (
        "Rows 1 and 2 both fit Amount 50.01 EUR and Department “IT”, and in a unique table only one row may."
    )


def test_a_gap_is_a_warning_with_the_values() -> None:
    (gap,) = faults(table(("< 10 EUR", "-", "a"), ("> 10 EUR", "-", "b")))
    assert (gap.code, gap.severity) == ("table_gap", "warning")
    assert gap.message.startswith("No row fits Amount 10.00 EUR and Department anything else")


def test_what_the_form_allows_bounds_the_search() -> None:
    rows = (("[0..4]", "Goods", "a"), ("[5..9]", "Goods", "b"), ("-", "Services", "c"))
    rules = table(*rows, inputs=(field("count"), field("kind")))
    assert faults(rules) == []
    assert faults(table(("true", "a"), ("false", "b"), inputs=(field("urgent"),))) == []
    assert faults(table((">= 0.01 EUR", "a"), inputs=(AMOUNT,))) == []


def test_a_row_that_is_never_reached() -> None:
    found = faults(table(("< 10 EUR", "-", "a"), (">= 5 EUR", "-", "b"), ("7 EUR", "IT", "c"), hit="first"))
    assert [(fault.code, fault.where) for fault in found] == [("unreachable_row", "rows[2]")]
    (never, *_) = faults(table(("< 0 EUR", "a"), ("-", "b"), inputs=(AMOUNT,), hit="first"))
    assert never.message == "Row 1 never fits: no value passes all its cells."


def test_cells_and_inputs_are_checked_by_type() -> None:
    rules = table(
        ("Gods", "soon", "1.5", "a"),
        inputs=(field("kind"), field("by"), {"title": "X", "value": "form.count * 2"}),
    )
    assert [(fault.code, fault.where) for fault in faults(rules)] == [
        ("table_cell", "rows[0].when[0]"),
        ("table_cell", "rows[0].when[1]"),
        ("table_cell", "rows[0].when[2]"),
    ]
    (fault,) = faults(table(("-", "a"), inputs=({"title": "X", "value": "form.nothing"},)))
    assert (fault.code, fault.where) == ("condition", "inputs[0].value")
    (fault,) = faults(table(("-", "a"), inputs=({"title": "X", "value": "requester.groups"},)))
    assert "not to a whole number, text, a date or yes and no" in fault.message


cells = st.one_of(
    st.just("-"),
    st.integers(0, 9).map(str),
    st.integers(0, 9).map(lambda n: f"< {n}"),
    st.tuples(st.integers(0, 4), st.integers(0, 5)).map(lambda ends: f"[{ends[0]}..{ends[0] + ends[1]}]"),
)
kinds = st.sampled_from(("-", "Goods", "Services", "not(Goods)"))


@given(st.lists(st.tuples(cells, kinds), min_size=1, max_size=4), st.sampled_from(("unique", "first")))
def test_what_is_said_agrees_with_trying_everything(rows: list[tuple[str, str]], hit: str) -> None:
    named = [(*row, f"user{number}") for number, row in enumerate(rows)]
    rules = table(*named, inputs=(field("count"), field("kind")), hit=hit)
    fitting = [
        [
            number
            for number, (count, kind) in enumerate(rows)
            if read(count, "number").holds(value) and read(kind, "text").holds(choice)
        ]
        for value in range(10)
        for choice in ("Goods", "Services")
    ]
    codes = [fault.code for fault in faults(rules)]
    assert ("table_gap" in codes) == any(not rows for rows in fitting)
    if hit == "unique":
        assert ("table_overlap" in codes) == any(len(rows) > 1 for rows in fitting)
    else:
        reached = {found[0] for found in fitting if found}
        assert codes.count("unreachable_row") == len(rows) - len(reached)


# ---- in a policy -----------------------------------------------------------------------------

BODY: dict[str, object] = {
    "title": "Who agrees",
    "hit": "collect",
    "inputs": [AMOUNT, UNIT],
    "rows": [
        {"when": ["-", "-"], "to": [{"manager": 1}]},
        {"when": ["> 1000 EUR", "Chemistry"], "to": [{"group": "finance", "each": True}]},
    ],
}


@pytest.fixture
def ana(db: None) -> None:
    """Ana in Chemistry, below Max; two people in finance; the policy's owner."""
    person("owner")
    person("ana", person("max"), unit="Chemistry")
    group("finance", person("bo"), person("cara"))


def plan(amount: int, body: dict[str, object] | None = None) -> StagePlan:
    return prepare_stage(work({"participants": [{"table": body or BODY}]}, {"amount": amount}), NOW)


@pytest.mark.usefixtures("ana")
def test_each_participant_of_the_rows_has_a_seat_and_says_by_which() -> None:
    assert [[one.person for one in seat.candidates] for seat in plan(5_00).seats] == [["max"]]
    seats = plan(5_000_00).seats
    assert [[one.person for one in seat.candidates] for seat in seats] == [["max"], ["bo"], ["cara"]]
    assert seats[1].candidates[0].why == (
        "Bo is in the group Finance. "
        "Rows 1 and 2 of the table “Who agrees” fit: Amount is 5,000.00 EUR and Department is “Chemistry”."
    )


@pytest.mark.usefixtures("ana")
def test_a_gap_is_for_the_owner_with_the_values() -> None:
    found = plan(1, {**BODY, "rows": [{"when": ["> 5 EUR", "-"], "to": [{"manager": 1}]}]})
    assert found.seats == ()
    assert found.reason == (
        "Nobody was found for “Who agrees”: No row of the table “Who agrees” fits: "
        "Amount is 0.01 EUR and Department is “Chemistry”."
    )


def rules(body: dict[str, object], **stage: object) -> Policy:
    return policy({"id": "a", "title": "A", "participants": [{"table": body}], **stage})


@pytest.mark.usefixtures("ana")
def test_a_policy_says_its_rows_in_words_and_is_checked_where_they_stand() -> None:
    assert describe(rules(BODY))[0].who == (
        "Whom the table “Who agrees” names, by all rows that fit",
        "Whatever the rest: the requester’s manager",
        "If Amount > 1000 EUR and Department Chemistry: each of Finance",
    )
    assert describe(rules(BODY))[0].quorum.startswith("Everybody who is asked must approve")
    assert services.check(rules(BODY)) == []
    wrong = {**BODY, "rows": [{"when": ["dear", "-"], "to": [{"group": "nobody"}]}]}
    assert [(fault.code, fault.where) for fault in services.check(rules(wrong))] == [
        ("table_cell", "stages[0].participants[0].table.rows[0].when[0]"),
        ("unknown_group", "stages[0].participants[0].table.rows[0].to[0].group"),
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rows": [{"when": ["-"], "to": [{"manager": 1}]}]}, "Row 1 has 1 cells, and the table 2 inputs"),
        ({"rows": [{"when": ["-", "-"], "to": [{"table": BODY}]}]}, "names another table"),
        ({"rows": [{"when": ["-", "-"], "to": [{"user": "a", "weight": 2}]}]}, "beside the table"),
        ({"inputs": [{"title": "X"}, UNIT]}, 'either a "field" of the form or a "value"'),
        ({"inputs": [{"title": "X", "field": "nothing"}, UNIT]}, "which the form has not"),
        ({"rows": [{"when": ["-", "-"], "to": [{"field": "amount"}]}]}, "no person field"),
    ],
)
def test_what_makes_no_table_is_refused(change: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        rules({**BODY, **change})


@pytest.mark.usefixtures("ana")
def test_how_many_seats_a_table_has_is_not_known_beforehand() -> None:
    assert services.check(rules(BODY, quorum={"count": 3})) == []
