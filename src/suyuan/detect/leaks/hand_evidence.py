"""The rows behind a hand: looks at leaked orders, by whom or from where they were made."""

from dataclasses import dataclass, field
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from suyuan.store.tables import Tables

HAND_KINDS = {"actor_id": "actor", "terminal": "terminal"}
_LOOK = {"table": "accesses", "signal": "hand", "note": "saw a leaked order"}


@dataclass(frozen=True, slots=True)
class HandLeads:
    """Candidates (as the detector's columns) and the rows behind them.

    ``away`` has the source, organisation and address where the address stands for the hand.
    """

    candidates: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    away: list[tuple[str, str, str]] = field(default_factory=list)


def show_looks(tables: Tables, log: ir.Table, victims: ir.Table, handlers: HandLeads) -> None:
    """Looks at leaked orders before the call, and bulk actions over them, as evidence."""
    for column, kind in HAND_KINDS.items():
        subjects = [
            c["subject"] for c in handlers.candidates if c["subject"].startswith(kind + ":")
        ]
        if not subjects:
            continue
        subject_table = tables.engine.arrow(pa.table({"wanted": pa.array(subjects, pa.string())}))
        rows = tables.engine.gather(_show_rows, log, victims, subject_table, by=(column, kind))
        for row in rows.to_pylist():
            handlers.rows.append(_LOOK | row)


def show_away(tables: Tables, elsewhere: ir.Table, victims: ir.Table, handlers: HandLeads) -> None:
    """Looks at leaked orders from an address where nobody usually works, behind the source."""
    if not handlers.away:
        return
    names = ("subject", "org", "ip")
    columns = zip(names, zip(*handlers.away, strict=True), strict=True)
    place_table = tables.engine.arrow(pa.table({n: pa.array(v, pa.string()) for n, v in columns}))
    for row in tables.engine.gather(_seen_away, elsewhere, victims, place_table).to_pylist():
        handlers.rows.append(_LOOK | row)


def _seen_away(elsewhere: ir.Table, victims: ir.Table, place_table: ir.Table) -> ir.Table:
    hit = elsewhere.semi_join(victims, ["org", "order_id"]).inner_join(place_table, ["org", "ip"])
    return hit.select("subject", "row_id").distinct()


def _show_rows(
    log: ir.Table, victims: ir.Table, subject_table: ir.Table, column: str, kind: str
) -> ir.Table:
    own = log.mutate(subject=ibis.literal(f"{kind}:") + log["org"] + "/" + log[column])
    own = own.semi_join(subject_table, own["subject"] == subject_table["wanted"])
    hit = own.filter(own["order_id"].notnull()).semi_join(victims, ["org", "order_id"])
    wide = own.filter(own["order_id"].isnull())
    rows = ibis.union(hit.select("subject", "row_id"), wide.select("subject", "row_id"))
    return rows.distinct()
