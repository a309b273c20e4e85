"""What the service counts, in the text format of Prometheus; and how far signals have drifted."""

from bisect import bisect_left
from collections.abc import Iterator
from typing import Final

from suyuan.live.policy import Action
from suyuan.live.scorer import LineAnswers, Scorer

#: Upper edges of the latency histogram, seconds from the first line of a batch to its answers.
EDGES: Final = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0)


class Meter:
    """Counts of one service since its start."""

    def __init__(self) -> None:
        self.lines = self.refused = 0
        self._actions = [0] * len(Action)
        self._batches = [0] * (len(EDGES) + 1)
        self._seconds = 0.0

    def count_answers(self, answers: LineAnswers, seconds: float) -> None:
        """A batch was answered after so long."""
        self.lines += len(answers.ends)
        self.refused += answers.refusals
        self._actions = [old + new for old, new in zip(self._actions, answers.actions.tolist(),
                                                         strict=True)]  # fmt: skip
        self._seconds += seconds
        self._batches[bisect_left(EDGES, seconds)] += 1

    def text(self, scorer: Scorer) -> bytes:
        return ("\n".join(self._samples(scorer)) + "\n").encode()

    def _samples(self, scorer: Scorer) -> Iterator[str]:
        yield from _counter("lines", "Lines taken or refused.", self.lines)
        yield from _counter("refused", "Lines refused.", self.refused)
        yield from _counter("events", "Events in the log.", scorer.position)
        yield from _head("answers", "counter", "Payments by answer.")
        for action, count in zip(Action, self._actions, strict=True):
            yield f'suyuan_live_answers_total{{action="{action.name.lower()}"}} {count}'
        yield from _gauge("state_bytes", "Bytes of state.", scorer.bytes_held)
        yield from _gauge(
            "degraded", "1 where state refuses subjects.", int(bool(scorer.degradation))
        )
        yield from _head("batch_seconds", "histogram", "From first line to answers.")
        total = 0
        for edge, count in zip((*EDGES, "+Inf"), self._batches, strict=True):
            total += count
            yield f'suyuan_live_batch_seconds_bucket{{le="{edge}"}} {total}'
        yield f"suyuan_live_batch_seconds_sum {self._seconds:.6f}"
        yield f"suyuan_live_batch_seconds_count {total}"
        yield from _head("signal_drift", "gauge", "PSI of a signal against its first payments.")
        for signal, index in scorer.drift.indices().items():
            yield f'suyuan_live_signal_drift{{signal="{signal}"}} {index:.4f}'


def _counter(name: str, says: str, value: int) -> Iterator[str]:
    yield from _head(name, "counter", says)
    yield f"suyuan_live_{name}_total {value}"


def _gauge(name: str, says: str, value: int) -> Iterator[str]:
    yield from _head(name, "gauge", says)
    yield f"suyuan_live_{name} {value}"


def _head(name: str, kind: str, says: str) -> Iterator[str]:
    metric = f"suyuan_live_{name}" + ("_total" if kind == "counter" else "")
    yield f"# HELP {metric} {says}"
    yield f"# TYPE {metric} {kind}"
