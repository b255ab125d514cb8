"""Money as people type it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.requests.amounts import NotAnAmount, parse_amount, typed


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12", 1200),
        ("12.5", 1250),
        ("12,50", 1250),
        ("1,234.50", 123450),
        ("1.234,50", 123450),
        ("1 234,50", 123450),
        ("1'234.50", 123450),
        ("1,234", 123400),
        ("1.234.567", 123456700),
        ("0.05", 5),
        (".5", 50),
        ("12.", 1200),
        (" € 12 ", 1200),
        ("12 EUR", 1200),
        ("eur 12", 1200),
        ("-3.10", -310),
    ],
)
def test_what_people_type_is_understood(text: str, amount: int) -> None:
    assert parse_amount(text, "EUR") == amount


@pytest.mark.parametrize(
    "text",
    ["", "x", "12x", "1,2,3", "12.345.6", "1..2", "1,23.4", "--1", "1e5", "١٢x", "12 USD", "9" * 20, "."],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(NotAnAmount):
        parse_amount(text, "EUR")


def test_a_currency_has_the_decimals_it_has() -> None:
    assert parse_amount("1,500", "JPY") == 1500
    assert parse_amount("1.5", "TND") == 1500
    with pytest.raises(NotAnAmount, match="no decimals"):
        parse_amount("1.5", "JPY")
    with pytest.raises(NotAnAmount, match="2 decimals"):
        parse_amount("0.125", "EUR")


@given(st.integers(-(10**13), 10**13), st.sampled_from(["EUR", "JPY", "TND"]))
def test_what_stands_in_the_input_means_the_same_again(amount: int, currency: str) -> None:
    assert parse_amount(typed(amount, currency), currency) == amount
