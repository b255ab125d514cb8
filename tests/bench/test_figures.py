"""How a figure is judged and written."""

import pytest

from bench.figures import Aim, Figure, Yardstick, no_less_than, no_slower_than, percentile


def test_a_percentile_is_one_of_the_values() -> None:
    values = [float(number) for number in range(100, 0, -1)]
    assert percentile(values, 50) == 50
    assert percentile(values, 99) == 99
    assert percentile([7.0], 99) == 7


@pytest.mark.parametrize(("ours", "missed"), [(15.0, False), (15.1, True)])
def test_a_bound_on_the_ratio(ours: float, missed: bool) -> None:
    figure = Figure("a click", ours, "ms", Yardstick("bare", 10.0), no_slower_than(1.5))
    assert figure.missed is missed
    assert figure.line.split()[-3:] == ["≤", "1.5x", "MISSED" if missed else "met"]


@pytest.mark.parametrize(("ours", "missed"), [(60.0, False), (59.0, True)])
def test_a_rate_has_to_reach_its_share(ours: float, missed: bool) -> None:
    assert Figure("decisions", ours, "/s", Yardstick("bare", 100.0), no_less_than(0.6)).missed is missed


def test_a_bound_on_the_figure_itself() -> None:
    assert not Figure("queries", 8, "queries", aim=Aim(8)).missed
    assert Figure("queries", 9, "queries", aim=Aim(8)).missed


def test_without_an_aim_nothing_is_missed() -> None:
    figure = Figure("memory", 123.4, "MB")
    assert not figure.missed
    assert figure.line.split() == ["memory", "123", "MB"]


def test_a_yardstick_of_nothing_gives_no_ratio() -> None:
    figure = Figure("lag", 0.2, "s", Yardstick("bare timer", 0.0))
    assert figure.ratio is None
    assert "x" not in figure.line
