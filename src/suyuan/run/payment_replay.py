"""A case replayed as a stream: what a live score would have said of each payment, and in time.

Truth are the payments from which the victims' money set out, as the default tracing finds them from
reports; a victim who never reported counts as honest, so precision is a lower bound.
"""

import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.ingest import import_case
from suyuan.live.card_arrays import card_arrays, weigh
from suyuan.live.event_log import events_of
from suyuan.live.events import EventKind
from suyuan.live.fold import fold_all
from suyuan.live.keys import Keyring
from suyuan.model.progress import Progress
from suyuan.model.scorecard import Scorecard
from suyuan.model.text import Text
from suyuan.money.methods import DEFAULT
from suyuan.run.order import steps
from suyuan.store.engine import Engine
from suyuan.store.layout import Layout
from suyuan.store.records import open_records
from suyuan.store.steps import execute, needed_for
from suyuan.store.tables import Tables


@dataclass(frozen=True)
class PaymentReplay:
    """One entry for each payment, in the order of folding.

    ``signals`` is (payments, signals); ``report`` the report whose money it was, else "";
    ``amount`` in fen; ``at`` in microseconds UTC; ``missing_signals`` names signals without their
    table.
    """

    payment_id: np.ndarray
    at: np.ndarray
    amount: np.ndarray
    report: np.ndarray
    signals: np.ndarray
    missing_signals: frozenset[str]

    def only(self, place: int) -> "PaymentReplay":
        """The payment at `place` alone."""
        row = slice(place, place + 1)
        return PaymentReplay(
            self.payment_id[row],
            self.at[row],
            self.amount[row],
            self.report[row],
            self.signals[row],
            self.missing_signals,
        )

    @property
    def is_stolen(self) -> np.ndarray:
        """Whether it was a victim's money on its way out."""
        return np.asarray(self.report != "")


def replay_case(
    case: Path, layout: Layout, engine: Engine, card: Scorecard, progress: Progress
) -> PaymentReplay:
    """The files of `case` imported and replayed; see :func:`replay_payments`."""
    case_import = import_case(case, layout.out, progress=progress)
    start = time.perf_counter()
    progress.start(Text("Scoring each payment at its moment", "逐笔评分"))
    tables = open_records(engine, layout, zone=case_import.settings.timezone)
    case_replay = replay_payments(tables, card)
    progress.finish(len(case_replay.at), time.perf_counter() - start)
    return case_replay


def replay_payments(
    tables: Tables, card: Scorecard, keyring: Keyring | None = None
) -> PaymentReplay:
    """Fold the case's events once; every payment as it looked before it was made."""
    for step in needed_for(("owners", "traces"), steps()):
        execute(step, tables)
    events, ids = events_of(tables, keyring or Keyring())
    signals, _ = fold_all(events)
    payments = events[events["kind"] == EventKind.PAYMENT]
    is_measured = np.isfinite(signals[:, 4])  # a person's own transfers are not judged
    names = np.array(ids.to_pylist(), dtype=object)[payments["row"]]
    report_of = _origins(tables)
    return PaymentReplay(
        names[is_measured],
        payments["at"][is_measured],
        payments["amount"][is_measured],
        np.array([report_of.get(name, "") for name in names[is_measured]], dtype=object),
        signals[is_measured].astype(np.float64),
        _missing_signals(card, tables),
    )


def _origins(tables: Tables) -> dict[str, str]:
    """Payments that carried a victim's money away: payment_id to report_id."""
    steps_of = tables["traces"].filter(
        lambda t: (t["hop"] == 0) & t["payment_id"].notnull() & (t["method"] == DEFAULT)
    )
    trace_rows = tables.engine.fetch(steps_of.select("payment_id", "report_id"))
    return dict(
        zip(trace_rows["payment_id"].to_pylist(), trace_rows["report_id"].to_pylist(), strict=True)
    )


def _missing_signals(card: Scorecard, tables: Tables) -> frozenset[str]:
    return frozenset(
        signal.name for signal in card.signals if not all(tables.has(name) for name in signal.needs)
    )


def scores(
    case_replay: PaymentReplay, card: Scorecard, without: frozenset[str] = frozenset()
) -> np.ndarray:
    """The card's score of every payment; the signals `without` are left out (ablation)."""
    weights = np.empty(case_replay.signals.shape)
    silent = case_replay.missing_signals | without
    return weigh(card_arrays(card, silent=silent), case_replay.signals, weights)


@dataclass(frozen=True)
class Interval:
    """A share and its 95 % interval by resampling victims (percentile bootstrap)."""

    share: float
    low: float
    high: float


def victims_held(case_replay: PaymentReplay, holds: np.ndarray, draws: int = 1000) -> Interval:
    """Share of victims of whom a payment is `holds`; all NaN where nobody was robbed."""
    victims = sorted(set(case_replay.report[case_replay.is_stolen]))
    if not victims:
        return Interval(float("nan"), float("nan"), float("nan"))
    reports = set(case_replay.report[holds & case_replay.is_stolen])
    hits = np.array([victim in reports for victim in victims], float)
    rng = np.random.default_rng(len(victims))
    means = rng.choice(hits, (draws, len(hits))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return Interval(float(hits.mean()), float(low), float(high))


def threshold_for(case_replay: PaymentReplay, score: np.ndarray, held_per_thousand: float) -> float:
    """The lowest score at which at most so many honest payments in a thousand are held."""
    honest = np.sort(score[~case_replay.is_stolen])[::-1]
    place = int(len(honest) * held_per_thousand / 1000.0)
    return float(np.nextafter(honest[place], 2.0)) if place < len(honest) else 0.0


def value(case_replay: PaymentReplay, score: np.ndarray, threshold: float) -> dict[str, float]:
    """What holding every payment that scores `threshold` or more would have been worth."""
    return worth_of(case_replay, score >= threshold)


def worth_of(case_replay: PaymentReplay, holds: np.ndarray) -> dict[str, float]:
    """What holding the payments `holds` would have been worth.

    ``honest_held``; ``precision``; ``payments``, ``victims`` and ``yuan`` (shares caught; a victim
    whose first stolen payment is held counts whole: ``loss_avoided`` sums all that came after the
    first hold, an upper bound, for a thief tries again).
    """
    is_stolen, amount = case_replay.is_stolen, case_replay.amount.astype(float)
    table = pa.table({"report": case_replay.report[is_stolen], "at": case_replay.at[is_stolen],
                      "held": holds[is_stolen], "fen": amount[is_stolen]})  # fmt: skip
    first = table.filter(table["held"]).group_by("report").aggregate([("at", "min")])
    labels = table.join(first, "report", join_type="left outer")
    avoided_loss = (
        pc.sum(labels.filter(pc.greater_equal(labels["at"], labels["at_min"]))["fen"]).as_py()
        or 0.0
    )
    victims = len(set(case_replay.report[is_stolen]))
    return {
        "precision": float(is_stolen[holds].mean()) if holds.any() else float("nan"),
        "payments": float(holds[is_stolen].mean()) if is_stolen.any() else float("nan"),
        "victims": first.num_rows / victims if victims else float("nan"),
        "yuan": float(amount[is_stolen & holds].sum() / amount[is_stolen].sum())
        if victims
        else float("nan"),
        "loss_avoided": avoided_loss / amount[is_stolen].sum() if victims else float("nan"),
        "honest_held": int(holds[~is_stolen].sum()),
    }
