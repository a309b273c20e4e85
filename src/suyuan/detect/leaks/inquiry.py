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
from suyuan.detect.leaks.order_details import with_details
from suyuan.detect.leaks.relevance import relevance
from suyuan.detect.leaks.victims import VictimPairings, victims
from suyuan.store.programs import derive_table
from suyuan.store.tables import Tables


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What was asked of the victims, and the answer; ``lean_odds`` is what was known beside them,
    and ``known`` how popular the candidates are with them anyway.
    """

    span: Bins
    exposure: Exposure
    victims: VictimPairings
    attribution: Attribution
    lean_odds: Floats
    known: Controls


#: What is known beside the victims: per candidate, in nats.
Lean = Callable[[Exposure], Floats]


def _no_lean(exposure: Exposure) -> Floats:
    return np.zeros(len(exposure.subjects))


def inquire(tables: Tables, lean: Lean = _no_lean) -> Inquiry | None:
    """Attribute the leaks behind the people reached; None where there is no order.

    `lean` says, of the candidates, what speaks for each beside the people reached.
    """
    engine, orders = tables.engine, tables["orders"]
    contacted_people = derive_table(tables, _contacted_people, tables)
    span = _span(tables, orders, contacted_people)
    if span is None:
        return None
    exposures = exposure(engine, orders, span)
    candidates = derive_table(tables, _candidates, contacted_people, tables)
    pairs = engine.gather(_in_order, candidates)
    pairing = victims(engine.fetch(contacted_people), pairs, exposures)
    lean_odds = lean(exposures)
    control_rows = derive_table(tables, control_orders, contacted_people, tables["orders"])
    control_counts = controls(engine.gather(_in_order, control_rows), exposures)
    attribution = attribute(exposures, pairing.pairings, lean_odds, control_counts)
    return Inquiry(span, exposures, pairing, attribution, lean_odds, control_counts)


def _contacted_people(tables: Tables) -> ir.Table:
    """People reached, and how likely it is that it was through an order."""
    contacted_people, facts = contacts(tables), relevance(tables)
    return contacted_people.left_join(facts, "contact").select(
        *contacted_people.columns, relevance=ibis.coalesce(facts["relevance"], 1.0)
    )


def _candidates(contacted_people: ir.Table, tables: Tables) -> ir.Table:
    return with_details(
        tables, tables.engine.keep(candidate_orders(contacted_people, tables["orders"]))
    )


def _in_order(pairs: ir.Table) -> ir.Table:
    return pairs.order_by(["contact", "order_id"])


def _first_and_last(orders: ir.Table) -> ir.Table:
    return orders.aggregate(first=orders["ordered_at"].min(), last=orders["ordered_at"].max())


def _first_call(contacted_people: ir.Table) -> ir.Table:
    return contacted_people.aggregate(first=contacted_people["called_at"].min())


def _span(tables: Tables, orders: ir.Table, contacted_people: ir.Table) -> Bins | None:
    """From as long before the first call as an order can matter, to the last order.

    Where there is seized data, whose orders may be older, from the first order.
    """
    order_span = tables.engine.gather(_first_and_last, orders)
    first, last = (order_span[name][0].as_py() for name in ("first", "last"))
    if first is None:
        return None
    call_span = tables.engine.gather(_first_call, contacted_people)
    begin: datetime | None = call_span["first"][0].as_py()
    if begin is None or tables.has("matches"):
        return bins(first, last)
    begin = max(first, begin - timedelta(days=LONGEST_DAYS))
    return bins(min(begin, last), last)
