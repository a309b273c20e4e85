"""Rates of sources: a busy neighbour lends none of its calls, and no call is counted twice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.detect.leaks.call_rates import Meetings, rates

AGED = 600.0


def meetings(rows: list[tuple[int, int, float]]) -> Meetings:
    person, source, hours = (np.array(column) for column in zip(*rows, strict=True))
    return Meetings(person.astype(int), source.astype(int), hours.astype(float), np.ones(len(rows)))


def test_a_source_whose_buyers_are_called_through_another_keeps_a_low_rate() -> None:
    """Of 200 buyers at source 0, 80 are called within a day; half had an old order at source 1."""
    own = [(n, 0, 9.0) for n in range(80)]
    old = [(n, 1, 300.0) for n in range(40)]
    every = np.repeat([0, 1], [200, 200])
    found = rates(meetings(own + old), every, np.full(400, AGED), 2)
    assert found.rate[0] == pytest.approx(0.4, abs=0.06)
    assert found.rate[1] < 0.02


def test_what_is_too_young_to_have_been_called_does_not_count() -> None:
    met = meetings([(n, 0, 30.0) for n in range(10)])
    old = rates(met, np.zeros(100, int), np.full(100, AGED), 1)
    young = rates(met, np.zeros(100, int), np.repeat([AGED, 1.0], [50, 50]), 1)
    assert young.rate[0] > 1.3 * old.rate[0]


def test_nobody_reached() -> None:
    none = Meetings(*(np.zeros(0, int) for _ in range(2)), *(np.zeros(0) for _ in range(2)))
    found = rates(none, np.zeros(50, int), np.full(50, AGED), 1)
    assert 0.0 < found.rate[0] < 0.05


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
    found = rates(meetings(rows), every, np.full(120, AGED), 4)
    assert found.reached.sum() <= len({person for person, _, _ in rows}) + 1e-6
    assert ((found.rate > 0.0) & (found.rate <= 0.98)).all()
    assert found.lags.mass.sum() == pytest.approx(1.0)
