"""What sellers hand over: once, to whom it is for, and not before the deal."""

import numpy as np
import pytest

from suyuan.lab.observe.stock import HANDED_OVER, Stock
from suyuan.lab.setting import DAY


@pytest.fixture
def stock() -> Stock:
    rng = np.random.default_rng(0)
    n = 600
    return Stock.of(
        np.arange(n), rng.integers(0, 3, n), rng.integers(-1, 2, n), rng.integers(0, 40 * DAY, n)
    )


def sides(stock: Stock, picked: np.ndarray) -> tuple[np.ndarray, ...]:
    place = np.argsort(stock.row)[picked]
    return stock.seller[place], stock.ring[place], stock.at[place]


@pytest.mark.parametrize("ring", [-1, 0, 1])
def test_goods_are_their_sellers_their_rings_and_used_after_the_deal(
    stock: Stock, ring: int
) -> None:
    picked = stock.sell(1, ring, 5 * DAY, 30, again=False)
    assert len(picked) > 5
    seller, whose, at = sides(stock, picked)
    assert set(seller) == {1}
    assert set(whose) == {ring}
    assert at.min() >= 5 * DAY
    assert at.max() < 5 * DAY + HANDED_OVER


def test_nothing_is_sold_twice_but_by_a_cheat(stock: Stock) -> None:
    first = stock.sell(2, 0, 5 * DAY, 200, again=False)
    assert len(first)
    assert len(stock.sell(2, 0, 5 * DAY, 200, again=False)) == 0
    assert set(first) < set(stock.sell(2, 0, 5 * DAY, 200, again=True))


def test_no_more_than_was_asked_for(stock: Stock) -> None:
    assert len(stock.sell(0, 0, 5 * DAY, 2, again=False)) == 2
    assert len(stock.sell(7, 0, 5 * DAY, 2, again=False)) == 0
