"""The fold: the same in one piece or in many, with little room or much; a full table says so."""

from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.live.events import EVENT, EventKind, in_order
from suyuan.live.fold import SIGNALS, fold
from suyuan.live.state import empty_state, with_room

DAY = 86_400_000_000


@dataclass(frozen=True)
class Drawn:
    events: np.ndarray


@st.composite
def streams(draw: st.DrawFn) -> Drawn:
    size = draw(st.integers(1, 200))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    events = np.zeros(size, EVENT)
    events["kind"] = rng.integers(1, len(EventKind) + 1, size)
    events["at"] = events["known"] = np.sort(rng.integers(1, 30 * DAY, size))
    for name in ("a", "b", "c"):
        events[name] = rng.integers(0, 12, size).astype(np.uint64)
    events["amount"] = rng.integers(1, 10_000_000, size)
    events["seconds"] = rng.integers(0, 2000, size)
    events["row"] = np.arange(size)
    return Drawn(in_order(events))


@given(streams(), st.integers(1, 50))
@settings(max_examples=60)
def test_folded_in_parts_is_folded_whole(drawn: Drawn, part: int) -> None:
    whole = fold(drawn.events, empty_state(512))
    state, parts = empty_state(4), []
    for start in range(0, len(drawn.events), part):
        piece = drawn.events[start : start + part]
        state = with_room(state, 4 * len(piece))
        parts.append(fold(piece, state))
    np.testing.assert_array_equal(np.concatenate(parts), whole)
    assert state.counts[0]["refused"] == 0
    assert state.counts[0]["folded"] == len(drawn.events)


@given(streams())
@settings(max_examples=30)
def test_the_order_of_arrival_in_a_file_means_nothing(drawn: Drawn) -> None:
    mixed = drawn.events[np.random.default_rng(1).permutation(len(drawn.events))]
    again = in_order(mixed)
    np.testing.assert_array_equal(again, drawn.events)


def test_a_full_table_refuses_and_counts() -> None:
    events = np.zeros(500, EVENT)
    events["kind"] = EventKind.PAYMENT
    events["a"] = np.arange(1, 501)
    events["b"] = np.arange(1001, 1501)
    events["amount"] = 100
    events["at"] = events["known"] = np.arange(1, 501)
    state = empty_state(8)
    signals = fold(events, state)
    assert state.counts[0]["refused"] > 0
    refused = np.isnan(signals[:, SIGNALS.index("new_payee")])
    assert refused.any()
    assert not refused[0]


def test_a_transfer_between_own_accounts_is_not_judged() -> None:
    events = np.zeros(3, EVENT)
    events["kind"] = [EventKind.LINK, EventKind.LINK, EventKind.PAYMENT]
    events["a"] = [1, 2, 1]
    events["b"] = [9, 9, 2]
    events["amount"] = [0, 0, 500]
    events["at"] = events["known"] = [1, 2, 3]
    assert np.isnan(fold(events, empty_state(16))).all()
