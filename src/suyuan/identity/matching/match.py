"""Seized rows to orders: pairs, weights, and for each row the most likely order or none."""

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.identity.matching.blocking import pairs
from suyuan.identity.matching.comparison import FIELDS, pattern
from suyuan.identity.matching.fields import ordered, seized
from suyuan.identity.matching.weights import chance, learnt
from suyuan.model.derived import MATCHES
from suyuan.model.text import Text
from suyuan.store.engine import Engine
from suyuan.store.steps import Step, Written
from suyuan.store.tables import Tables

#: Rows of each side crossed for the agreement that chance gives.
SAMPLE = 1500
#: Prior that a seized row is a copy of an order that the table holds.
HELD = 0.5
#: Pairs below this probability are not written.
LISTED = 0.01


def matches(tables: Tables) -> ir.Table:
    """The table ``matches``: for each seized row the orders that it may be a copy of."""
    engine = tables.engine
    left = engine.keep(seized(tables["leaked"], tables.zone))
    right = engine.keep(ordered(tables["orders"], tables.zone))
    compared = pairs(engine, left, right)
    patterns = engine.fetch(compared.group_by("pattern").aggregate(n=lambda t: t.count()))
    random = engine.fetch(_random(tables, left, right))
    weights = _weights(patterns, random)
    weighed = compared.inner_join(engine.arrow(weights), "pattern")
    orders = _count(engine, right)
    return _probable(weighed, orders)


def _probable(weighed: ir.Table, orders: int) -> ir.Table:
    """Posterior of each order among all orders and "none of them"."""
    odds = weighed["weight"].exp() * (HELD / (1.0 - HELD) / max(orders, 1))
    mass = weighed.mutate(odds=odds)
    total = mass["odds"].sum().over(group_by="leaked_row")
    scored = mass.mutate(probability=mass["odds"] / (1.0 + total))
    return scored.filter(scored["probability"] >= LISTED).select(*MATCHES.names)


def _weights(observed: pa.Table, random: pa.Table) -> pa.Table:
    by_chance = chance(_ints(random, "pattern"), _ints(random, "n"))
    patterns = _ints(observed, "pattern")
    each = learnt(patterns, _ints(observed, "n"), by_chance).of(patterns)
    columns = {f"{field.name}_weight": each[:, f] for f, field in enumerate(FIELDS)}
    total = np.clip(each.sum(axis=1), -50.0, 50.0)
    return pa.table({"pattern": patterns, "weight": total, **columns})


def _random(tables: Tables, left: ir.Table, right: ir.Table) -> ir.Table:
    some = _some(tables, "leaked", left, "leaked_row").mutate(one=1)
    others = _some(tables, "orders", right, "order_row").mutate(one=1)
    crossed = some.inner_join(others, "one")
    return (
        crossed.select(pattern=pattern(crossed))
        .group_by("pattern")
        .aggregate(n=lambda t: t.count())
    )


def _some(tables: Tables, name: str, fields: ir.Table, id_: str) -> ir.Table:
    """Every nth row by its line: the same rows on every engine."""
    rows = tables[name]
    step = max(_count(tables.engine, rows) // SAMPLE, 1)
    chosen = rows.filter(rows["line"] % step == 0).select(**{id_: rows["row_id"]})
    return fields.semi_join(chosen, id_)


def _count(engine: Engine, table: ir.Table) -> int:
    return int(engine.fetch(table.aggregate(n=lambda t: t.count()))["n"][0].as_py())


def _ints(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy().astype(np.int64)


def _run(tables: Tables) -> Written:
    if not (tables.has("leaked") and tables.has("orders")):
        return {}
    return {"matches": tables.engine.keep(matches(tables))}


MATCHING = Step(
    name="match",
    title=Text("Matching seized rows with orders", "比对查获数据与订单"),
    reads=("leaked", "orders"),
    writes=("matches",),
    run=_run,
    without={
        "orders": Text("Seized rows are not matched with orders.", "无法将查获数据与订单比对。"),
        "leaked": Text("No seized data to match.", "没有可比对的查获数据。"),
    },
)
