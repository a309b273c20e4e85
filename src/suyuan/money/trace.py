"""Follow the money of every report from where it left its owner to where it rests."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.errors import InputError
from suyuan.model.results import EXITS, TRACES
from suyuan.model.text import Text
from suyuan.money.arrays import Limits, Steps
from suyuan.money.exits import Rest, exits, not_located, poisoned, rests, traces
from suyuan.money.flows import scene
from suyuan.money.gather import material
from suyuan.money.methods import DEFAULT, POISON, Method, method
from suyuan.money.origins import Ground, ground, origins
from suyuan.money.poison import poison
from suyuan.money.prune import reachable
from suyuan.money.scenes import Material, Scene
from suyuan.money.settled import settled
from suyuan.money.sweep import sweep
from suyuan.store.tables import Tables

_OWN: Final = {"report_id": pa.string(), "account_no": pa.string()}
#: Amounts under one yuan, and money that came further than this, are given up, and it is said so.
LIMITS: Final = Limits(dust=100, hops=50)
#: Poison reaches everybody in the end: it is not followed further than this, and it is said so.
POISON_HOPS: Final = 4


@dataclass(frozen=True, slots=True)
class Traced:
    """Traces and exits of all methods asked for, and the origins they began with.

    `material`, `seen` and `steps` (by method) are what they were made of, for whoever goes on.
    """

    traces: pa.Table
    exits: pa.Table
    origins: pa.Table
    material: Material
    seen: Scene
    steps: dict[str, Steps]


def trace(
    tables: Tables,
    methods: Sequence[str] = (DEFAULT,),
    *,
    ring: ir.Table | None = None,
    limits: Limits = LIMITS,
) -> Traced:
    """Trace all reports at once, by each of `methods`.

    `ring` (account_no) names accounts that other evidence ties to a ring. Raises
    :class:`suyuan.model.errors.InputError` for a method there is not.
    """
    chosen = [method(name) for name in methods]
    on = ground(tables, ring)
    begun = tables.engine.fetch(origins(on))
    found = _follow(on, begun, chosen, limits)
    reports = tables.engine.fetch(tables["reports"].select("report_id", "loss"))
    located = pc.unique(begun["report_id"].combine_chunks())
    lost = [not_located(reports, located, one.name) for one in chosen]
    return replace(found, exits=pa.concat_tables([found.exits, *lost]))


def trace_payments(
    tables: Tables,
    payment_ids: Sequence[str],
    methods: Sequence[str] = (DEFAULT,),
    *,
    limits: Limits = LIMITS,
) -> Traced:
    """Trace payments, whoever made them: `report_id` of the outcome holds the payment's id.

    Raises :class:`InputError` where none of the payments moved money.
    """
    chosen = [method(name) for name in methods]
    moved = tables.engine.keep(settled(tables))
    asked = moved.filter(moved.payment_id.isin(list(payment_ids)))
    begun = tables.engine.fetch(
        asked.select(
            "row_id", "payment_id", "at", "amount", report_id="payment_id", account_no="payer"
        )
    )
    if begun.num_rows == 0:
        raise InputError(
            Text("No such payment moved money.", "没有这样的已结算交易。"),
            value=", ".join(payment_ids),
            hint=Text(
                "Give the payment_id of a settled payment.", "请给出已结算交易的 payment_id。"
            ),
        )
    begun = begun.append_column("voucher_id", pa.nulls(begun.num_rows, pa.string()))
    nobody = tables.engine.arrow(pa.schema(_OWN).empty_table())
    on = Ground(tables, moved, own=nobody, ring=nobody)
    return _follow(on, begun, chosen, limits)


def _follow(on: Ground, begun: pa.Table, chosen: Sequence[Method], limits: Limits) -> Traced:
    given = material(reachable(on, begun), begun)
    seen = scene(given)
    steps: dict[str, Steps] = {}
    ends = []
    for one in chosen:
        steps[one.name], rest = walk(seen, len(given.claims.reports), one, limits)
        ends.append(exits(given, seen, rest, one.name))
    ways = [traces(given, seen, found, name) for name, found in steps.items()]
    return Traced(
        pa.concat_tables([TRACES.empty(), *ways]),
        pa.concat_tables([EXITS.empty(), *ends]),
        begun,
        given,
        seen,
        steps,
    )


def walk(seen: Scene, labels: int, by: Method, limits: Limits) -> tuple[Steps, Rest]:
    """One method's pass over a scene: its steps, and where the money rests."""
    if by.code == POISON:
        found = poison(seen.flow, labels, limits._replace(hops=min(limits.hops, POISON_HOPS)))
        return found.steps, poisoned(seen, found)
    steps = sweep(seen.flow, labels, by.code, limits)
    return steps, rests(seen, steps)
