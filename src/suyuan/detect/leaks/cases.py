"""One case through the kernel: tables in, leaks out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.arrays import Exposure
from suyuan.detect.leaks.attribution import Attribution, attribute
from suyuan.detect.leaks.contacts import candidate_orders, contacts
from suyuan.detect.leaks.exposure import Bins, bins, exposure
from suyuan.detect.leaks.lags import LONGEST_DAYS
from suyuan.detect.leaks.narrated import narrated
from suyuan.detect.leaks.relevance import relevance
from suyuan.detect.leaks.victims import Victims, victims
from suyuan.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What was asked of the victims, and the answer."""

    span: Bins
    exposure: Exposure
    victims: Victims
    attribution: Attribution


def inquire(tables: Tables) -> Inquiry | None:
    """Attribute the leaks behind the people reached; None where there is no order."""
    engine, orders = tables.engine, tables["orders"]
    reached = contacts(tables)
    told = relevance(tables)
    reached = reached.left_join(told, "contact").select(
        *reached.columns, relevance=ibis.coalesce(told["relevance"], 1.0)
    )
    reached = engine.keep(reached)
    span = _span(tables, orders, reached)
    if span is None:
        return None
    handled = exposure(engine, orders, span)
    candidates = narrated(tables, engine.keep(candidate_orders(reached, orders)))
    pairs = engine.fetch(candidates.order_by(["contact", "order_id"]))
    held = victims(engine.fetch(reached), pairs, handled)
    return Inquiry(span, handled, held, attribute(handled, held.pairings))


def _span(tables: Tables, orders: ir.Table, reached: ir.Table) -> Bins | None:
    """From as long before the first call as an order can matter, to the last order.

    Where there is seized data, whose orders may be older, from the first order.
    """
    placed = tables.engine.fetch(
        orders.aggregate(first=orders["ordered_at"].min(), last=orders["ordered_at"].max())
    )
    first, last = (placed[name][0].as_py() for name in ("first", "last"))
    if first is None:
        return None
    called = tables.engine.fetch(reached.aggregate(first=reached["called_at"].min()))
    begin: datetime | None = called["first"][0].as_py()
    if begin is None or tables.has("matches"):
        return bins(first, last)
    begin = max(first, begin - timedelta(days=LONGEST_DAYS))
    return bins(min(begin, last), last)
