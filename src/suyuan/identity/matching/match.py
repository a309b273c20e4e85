"""Seized rows to orders: pairs, weights, and for each row the most likely order or none."""

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.identity.matching.blocking import pairs
from suyuan.identity.matching.comparison import FIELDS, pattern
from suyuan.identity.matching.fields import leaked_fields, order_fields
from suyuan.identity.matching.weights import chance, learnt
from suyuan.model.derived import MATCHES
from suyuan.model.text import Text
from suyuan.store.engine import Engine
from suyuan.store.steps import Step, StepOutput
from suyuan.store.tables import Tables

#: Rows of each side crossed for the agreement that chance gives.
SAMPLE = 1500
#: Prior that a seized row is a copy of an order that the table holds.
PRIOR_COPY = 0.5
#: Pairs below this probability are not written.
LEAST_PROBABILITY = 0.01


def matches(tables: Tables) -> ir.Table:
    """The table ``matches``: for each seized row the orders that it may be a copy of."""
    engine = tables.engine
    left = engine.derive(leaked_fields, tables["leaked"], by=(tables.zone,))
    right = engine.derive(order_fields, tables["orders"], by=(tables.zone,))
    candidates = pairs(engine, left, right)
    patterns = engine.gather(_patterns, candidates)
    weights = _weights(patterns, _random(tables, left, right))
    orders = _count(engine, right)
    return engine.derive(_probable, candidates, engine.arrow(weights), by=(orders,))


def _patterns(candidates: ir.Table) -> ir.Table:
    return candidates.group_by("pattern").aggregate(n=candidates.count())


def _probable(candidates: ir.Table, weights: ir.Table, orders: int) -> ir.Table:
    """Posterior of each order among all orders and "none of them"."""
    weight_rows = candidates.inner_join(weights, "pattern")
    odds = weight_rows["weight"].exp() * (PRIOR_COPY / (1.0 - PRIOR_COPY) / max(orders, 1))
    mass = weight_rows.mutate(odds=odds)
    total = mass["odds"].sum().over(group_by="leaked_row")
    scores = mass.mutate(probability=mass["odds"] / (1.0 + total))
    return scores.filter(scores["probability"] >= LEAST_PROBABILITY).select(*MATCHES.names)


def _weights(pair_counts: pa.Table, random: pa.Table) -> pa.Table:
    by_chance = chance(_ints(random, "pattern"), _ints(random, "n"))
    patterns = _ints(pair_counts, "pattern")
    field_weights = learnt(patterns, _ints(pair_counts, "n"), by_chance).of(patterns)
    columns = {f"{field.name}_weight": field_weights[:, f] for f, field in enumerate(FIELDS)}
    total = np.clip(field_weights.sum(axis=1), -50.0, 50.0)
    return pa.table({"pattern": patterns, "weight": total, **columns})


def _random(tables: Tables, left: ir.Table, right: ir.Table) -> pa.Table:
    engine, sides = tables.engine, (tables["leaked"], tables["orders"])
    steps = tuple(max(_count(engine, rows) // SAMPLE, 1) for rows in sides)
    return engine.gather(_random_patterns, *sides, left, right, by=steps)


def _random_patterns(
    leaked_rows: ir.Table,
    orders: ir.Table,
    left: ir.Table,
    right: ir.Table,
    leaked_step: int,
    order_step: int,
) -> ir.Table:
    """How often each pattern is met by chance: some rows of both sides crossed."""
    leaked_sample = _sample_rows(leaked_rows, left, "leaked_row", leaked_step).mutate(one=1)
    order_sample = _sample_rows(orders, right, "order_row", order_step).mutate(one=1)
    combinations = leaked_sample.inner_join(order_sample, "one")
    return _patterns(combinations.select(pattern=pattern(combinations)))


def _sample_rows(rows: ir.Table, fields: ir.Table, id_: str, step: int) -> ir.Table:
    """Every nth row by its line: the same rows on every engine."""
    sample = rows.filter(rows["line"] % step == 0).select(**{id_: rows["row_id"]})
    return fields.semi_join(sample, id_)


def _count(engine: Engine, table: ir.Table) -> int:
    return int(engine.gather(_count_rows, table)["n"][0].as_py())


def _count_rows(table: ir.Table) -> ir.Table:
    return table.aggregate(n=table.count())


def _ints(table: pa.Table, name: str) -> np.ndarray:
    return table[name].to_numpy().astype(np.int64)


def _outputs(tables: Tables) -> StepOutput:
    if not (tables.has("leaked") and tables.has("orders")):
        return {}
    return {"matches": matches(tables)}


MATCHING = Step(
    name="match",
    title=Text("Matching seized rows with orders", "比对查获数据与订单"),
    reads=("leaked", "orders"),
    writes=("matches",),
    run=_outputs,
    without={
        "orders": Text("Seized rows are not matched with orders.", "无法将查获数据与订单比对。"),
        "leaked": Text("No seized data to match.", "没有可比对的查获数据。"),
    },
)
