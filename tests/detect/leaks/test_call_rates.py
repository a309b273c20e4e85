"""Rates of sources: a busy neighbour lends none of its calls, and no call is counted twice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from suyuan.detect.leaks.call_rates import Meetings, Rates, Sources, rates
from suyuan.detect.leaks.chance_calls import ContactedPeople
from suyuan.detect.leaks.lags import EDGES
from suyuan.detect.leaks.watch_time import PlacedOrders, watched_through

AGED = 600.0


def meetings(rows: list[tuple[int, int, float]]) -> Meetings:
    person, source, hours = (np.array(column) for column in zip(*rows, strict=True))
    return Meetings(person.astype(int), source.astype(int), hours.astype(float), np.ones(len(rows)))


def learnt(
    pairs: Meetings,
    source: NDArray[np.int64],
    age: NDArray[np.float64],
    sources: int,
    unnamed: tuple[int, ...] = (),
    more: int = 0,
    orders: float = 1.0,
) -> Rates:
    """Rates where every contact is a call; `more` of them met no exposed order."""
    contacts = int(pairs.contact.max(initial=-1)) + 1 + more
    bought = np.full(contacts, orders)
    people = ContactedPeople(
        np.ones(contacts), np.ones(contacts, bool), bought, 2 * AGED, 1000.0, 1000.0
    )
    placed = PlacedOrders(source, age.astype(int), np.ones(len(source)), 4 * AGED)
    before = Sources(np.full(sources, -1), np.isin(np.arange(sources), unnamed))
    return rates(pairs, people, placed, before)


def test_a_source_whose_buyers_are_called_through_another_keeps_a_low_rate() -> None:
    """Of 200 buyers at source 0, 80 are called within a day; half had an old order at source 1."""
    own = [(n, 0, 9.0) for n in range(80)]
    old = [(n, 1, 300.0) for n in range(40)]
    every = np.repeat([0, 1], [200, 200])
    found = learnt(meetings(own + old), every, np.full(400, AGED), 2)
    assert found.rate[0] == pytest.approx(0.4, abs=0.06)
    assert found.rate[1] < 0.02


def test_what_is_too_young_to_have_been_called_does_not_count() -> None:
    met = meetings([(n, 0, 30.0) for n in range(10)])
    old = learnt(met, np.zeros(100, int), np.full(100, AGED), 1)
    young = learnt(met, np.zeros(100, int), np.repeat([AGED, 1.0], [50, 50]), 1)
    assert young.rate[0] > 1.3 * old.rate[0]


def test_nobody_reached() -> None:
    none = Meetings(*(np.zeros(0, int) for _ in range(2)), *(np.zeros(0) for _ in range(2)))
    found = learnt(none, np.zeros(50, int), np.full(50, AGED), 1)
    assert 0.0 < found.rate[0] < 0.05


def test_long_lags_are_not_forgotten_because_most_orders_are_young() -> None:
    """Half of the calls come at 200 hours, but a tenth of the orders are as old as that."""
    soon = [(n, 0, 20.0) for n in range(2000)]
    late = [(2000 + n, 0, 200.0) for n in range(200)]
    age = np.repeat([50.0, AGED], [9000, 1000])
    found = learnt(meetings(soon + late), np.zeros(10000, int), age, 1)
    assert found.lags.mass[EDGES[1:] <= 168.0].sum() == pytest.approx(0.5, abs=0.1)


def test_an_organisation_that_nobody_named_is_learnt_from_many_calls_and_not_from_two() -> None:
    every = np.repeat([0, 1, 2], [2000, 100, 100])
    base = [(n, 0, 9.0) for n in range(20)]
    many = [(20 + n, which, 9.0) for n in range(30) for which in (0, 1)]
    two = [(50 + n, which, 9.0) for n in range(2) for which in (0, 2)]
    found = learnt(meetings(base + many + two), every, np.full(2200, AGED), 3, (1, 2))
    assert found.rate[1] == pytest.approx(0.25, abs=0.06)
    assert found.calls[2] < 0.5


def test_calls_at_any_time_are_about_nothing_here_and_those_after_orders_are() -> None:
    """Of 1000 people 300 are rung at random; 40 of 400 orders are followed by a call in hours."""
    draws = np.random.default_rng(1).uniform(EDGES[0], EDGES[-1], 72)
    chance = [(n, 0, float(hours)) for n, hours in enumerate(draws)]
    soon = [(72 + n, 0, 4.0) for n in range(40)]
    found = learnt(meetings(chance + soon), np.zeros(400, int), np.full(400, 719.0), 1, more=228)
    assert found.about[72:112].min() > 0.8
    assert np.median(found.about[:72]) < 0.15
    assert (found.about[112:] == 0.0).all()


def test_orders_count_by_what_was_watched_of_them() -> None:
    """A stretch of 24 to 36 hours: an order of 30 hours is half through it, one of a year past."""
    placed = PlacedOrders(np.array([0, 0]), np.array([29, 9000]), np.array([2.0, 5.0]), 100.0)
    stretch = int(np.searchsorted(EDGES, 24.0))
    open_ = watched_through(placed, 1)
    assert open_[0, stretch] == pytest.approx(2.0 * 5.5 / 12.0)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 15), st.integers(0, 3), st.floats(0.5, 700.0)),
        min_size=1,
        max_size=40,
    )
)
def test_calls_are_parted_and_never_multiplied(rows: list[tuple[int, int, float]]) -> None:
    every = np.repeat(np.arange(4), 30)
    found = learnt(meetings(rows), every, np.full(120, AGED), 4)
    assert found.calls.sum() <= len({person for person, _, _ in rows}) + 1e-6
    assert ((found.rate > 0.0) & (found.rate <= 0.98)).all()
    assert ((found.about >= 0.0) & (found.about < 1.0)).all()
    assert found.lags.mass.sum() == pytest.approx(1.0)
