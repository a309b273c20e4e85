"""One case through the kernel: tables in, leaks out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir
import numpy as np

from suyuan.detect.leaks.arrays import Exposure, Floats
from suyuan.detect.leaks.attribution import Attribution, attribute
from suyuan.detect.leaks.contacts import candidate_orders, contacts
from suyuan.detect.leaks.controls import Controls, control_orders, controls
from suyuan.detect.leaks.exposure import Bins, bins, exposure
from suyuan.detect.leaks.lags import LONGEST_DAYS
from suyuan.detect.leaks.order_details import narrated
from suyuan.detect.leaks.relevance import relevance
from suyuan.detect.leaks.victims import VictimPairings, victims
from suyuan.store.programs import derive_table
from suyuan.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What was asked of the victims, and the answer; ``leaning`` is what was known beside them, and
    ``known`` how popular the candidates are with them anyway.
    """

    span: Bins
    exposure: Exposure
    victims: VictimPairings
    attribution: Attribution
    leaning: Floats
    known: Controls


#: What is known beside the victims: per candidate, in nats.
Lean = Callable[[Exposure], Floats]


def _nothing(exposure: Exposure) -> Floats:
    return np.zeros(len(exposure.subjects))


def inquire(tables: Tables, lean: Lean = _nothing) -> Inquiry | None:
    """Attribute the leaks behind the people reached; None where there is no order.

    `lean` says, of the candidates, what speaks for each beside the people reached.
    """
    engine, orders = tables.engine, tables["orders"]
    reached = derive_table(tables, _reached, tables)
    span = _span(tables, orders, reached)
    if span is None:
        return None
    handled = exposure(engine, orders, span)
    candidates = derive_table(tables, _candidates, reached, tables)
    pairs = engine.gather(_in_order, candidates)
    held = victims(engine.fetch(reached), pairs, handled)
    leaning = lean(handled)
    others = derive_table(tables, control_orders, reached, tables["orders"])
    known = controls(engine.gather(_in_order, others), handled)
    found = attribute(handled, held.pairings, leaning, known)
    return Inquiry(span, handled, held, found, leaning, known)


def _reached(tables: Tables) -> ir.Table:
    """People reached, and how likely it is that it was through an order."""
    reached, facts = contacts(tables), relevance(tables)
    return reached.left_join(facts, "contact").select(
        *reached.columns, relevance=ibis.coalesce(facts["relevance"], 1.0)
    )


def _candidates(reached: ir.Table, tables: Tables) -> ir.Table:
    return narrated(tables, tables.engine.keep(candidate_orders(reached, tables["orders"])))


def _in_order(pairs: ir.Table) -> ir.Table:
    return pairs.order_by(["contact", "order_id"])


def _first_and_last(orders: ir.Table) -> ir.Table:
    return orders.aggregate(first=orders["ordered_at"].min(), last=orders["ordered_at"].max())


def _first_call(reached: ir.Table) -> ir.Table:
    return reached.aggregate(first=reached["called_at"].min())


def _span(tables: Tables, orders: ir.Table, reached: ir.Table) -> Bins | None:
    """From as long before the first call as an order can matter, to the last order.

    Where there is seized data, whose orders may be older, from the first order.
    """
    placed = tables.engine.gather(_first_and_last, orders)
    first, last = (placed[name][0].as_py() for name in ("first", "last"))
    if first is None:
        return None
    called = tables.engine.gather(_first_call, reached)
    begin: datetime | None = called["first"][0].as_py()
    if begin is None or tables.has("matches"):
        return bins(first, last)
    begin = max(first, begin - timedelta(days=LONGEST_DAYS))
    return bins(min(begin, last), last)
