"""A signal that moves is named; the counters are in the format of Prometheus."""

import json
import re
from pathlib import Path

import numpy as np
from wire import lines_of_the_story, scorer

from suyuan.detect.cards import scorecard
from suyuan.live.batching import Batcher
from suyuan.live.drift import Drift

CARD = scorecard("payment_risk")


def test_only_the_signal_that_moved_has_drifted() -> None:
    rng = np.random.default_rng(5)
    drift, names = Drift(CARD, window=2000), [signal.name for signal in CARD.signals]
    assert drift.indices() == {}
    drift.add(rng.normal(1.0, 2.0, (2000, len(names))))
    assert drift.indices() == {}
    later = rng.normal(1.0, 2.0, (2000, len(names)))
    later[:, names.index("unusual_amount")] += 4.0
    drift.add(later)
    moved = drift.indices()
    assert moved["unusual_amount"] > 0.25
    assert max(index for name, index in moved.items() if name != "unusual_amount") < 0.05


def test_a_signal_that_is_no_longer_measured_has_drifted() -> None:
    drift = Drift(CARD, window=100)
    drift.add(np.ones((100, len(CARD.signals))))
    drift.add(np.full((100, len(CARD.signals)), np.nan))
    assert min(drift.indices().values()) > 1.0


def test_metrics_can_be_read(tmp_path: Path) -> None:
    live = scorer(tmp_path)
    live.take(lines_of_the_story(), 0)
    written = Batcher(live).metrics().decode()
    for line in written.strip().split("\n"):
        assert re.fullmatch(r'# (HELP|TYPE) \S+ .+|[a-z_]+(\{[a-z]+="[^"]+"\})? [0-9.+e-]+', line)
    assert f"suyuan_live_events_total {live.position}" in written


def test_a_flood_of_new_subjects_is_said_in_every_answer(tmp_path: Path) -> None:
    live = scorer(tmp_path, most_bytes=0, subscribers=1)
    at = "2019-04-01T00:00:00Z"
    flood = [{"kind": "call", "at": at, "caller": f"n{n}", "callee": f"m{n}"} for n in range(99)]
    live.take([json.dumps(call).encode() for call in flood], 0)
    answers = live.take(lines_of_the_story(), 0)
    last = [each for each in answers if getattr(each, "id", "")][-1]
    assert getattr(last, "degraded", None) == ["keys"]
    assert b"suyuan_live_degraded 1" in Batcher(live).metrics()
