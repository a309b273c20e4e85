"""Signals of a sale: a case leaves them to the published score, and their absence clears nobody."""

from pathlib import Path

import numpy as np
import pyarrow as pa

from suyuan.detect.adapting import learning
from suyuan.detect.adapting.case import ALIKE, HANDED_ON, of_case
from suyuan.detect.cards import scorecard
from suyuan.detect.scoring import total
from suyuan.model.scorecard import from_mapping, to_mapping
from suyuan.model.times import DEFAULT_ZONE
from suyuan.store.duck import DuckEngine
from suyuan.store.tables import Tables

KNOWN, UNSOLD, OTHERS = 20, 60, 1500


def test_a_card_keeps_which_signals_come_with_a_sale() -> None:
    card = scorecard("farmed_account")
    marked = {s.name for s in card.signals if s.selects}
    assert "moved" in marked
    assert marked == {s.name for s in from_mapping(to_mapping(card)).signals if s.selects}


def test_what_lies_unsold_is_not_cleared_by_lying(tmp_path: Path) -> None:
    """Known ones were all moved to other hands; the rest of the stock shows its wave alone."""
    card = scorecard("farmed_account")
    n = KNOWN + UNSOLD + OTHERS
    rng = np.random.default_rng(3)
    guilty = np.arange(n) < KNOWN + UNSOLD
    columns = {s.name: np.full(n, np.nan) for s in card.signals}
    columns["wave"] = np.where(guilty, 1.2, 0.0) + rng.normal(0, 0.3, n)
    columns["moved"] = np.where(np.arange(n) < KNOWN, 1.0, rng.random(n) < 0.3).astype(float)
    rows = {k: pa.array(v, pa.float64(), from_pandas=True) for k, v in columns.items()}
    rows["subject"] = pa.array([f"account:qq:{i}" for i in range(n)])
    rows["known_cases"] = pa.array((np.arange(n) < KNOWN).astype(int))
    with DuckEngine(tmp_path) as engine:
        tables = Tables(engine, zone=DEFAULT_ZONE, held={})
        found = of_case(engine.arrow(pa.table(rows)), card, tables, frozenset(), total)
        assert found is not None
        weights = {s.name: s.weights for s in found.card.signals}
        assert not any(weights["moved"])
        assert weights["wave"][-1] - weights["wave"][0] > 0.5
        published = engine.fetch(found.candidates.select("moved", "published")).to_pandas()
    by_hand = published.groupby("moved")["published"].mean()
    assert by_hand[0.0] < by_hand[1.0] < by_hand[0.0] + 3.0
    assert 0.0 < HANDED_ON < 1.0


def test_a_case_does_not_learn_from_known_who_are_like_anybody(tmp_path: Path) -> None:
    """Twenty accounts that one-off frauds happened to use: the published card stands."""
    card = scorecard("farmed_account")
    n, rng = 1500, np.random.default_rng(5)
    columns = {s.name: rng.normal(0, 1, n) for s in card.signals}
    rows = {k: pa.array(v, pa.float64()) for k, v in columns.items()}
    rows["subject"] = pa.array([f"account:qq:{i}" for i in range(n)])
    rows["known_cases"] = pa.array((np.arange(n) < KNOWN).astype(int))
    with DuckEngine(tmp_path) as engine:
        tables = Tables(engine, zone=DEFAULT_ZONE, held={})
        candidates = engine.arrow(pa.table(rows))
        assert of_case(candidates, card, tables, frozenset(), total) is None


def test_known_who_have_something_in_common_are_ranked_when_held_out() -> None:
    n, rng = 2000, np.random.default_rng(7)
    known, one, nought = np.arange(n) < KNOWN, np.ones(n), np.zeros(3)
    x = rng.normal(0, 1, (n, 3))
    area = learning.held_out(x, known, nought, nought - 1.0, one)
    assert 0.3 < area < ALIKE
    x[known, 1] += 3.0
    assert learning.held_out(x, known, nought, nought - 1.0, one) > 0.9
