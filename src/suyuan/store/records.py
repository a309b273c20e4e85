"""Canonical rows as tables, as they were known at a moment."""

from datetime import datetime

import ibis
import ibis.expr.types as ir

from suyuan.model.columns import Table
from suyuan.model.records import PROVENANCE, RECORDS
from suyuan.store.engine import Engine
from suyuan.store.layout import Layout
from suyuan.store.tables import Tables


def open_records(
    engine: Engine, layout: Layout, *, zone: str, as_of: datetime | None = None
) -> Tables:
    """The standard tables that `layout` holds; with `as_of` (naive UTC) as known then."""
    tables = Tables(engine, zone=zone)
    for table in RECORDS.values():
        files = layout.parts(table.name)
        if files:
            rows = _told_apart(engine.parquet(files))
            rows = _without_excluded(engine, rows, layout, table.name)
            tables.put(table.name, known_by(rows, table, as_of) if as_of else rows)
    return tables


def known_by(rows: ir.Table, table: Table, as_of: datetime) -> ir.Table:
    """Rows known at `as_of`: by ``known_at``, else by event time; later attributes are blank.

    A row with neither stays where its table says that undated rows were known all along (parties,
    reference data), and is left out where not (seized rows).
    """
    moment = ibis.literal(as_of, type="timestamp(6)")
    event = rows[table.event_time] if table.event_time else ibis.null("timestamp(6)")
    seen = ibis.coalesce(rows["known_at"], event) <= moment
    rows = rows.filter(seen.fill_null(table.undated_known))
    blank = {
        column.name: ibis.cases(
            (rows[column.known_from] > moment, ibis.null(rows[column.name].type())),
            else_=rows[column.name],
        )
        for column in table
        if column.known_from
    }
    return rows.mutate(**blank) if blank else rows


def _told_apart(rows: ir.Table) -> ir.Table:
    return rows.mutate(row_id=rows["source_key"] + ":" + rows["line"].cast("string"))


def _without_excluded(engine: Engine, rows: ir.Table, layout: Layout, name: str) -> ir.Table:
    listed = layout.excluded(name)
    if not listed.exists():
        return rows
    return rows.anti_join(engine.parquet([listed]), "row_id")


#: What every row carries beside its own columns.
PROVENANCE_COLUMNS: tuple[str, ...] = PROVENANCE.names
