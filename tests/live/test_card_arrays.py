"""The kernel adds up a scorecard as the batch detectors do."""

from pathlib import Path

import ibis
import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from suyuan.detect.cards import scorecard
from suyuan.detect.scoring import weight
from suyuan.live.card_arrays import card_arrays, weigh
from suyuan.live.fold import SIGNALS
from suyuan.store.duck import DuckEngine

CARD = scorecard("payment_risk")


def test_the_card_has_the_signals_of_the_fold() -> None:
    assert tuple(signal.name for signal in CARD.signals) == SIGNALS


def test_weights_are_those_of_the_batch(tmp_path: Path) -> None:
    rng = np.random.default_rng(7)
    edges = [edge for signal in CARD.signals for edge in signal.edges]
    values = rng.choice([*edges, -1.0, 0.0, 1e6, np.nan], (400, len(SIGNALS)))
    ours = np.empty(values.shape)
    score = weigh(card_arrays(CARD), values, ours)
    columns = {n: pa.array(values[:, i], from_pandas=True) for i, n in enumerate(SIGNALS)}
    with DuckEngine(tmp_path / "work") as engine:
        table = engine.arrow(pa.table(columns | {"row": np.arange(400)}))
        weighed = {s.name: weight(table[s.name], s, is_missing=False) for s in CARD.signals}
        found = engine.fetch(table.select("row", **weighed).order_by(ibis._["row"]))
    theirs = np.column_stack([found[name].to_numpy() for name in SIGNALS])
    np.testing.assert_allclose(ours, theirs, atol=1e-12)
    total = CARD.intercept + CARD.slope * (CARD.prior + theirs.sum(1))
    np.testing.assert_allclose(score, 1 / (1 + np.exp(-total)), rtol=1e-9)


@given(st.sets(st.sampled_from(SIGNALS)))
def test_a_silent_signal_adds_nothing(silent: set[str]) -> None:
    weights = np.empty((1, len(SIGNALS)))
    weigh(card_arrays(CARD, silent=frozenset(silent)), np.full((1, len(SIGNALS)), 2.0), weights)
    for place, name in enumerate(SIGNALS):
        assert weights[0, place] == 0.0 or name not in silent
