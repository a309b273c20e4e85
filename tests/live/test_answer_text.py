"""Answers that the kernel writes read back as what was judged; verdicts are remembered."""

import msgspec
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.live.answer_text import JUDGEMENT, Phrases
from suyuan.live.events import EVENT, EventKind
from suyuan.live.fold import SIGNALS
from suyuan.live.messages import PaymentAnswer
from suyuan.live.verdicts import VERDICT, Verdicts

values = st.floats(-1e6, 1e6, width=32) | st.sampled_from([float("nan"), 0.0, -0.00004, 9999.0])


@given(
    st.floats(0, 1),
    st.lists(st.tuples(st.integers(0, len(SIGNALS) - 1), values, values), max_size=4),
    st.integers(0, 2**62),
    st.booleans(),
)
@settings(max_examples=200, deadline=None)
def test_answers_read_back(
    score: float, reasons: list[tuple[int, float, float]], log: int, repeated: bool
) -> None:
    verdict = np.zeros(1, VERDICT)
    verdict["score"], verdict["log"], verdict["action"] = score, log, 2
    verdict["repeated"], verdict["reasons"] = repeated, -1
    for rank, (signal, value, weight) in enumerate(reasons):
        verdict["reasons"][0, rank] = signal
        verdict["values"][0, rank], verdict["weights"][0, rank] = value, weight
    text, ends = Phrases("card 1", 'of "us"').answers(
        np.array([JUDGEMENT]), verdict, b"A-1", np.array([[0, 3, 0, 0]])
    )
    assert ends.tolist() == [len(text)]
    answer = msgspec.json.decode(text, type=PaymentAnswer)
    assert (answer.id, answer.action, answer.log, answer.repeated) == ("A-1", "hold", log, repeated)
    assert (answer.card, answer.policy) == ("card 1", 'of "us"')
    assert answer.score == np.round(score, 6)
    written = [[SIGNALS.index(r.signal), r.value, r.weight] for r in answer.because]
    expected = [
        [s, *(-1.0 if np.isnan(x) else np.round(np.float64(np.float32(x)), digits)
              for x, digits in ((v, 4), (w, 3)))]
        for s, v, w in reasons
    ]  # fmt: skip
    assert written == expected


def payments(keys: np.ndarray) -> np.ndarray:
    events = np.zeros(len(keys), EVENT)
    events["kind"], events["c"] = EventKind.PAYMENT, keys
    return events


def repeats(held: Verdicts, events: np.ndarray) -> np.ndarray:
    repeated = np.empty(len(events), bool)
    assert held.repeats(events, 0, repeated) == (len(events), repeated.sum())
    return repeated


def test_verdicts_are_remembered_in_a_ring() -> None:
    """Against a dict, with keys that fall on few slots."""
    rng, held = np.random.default_rng(3), Verdicts(64)
    kept = np.zeros(0, VERDICT)
    fresh = iter(rng.permutation(4000).astype(np.uint64) + 1)
    for size in rng.integers(0, 30, 150):
        rows = np.zeros(size, VERDICT)
        rows["key"] = [next(fresh) for _ in range(size)]
        rows["log"] = rng.integers(0, 1000, size)
        held.keep(rows)
        kept = np.concatenate([kept, rows])[-64:]
        assert held.rows().tobytes() == kept.tobytes()
        known, tally = payments(kept["key"]), np.zeros(4, np.int64)
        found = held.at(known, np.zeros(len(kept), bool), len(kept), tally)
        assert found.tobytes() == kept.tobytes()
        assert tally.sum() == len(kept)
        asked = np.zeros(400, EVENT)
        asked["kind"], asked["c"] = EventKind.PAYMENT, rng.permutation(4000)[:400] + 1
        assert np.array_equal(repeats(held, asked), np.isin(asked["c"], kept["key"]))
        assert repeats(held, np.concatenate([asked, asked]))[400:].all()
