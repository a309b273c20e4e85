"""How many orders each candidate handled, day by day: the offset without which big shops lose."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.detect.leaks.arrays import Exposure
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.store.engine import Engine

#: A longer span gets wider bins, so that the windows stay countable.
MOST_BINS = 400


@dataclass(frozen=True, slots=True)
class Bins:
    """Equal bins of order time: ``count`` of them, each ``seconds`` long, from ``origin``."""

    origin: datetime
    seconds: int
    count: int

    @property
    def edges(self) -> np.ndarray:
        step = np.timedelta64(self.seconds, "s")
        return np.datetime64(self.origin, "us") + np.arange(self.count + 1) * step

    def of(self, moment: ir.TimestampValue) -> ir.IntegerValue:
        """The bin that `moment` falls into; outside the span the number is outside 0..count."""
        since = moment.epoch_seconds() - int(np.datetime64(self.origin, "s").astype(np.int64))
        return (since / self.seconds).floor().cast("int32")


def bins(first: datetime, last: datetime) -> Bins:
    """Days from `first` to `last`, or wider bins where that would be more than MOST_BINS."""
    origin = first.replace(hour=0, minute=0, second=0, microsecond=0)
    days = max(int((last - origin) / timedelta(days=1)) + 1, 1)
    width = -(-days // MOST_BINS)
    return Bins(origin, width * 86_400, -(-days // width))


def exposure(engine: Engine, orders: ir.Table, span: Bins) -> Exposure:
    """Orders per candidate and bin; an order without an attribute counts in the totals only."""
    groups = engine.derive(_group_orders, orders, by=(span,))
    return _arrays(engine.gather(_counts_by_subject, groups), engine.gather(_total, groups), span)


def _group_orders(orders: ir.Table, span: Bins) -> ir.Table:
    binned_orders = orders.mutate(bin=span.of(orders["ordered_at"]))
    binned_orders = binned_orders.filter(
        (binned_orders["bin"] >= 0) & (binned_orders["bin"] < span.count)
    )
    return binned_orders.group_by(["bin", *ATTRIBUTES]).aggregate(n=binned_orders.count())


def _counts_by_subject(groups: ir.Table) -> ir.Table:
    parts = [_of(groups, name, kind) for name, kind in ATTRIBUTES.items()]
    return ibis.union(*parts).order_by(["subject", "bin"])


def _total(groups: ir.Table) -> ir.Table:
    return groups.group_by("bin").aggregate(n=groups["n"].sum())


def _of(groups: ir.Table, name: str, kind: str) -> ir.Table:
    rows = groups.filter(groups[name].notnull())
    counts = rows.group_by([name, "bin"]).aggregate(n=lambda t: t["n"].sum())
    return counts.select(
        subject=ibis.literal(f"{kind}:") + counts[name], bin=counts["bin"], n=counts["n"]
    )


def _arrays(subject_counts: pa.Table, total: pa.Table, span: Bins) -> Exposure:
    subjects = pc.unique(subject_counts["subject"])
    row = pc.index_in(subject_counts["subject"], subjects).to_numpy()
    counts = np.zeros((len(subjects), span.count))
    counts[row, subject_counts["bin"].to_numpy()] = subject_counts["n"].to_numpy()
    totals = np.zeros(span.count)
    totals[total["bin"].to_numpy()] = total["n"].to_numpy()
    return Exposure(tuple(subjects.to_pylist()), counts, totals, span.edges)
