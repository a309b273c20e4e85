"""Canonical rows as tables, as they were known at a moment."""

import hashlib
from datetime import datetime
from functools import partial
from pathlib import Path

import ibis
import ibis.expr.types as ir

from suyuan.model.columns import Table
from suyuan.model.records import RECORDS
from suyuan.store.derivation import Derivation
from suyuan.store.engine import Engine
from suyuan.store.layout import Layout, exclusion_table
from suyuan.store.record_seals import record_seals, stored_parts
from suyuan.store.row_ids import row_id
from suyuan.store.tables import Tables, in_declared_columns

#: Tables whose files have no more bytes than this are read once a run, and not by each step anew.
SMALL = 8 << 20


def open_records(
    engine: Engine, layout: Layout, *, zone: str, as_of: datetime | None = None
) -> Tables:
    """The standard tables that `layout` holds; with `as_of` (naive UTC) as known then."""
    tables = Tables(engine, zone=zone)
    for table in RECORDS.values():
        files = stored_parts(layout, table.name)
        if files:
            tables.offer(table.name, partial(_open_rows, engine, layout, table, files, as_of))
    return tables


def stored_bytes(layout: Layout) -> int:
    """Bytes of all stored rows of the standard tables."""
    files = (file for name in RECORDS for file in stored_parts(layout, name))
    return sum(file.stat().st_size for file in files)


def _open_rows(
    engine: Engine, layout: Layout, table: Table, files: list[Path], as_of: datetime | None
) -> ir.Table:
    rows, exclusions = engine.parquet(files), layout.exclusions(table.name)
    tables = (rows, engine.parquet([exclusions])) if exclusions.exists() else (rows,)
    canonical: Derivation = _canonical_but if len(tables) > 1 else _canonical
    if sum(file.stat().st_size for file in files) <= SMALL:
        return engine.derive(canonical, *tables, by=(table.name, as_of))
    return engine.view(canonical(*tables, table.name, as_of))


def _canonical(rows: ir.Table, name: str, as_of: datetime | None) -> ir.Table:
    """Stored rows with their ids, as known at `as_of`, in the columns of table `name`."""
    rows = rows.mutate(row_id=row_id(rows))
    rows = known_by(rows, RECORDS[name], as_of) if as_of else rows
    return in_declared_columns(name, rows)


def _canonical_but(
    rows: ir.Table, exclusions: ir.Table, name: str, as_of: datetime | None
) -> ir.Table:
    """The same without rows that are `exclusions`, by ``row_id``."""
    canonical_rows = _canonical(rows, name, as_of)
    return canonical_rows.anti_join(exclusions, "row_id")


def records_digests(layout: Layout, as_of: datetime | None) -> dict[str, str]:
    """For each standard table that has files a hash of all its rows as known at `as_of`."""
    seals = record_seals(layout) or {}
    seals_by_table: dict[str, list[tuple[str, str]]] = {}
    for name, seal in sorted(seals.items()):
        table = exclusion_table(Path(name)) or name.rpartition("/")[0]
        seals_by_table.setdefault(table, []).append((name, seal.sha256))
    moment = as_of.isoformat() if as_of else ""
    return {
        name: hashlib.sha256(repr((moment, seals_by_table[name])).encode()).hexdigest()
        for name in RECORDS
        if any(part[0].startswith(f"{name}/") for part in seals_by_table.get(name, ()))
    }


def known_by(rows: ir.Table, table: Table, as_of: datetime) -> ir.Table:
    """Rows known at `as_of`: by ``known_at``, else by event time; later attributes are blank.

    A row with neither stays where its table says that undated rows were known all along (parties,
    reference data), and is left out where not (seized rows).
    """
    moment = ibis.literal(as_of, type="timestamp(6)")
    event = rows[table.event_time] if table.event_time else ibis.null("timestamp(6)")
    visible = ibis.coalesce(rows["known_at"], event) <= moment
    rows = rows.filter(visible.fill_null(table.undated_known))
    blank = {
        column.name: ibis.cases(
            (rows[column.known_from] > moment, ibis.null(rows[column.name].type())),
            else_=rows[column.name],
        )
        for column in table
        if column.known_from
    }
    return rows.mutate(**blank) if blank else rows
