"""Money as people read it."""

import pytest

from approvals.engine.currencies import format_money, minor_units


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1_234_550, "EUR", "12,345.50 EUR"),
        (5, "EUR", "0.05 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (1_000, "JPY", "1,000 JPY"),
        (1_234, "TND", "1.234 TND"),
        (12_345, "CLF", "1.2345 CLF"),
    ],
)
def test_money_has_the_digits_of_its_currency(amount: int, currency: str, text: str) -> None:
    assert format_money(amount, currency) == text


def test_minor_units() -> None:
    assert [minor_units(code) for code in ("EUR", "JPY", "KWD", "UYW", "XXX")] == [100, 1, 1_000, 10_000, 100]
