"""Lags are a distribution, learn from quoted orders, and give a victim one order at most."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.detect.leaks.lags import BEFORE_DATA, BEFORE_DATA_REPORTED, EDGES, Lags, shares


def within(lags: Lags, hours: float) -> float:
    """The share of the calls that came before so many hours, which are an edge."""
    return float(lags.mass[EDGES[1:] <= hours].sum())


def test_prior_of_the_case() -> None:
    assert np.isclose(BEFORE_DATA.mass.sum(), 1.0)
    assert np.isclose(BEFORE_DATA_REPORTED.mass.sum(), 1.0)
    assert 0.7 < within(BEFORE_DATA, 24.0) < 0.8


def test_learns_slower_callers() -> None:
    late = BEFORE_DATA.learnt(np.full(200, 100.0))
    assert within(late, 48.0) < 0.3 < within(BEFORE_DATA, 48.0)


def test_nothing_outside_the_edges() -> None:
    assert not BEFORE_DATA.density(np.array([EDGES[0] - 1.0, EDGES[-1] + 1.0])).any()


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.floats(0, 700), st.booleans()), min_size=1))
def test_shares_stay_below_one(rows: list[tuple[int, float, bool]]) -> None:
    rows.sort(key=lambda row: row[0])
    victim = np.array([row[0] for row in rows], np.int32)
    hours = np.array([row[1] for row in rows])
    quoted = np.array([row[2] for row in rows])
    share = shares(victim, BEFORE_DATA.density(hours), quoted, np.ones(5))
    assert (share >= 0).all()
    assert (np.bincount(victim, share, 5) <= 1.0 + 1e-9).all()
