"""Look-up by identifier: every row that mentions a phone, account, card, person or id.

Beside the canonical Parquet stands one DuckDB file: the rows again, in an order that can be
addressed, and a table of (hash of identifier, table, column, row) sorted by hash. A look-up
reads a few thousand entries of it, however many rows the case has. Whoever opens it after the
records changed builds it anew.
"""

import hashlib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import duckdb
import pyarrow as pa

from suyuan.model.columns import Column, Type
from suyuan.model.records import RECORDS
from suyuan.model.subjects import KINDS
from suyuan.store.layout import Layout

#: Text that points to someone though no kind of subject stands for it.
_POINTING: Final = frozenset(
    {"name", "buyer_name", "holder_name", "id_number", "waybill_id", "imsi", "accounts", "items"}
    | {"payment_id", "relayed_to", "sender", "receiver"}
)
_MEMORY: Final = "2GB"
#: Rows of one table that a look-up gives back; the count says how many there are.
LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class Hits:
    """The rows of one table that mention an identifier.

    ``rows`` has the table's columns, provenance and ``matched`` (the column that mentions it);
    ``count`` is how many there are, of which at most the limit are in ``rows``.
    """

    table: str
    count: int
    rows: pa.Table


def identifying(column: Column) -> bool:
    """Whether cells of `column` are looked up."""
    text = column.type in {Type.TEXT, Type.LIST}
    return text and (column.kind is not None or column.key or column.name in _POINTING)


def build_index(layout: Layout) -> Path:
    """Build the index of what `layout` holds now, if it does not stand already."""
    target, state = layout.out / "who.duckdb", _state(layout)
    if target.exists() and _built_for(target) == state:
        return target
    partial = target.with_suffix(".tmp")
    partial.unlink(missing_ok=True)
    spill = str(layout.work / "index")
    layout.work.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {}
    config |= {"memory_limit": _MEMORY, "temp_directory": spill, "preserve_insertion_order": "true"}
    with duckdb.connect(str(partial), config=config) as con:
        entries = []
        for number, table in enumerate(RECORDS.values()):
            if parts := layout.parts(table.name):
                _copy_rows(con, table.name, parts, layout.excluded(table.name))
                entries += [
                    _entries(table.name, number, position, column)
                    for position, column in enumerate(table)
                    if identifying(column)
                ]
        union = " UNION ALL ".join(entries) or (
            "SELECT 0::UBIGINT AS h, 0::UTINYINT AS t, 0::UTINYINT AS c, 0::BIGINT AS r WHERE FALSE"
        )
        con.execute(f"CREATE TABLE entries AS SELECT * FROM ({union}) ORDER BY h, t, c, r")
        con.execute("CREATE TABLE built_for AS SELECT ? AS state", [state])
        con.execute("CHECKPOINT")
    partial.replace(target)
    return target


class Index(AbstractContextManager["Index"]):
    """An open index; see :func:`build_index`."""

    def __init__(self, layout: Layout) -> None:
        self._con = duckdb.connect(str(build_index(layout)), read_only=True)
        self._tables = list(RECORDS.values())

    def find(self, identifier: str, *, limit: int = LIMIT) -> list[Hits]:
        """Every table that mentions `identifier` (as it is, as ``kind:id``, or as a phone)."""
        found: dict[int, list[tuple[int, int]]] = {}
        wanted = spellings(identifier)
        for t, c, r in self._con.execute(
            "SELECT t, c, r FROM entries WHERE h IN (SELECT hash(unnest(?::VARCHAR[]))) "
            "ORDER BY t, r, c",
            [wanted],
        ).fetchall():
            found.setdefault(t, []).append((r, c))
        hits = (self._hits(t, places, wanted, limit) for t, places in found.items())
        return [hit for hit in hits if hit.rows.num_rows]

    def _hits(self, t: int, places: list[tuple[int, int]], wanted: list[str], limit: int) -> Hits:
        table = self._tables[t]
        first: dict[int, int] = {}
        for row, column in places:
            first.setdefault(row, column)
        shown = list(first)[:limit]
        mentioned = [table.columns[column] for column in sorted(set(first.values()))]
        whens = " ".join(f"WHEN {_mentions(c)} THEN '{c.name}'" for c in mentioned)
        rows = self._con.execute(
            f"SELECT * FROM (SELECT *, CASE {whens} END AS matched FROM rows_{table.name} "
            f"WHERE rowid IN ({', '.join(map(str, shown))})) WHERE matched IS NOT NULL",
            {"wanted": wanted},
        ).to_arrow_table()
        return Hits(table.name, len(first), rows)

    def close(self) -> None:
        self._con.close()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def spellings(identifier: str) -> list[str]:
    """What may stand in a cell for `identifier`: itself, without its kind, as a plain phone."""
    text = identifier.strip()
    forms = [text]
    kind, _, id_ = text.partition(":")
    if kind in KINDS and id_:
        forms.append(id_)
    for form in tuple(forms):
        bare = "".join(mark for mark in form if mark not in " -()")
        if bare.lstrip("+").isdigit():
            for prefix in ("+86", "0086", "86", "+", ""):
                if bare.startswith(prefix):
                    forms.append(bare.removeprefix(prefix))
    return [form for form in dict.fromkeys(forms) if form]


def _mentions(column: Column) -> str:
    if column.type is Type.LIST:
        return f'list_has_any("{column.name}", $wanted::VARCHAR[])'
    return f'list_contains($wanted::VARCHAR[], "{column.name}")'


def _copy_rows(
    con: duckdb.DuckDBPyConnection, name: str, parts: list[Path], excluded: Path
) -> None:
    files = [str(part) for part in parts]
    struck = ""
    names: dict[str, object] = {"files": files}
    if excluded.exists():
        struck = "ANTI JOIN read_parquet($excluded) AS gone ON rows.row_id = gone.row_id"
        names["excluded"] = str(excluded)
    con.execute(
        f"CREATE TABLE rows_{name} AS SELECT rows.* FROM (SELECT * EXCLUDE (source_key), "
        "source_key || ':' || line AS row_id FROM read_parquet($files)) AS rows "
        f"{struck}",
        names,
    )


def _entries(name: str, table: int, position: int, column: Column) -> str:
    cell = f'unnest("{column.name}")' if column.type is Type.LIST else f'"{column.name}"'
    return (
        f"SELECT hash(v) AS h, {table}::UTINYINT AS t, {position}::UTINYINT AS c, r FROM "
        f"(SELECT {cell} AS v, rowid AS r FROM rows_{name}) WHERE v IS NOT NULL"
    )


def _state(layout: Layout) -> str:
    """What stands for the records as they are now: files are named by content, lists are not."""
    told = hashlib.sha256()
    for path in sorted(layout.records.glob("*/*.parquet")):
        told.update(f"{path.parent.name}/{path.name} {path.stat().st_size}\n".encode())
        if path.parent.name == "_excluded":
            told.update(path.read_bytes())
    return told.hexdigest()


def _built_for(target: Path) -> str | None:
    try:
        with duckdb.connect(str(target), read_only=True) as con:
            row = con.execute("SELECT state FROM built_for").fetchone()
    except duckdb.Error:
        return None
    return str(row[0]) if row else None
