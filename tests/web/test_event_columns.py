"""Events as columns: bins, ids of rows, and orders that do not pile up."""

import numpy as np
import pyarrow as pa
import pytest

from suyuan.face.web import timeline
from suyuan.face.web.timeline import BINS, KINDS, EventColumns, WordCodes

EVENTS = 3_000
NOBODY: frozenset[str] = frozenset()


@pytest.fixture
def columns() -> EventColumns:
    draw = np.random.default_rng(5)
    subjects = [f"phone:{one}" for one in range(20)]
    return EventColumns(
        np.sort(draw.integers(1_700_000_000_000_000, 1_700_000_009_000_001, EVENTS)),
        draw.integers(0, len(KINDS), EVENTS).astype(np.int16),
        draw.integers(0, 20, EVENTS).astype(np.int32),
        draw.integers(-1, 20, EVENTS).astype(np.int32),
        draw.integers(0, 900, EVENTS),
        draw.integers(-1, 5, EVENTS).astype(np.int32),
        subjects,
        [f"cell-{one}" for one in range(5)],
        np.zeros(EVENTS, dtype=np.int32),
        np.arange(EVENTS),
        ["0123456789abcdef"],
        {one: index for index, one in enumerate(subjects)},
    )


@pytest.mark.parametrize("kinds", [NOBODY, frozenset({"calls", "payments"})])
def test_bins_count_each_event_of_a_view_once(columns: EventColumns, kinds: frozenset[str]) -> None:
    places = columns.view(kinds, NOBODY, "time")
    bins, before = columns.bins(places)
    first, last = columns.extent()
    slots = (columns.at[places] - first) * BINS // (last - first)
    by_hand = [
        [int(((columns.kind[places] == kind) & (slots == slot)).sum()) for slot in range(BINS)]
        for kind in range(len(KINDS))
    ]
    assert bins == by_hand
    assert before + sum(map(sum, bins)) == len(places)


def test_events_of_years_before_are_counted_beside_the_bins(columns: EventColumns) -> None:
    columns.at[:3] = 1_500_000_000_000_000
    bins, before = columns.bins(columns.view(NOBODY, NOBODY, "time"))
    assert before == int((columns.at < columns.extent()[0]).sum()) > 3
    assert before + sum(map(sum, bins)) == EVENTS


def test_a_row_has_its_id(columns: EventColumns) -> None:
    assert columns.row_id(1234) == "0123456789abcdef:1234"


def test_old_orders_leave_for_new_ones(
    columns: EventColumns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timeline, "VIEWS", 2 * 4 * EVENTS)
    for name in KINDS:
        columns.view(frozenset({name}), NOBODY, "time")
    for by in ("time", "amount"):
        assert len(columns.view(NOBODY, NOBODY, by)) == EVENTS
    assert sum(one.nbytes for one in columns.views.values()) <= timeline.VIEWS


def test_words_have_one_number_each_however_they_come() -> None:
    ways = ([["b", None, "a"], ["c", "a"]], [["a", "c"], [None, "b", "a"]])
    found = []
    for batches in ways:
        codes = WordCodes()
        numbers = np.concatenate([codes.of(pa.array(one, pa.string())) for one in batches])
        ranks, words = codes.in_order(numbers)
        found.append(words)
        told = [words[rank] if rank >= 0 else None for rank in ranks.tolist()]
        assert told == [word for batch in batches for word in batch]
    assert found[0] == found[1] == ["a", "b", "c"]


def test_a_word_may_have_a_start() -> None:
    codes = WordCodes()
    assert codes.of(pa.array(["1", None, "1"]), "phone:").tolist() == [0, -1, 0]
    assert codes.codes == {"phone:1": 0}


@pytest.mark.parametrize("by", ["time", "amount"])
@pytest.mark.parametrize("kinds", [NOBODY, frozenset({"calls"})])
@pytest.mark.parametrize("share", [(0, 1), (0.2, 0.6), (0.5, 0.5)])
def test_counts_are_those_of_each_place(
    columns: EventColumns, kinds: frozenset[str], by: str, share: tuple[float, float]
) -> None:
    first, last = columns.extent()
    start, end = (int(first + (last - first) * one) for one in share)
    places = columns.within(columns.view(kinds, NOBODY, by), start, end, by)
    counts = columns.count(places)
    own = [int(one) for one in places]
    assert counts.by_kind == [sum(columns.kind[one] == k for one in own) for k in range(len(KINDS))]
    assert counts.cells.tolist() == [sum(columns.cell[one] == c for one in own) for c in range(5)]


def test_places_with_one_missing_are_no_slice() -> None:
    for written in ([3, 5, 4], [7], [0, 1, 2]):
        assert isinstance(timeline._span(np.array(written)), slice)
    for written in ([3, 5], [1, 9, 3], [2, 0, 3], []):
        assert not isinstance(timeline._span(np.array(written, dtype=np.int32)), slice)
