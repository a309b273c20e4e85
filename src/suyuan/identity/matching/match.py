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
    left = engine.derive(seized, tables["leaked"], by=(tables.zone,))
    right = engine.derive(ordered, tables["orders"], by=(tables.zone,))
    compared = pairs(engine, left, right)
    patterns = engine.gather(_patterns, compared)
    weights = _weights(patterns, _random(tables, left, right))
    orders = _count(engine, right)
    return engine.derive(_probable, compared, engine.arrow(weights), by=(orders,))


def _patterns(compared: ir.Table) -> ir.Table:
    return compared.group_by("pattern").aggregate(n=compared.count())


def _probable(compared: ir.Table, weights: ir.Table, orders: int) -> ir.Table:
    """Posterior of each order among all orders and "none of them"."""
    weighed = compared.inner_join(weights, "pattern")
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


def _random(tables: Tables, left: ir.Table, right: ir.Table) -> pa.Table:
    engine, sides = tables.engine, (tables["leaked"], tables["orders"])
    steps = tuple(max(_count(engine, rows) // SAMPLE, 1) for rows in sides)
    return engine.gather(_crossed, *sides, left, right, by=steps)


def _crossed(
    leaked: ir.Table, orders: ir.Table, left: ir.Table, right: ir.Table, one: int, other: int
) -> ir.Table:
    """How often each pattern is met by chance: some rows of both sides crossed."""
    some = _some(leaked, left, "leaked_row", one).mutate(one=1)
    others = _some(orders, right, "order_row", other).mutate(one=1)
    crossed = some.inner_join(others, "one")
    return _patterns(crossed.select(pattern=pattern(crossed)))


def _some(rows: ir.Table, fields: ir.Table, id_: str, step: int) -> ir.Table:
    """Every nth row by its line: the same rows on every engine."""
    chosen = rows.filter(rows["line"] % step == 0).select(**{id_: rows["row_id"]})
    return fields.semi_join(chosen, id_)


def _count(engine: Engine, table: ir.Table) -> int:
    return int(engine.gather(_counted, table)["n"][0].as_py())


def _counted(table: ir.Table) -> ir.Table:
    return table.aggregate(n=table.count())


def _ints(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy().astype(np.int64)


def _run(tables: Tables) -> Written:
    if not (tables.has("leaked") and tables.has("orders")):
        return {}
    return {"matches": matches(tables)}


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
