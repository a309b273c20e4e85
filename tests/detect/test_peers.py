"""What share of stolen cards is usual among those who buy cards of their first holders."""

import pyarrow as pa
import pytest

from suyuan.detect.money_flows.peers import MOST, usual_share

MIXED = [0.2, 0.2, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.3, 0.3, 0.9, 0.9]


def usual(engine, shares: list[float], *, cards: int = 5, before: int = 0) -> float:
    """The usual share where each buyer bought so many `cards`, each paid for `before`."""
    names = [f"party:{n:02d}" for n in range(len(shares))]
    taken = [name for name in names for _ in range(cards)]
    paid = pa.table({"taker": taken, "paid_before": [before] * len(taken)})
    told = pa.table({"subject": names, "dirty_share": shares})
    found = engine.fetch(usual_share(engine.arrow(paid), engine.arrow(told)))
    return found["usual"].to_pylist()[0]


def test_the_usual_is_what_a_quarter_of_buyers_get_less_of(engine):
    assert usual(engine, MIXED) == pytest.approx(0.2)
    assert usual(engine, MIXED * 3) == pytest.approx(0.25)


def test_a_handful_of_dealers_makes_no_custom(engine):
    assert usual(engine, [0.9] * 4) == 0.0


def test_no_custom_is_more_than_half(engine):
    assert usual(engine, [0.9] * 40) == MOST


def test_customers_of_dealers_are_no_buyers_of_the_trade(engine):
    assert usual(engine, MIXED, cards=4) == 0.0
    assert usual(engine, MIXED, before=1) == 0.0
