"""Follow the money of every report from where it left its owner to where it rests."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.results import EXITS, TRACES
from suyuan.money.arrays import CLEAN, Ints, Limits, Steps
from suyuan.money.cards import cards, linked
from suyuan.money.case import holders
from suyuan.money.exits import Rest, exits, not_located, poisoned, rests, traces
from suyuan.money.flows import Claims, Material, Scene, scene
from suyuan.money.ledger import find, ledger
from suyuan.money.methods import DEFAULT, POISON, Method, method
from suyuan.money.origins import Ground, ground, origins
from suyuan.money.poison import poison
from suyuan.money.sweep import sweep
from suyuan.store.tables import Tables

#: Amounts under one yuan, and money that came further than this, are given up, and it is said so.
LIMITS: Final = Limits(dust=100, hops=50)


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
    given = material(on, begun)
    seen = scene(given)
    steps: dict[str, Steps] = {}
    ends = []
    for one in chosen:
        steps[one.name], rest = walk(seen, len(given.claims.reports), one, limits)
        ends.append(exits(given, seen, rest, one.name))
    reports = tables.engine.fetch(tables["reports"].select("report_id", "loss"))
    located = pc.unique(begun["report_id"].combine_chunks())
    lost = [not_located(reports, located, name) for name in steps]
    return Traced(
        pa.concat_tables([TRACES.empty(), *(traces(given, seen, s, n) for n, s in steps.items())]),
        pa.concat_tables([EXITS.empty(), *ends, *lost]),
        begun,
        given,
        seen,
        steps,
    )


def walk(seen: Scene, labels: int, by: Method, limits: Limits) -> tuple[Steps, Rest]:
    """One method's pass over a scene: its steps, and where the money rests."""
    if by.code == POISON:
        found = poison(seen.flow, labels, limits)
        return found.steps, poisoned(seen, found)
    steps = sweep(seen.flow, labels, by.code, limits)
    return steps, rests(seen, steps)


def material(on: Ground, begun: pa.Table) -> Material:
    """Everything as arrays: the ledger, what is known of its accounts, the cards, the claims."""
    tables, fetch = on.tables, on.tables.engine.fetch
    own, ring = fetch(on.own), fetch(on.ring)
    book = ledger(tables.engine, on.moved)
    events = cards(tables, book.payment_id)
    names = pc.unique(begun["report_id"].combine_chunks())
    reports = names.take(pc.sort_indices(names))
    payment = _claimed(begun, "row_id", reports, book.row_id)
    card, amount = _claimed_cards(begun, reports, events.voucher_id, events.issue)
    mine, account, pairs = (
        np.zeros(len(book.accounts), np.bool_),
        book.codes(own["account_no"]),
        None,
    )
    label = find(own["report_id"], reports)
    here = account >= 0
    mine[account[here]] = True
    tied = book.codes(ring["account_no"])
    mine[tied[tied >= 0]] = False
    pairs = label.astype(np.int64)[here] * len(book.accounts) + account[here]
    claims = Claims(reports, payment, card, amount, mine, pairs)
    known = holders(tables, book)
    return Material(book, known, linked(events, book, known), claims)


def _claimed(begun: pa.Table, key: str, reports: pa.Array, among: pa.Array) -> np.ndarray:
    out = np.full(len(among), CLEAN, np.int32)
    row = find(begun[key], among)
    here = row >= 0
    out[row[here]] = find(begun["report_id"], reports)[here]
    return out


def _claimed_cards(
    begun: pa.Table, reports: pa.Array, voucher_id: pa.Array, issue: np.ndarray
) -> tuple[np.ndarray, Ints]:
    """The issue of each card that a report begins with, and what the victim gave for it."""
    names = pa.array(np.where(issue, voucher_id.to_numpy(zero_copy_only=False), None), pa.string())
    label, amount = np.full(len(names), CLEAN, np.int32), np.zeros(len(names), np.int64)
    row = find(begun["voucher_id"], names)
    here = row >= 0
    label[row[here]] = find(begun["report_id"], reports)[here]
    amount[row[here]] = np.asarray(begun["amount"], dtype=np.int64)[here]
    return label, amount
