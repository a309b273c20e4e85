"""Look-up by identifier: every row that mentions a phone, account, card, person or id.

Beside the canonical Parquet stand the rows again as Arrow batches of a thousand, which can be
addressed one by one, and a table of (hash of identifier, table, column, row) sorted by hash. A
look-up touches a few thousand entries and as many batches as it shows rows, however many the
case has. Whoever opens it after the records changed builds it anew.
"""

import hashlib
import shutil
import tempfile
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
_ENTRIES: Final = "entries.duckdb"
_BATCH: Final = 1024
_NO_ENTRIES: Final = (
    "SELECT 0::UBIGINT AS h, 0::UTINYINT AS t, 0::UTINYINT AS c, 0::BIGINT AS r WHERE FALSE"
)
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
    """Build the index of what `layout` holds now, if it does not stand already; its folder."""
    target, state = layout.out / "who", _state(layout)
    if _built_for(target) == state:
        return target
    layout.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=layout.work) as scratch:
        built = Path(scratch) / "who"
        built.mkdir()
        _build(layout, built, Path(scratch), state)
        shutil.rmtree(target, ignore_errors=True)
        built.rename(target)
    return target


def _build(layout: Layout, built: Path, scratch: Path, state: str) -> None:
    settings: dict[str, str | bool | int | float | list[str]] = {"memory_limit": _MEMORY}
    settings["temp_directory"] = str(scratch / "spill")
    with duckdb.connect(str(scratch / "rows.duckdb"), config=settings) as con:
        entries = []
        for number, table in enumerate(RECORDS.values()):
            if parts := layout.parts(table.name):
                _copy_rows(con, table.name, parts, layout.excluded(table.name))
                _write_batches(con, table.name, built)
                entries += [
                    _entries(table.name, number, position, column)
                    for position, column in enumerate(table)
                    if identifying(column)
                ]
        union = " UNION ALL ".join(entries) or _NO_ENTRIES
        con.execute(f"ATTACH '{str(built / _ENTRIES).replace(chr(39), chr(39) * 2)}' AS made")
        con.execute(f"CREATE TABLE made.entries AS SELECT * FROM ({union}) ORDER BY h, t, c, r")
        con.execute("CREATE TABLE made.built_for AS SELECT ? AS state", [state])
        con.execute("DETACH made")


class Index(AbstractContextManager["Index"]):
    """An open index; see :func:`build_index`."""

    def __init__(self, layout: Layout) -> None:
        self._folder = build_index(layout)
        self._con = duckdb.connect(str(self._folder / _ENTRIES), read_only=True)
        self._tables = list(RECORDS.values())
        self._open: dict[str, pa.ipc.RecordBatchFileReader] = {}

    def find(self, identifier: str, *, limit: int = LIMIT) -> list[Hits]:
        """Every table that mentions `identifier` (as it is, as ``kind:id``, or as a phone)."""
        wanted = spellings(identifier)
        if not wanted:
            return []
        # Constants, so that the engine skips all blocks of the sorted table but one or two.
        hashes = self._con.execute("SELECT hash(unnest(?::VARCHAR[]))", [wanted]).fetchall()
        listed = ", ".join(str(int(h)) for (h,) in hashes)
        found: dict[int, dict[int, list[int]]] = {}
        for t, c, r in self._con.execute(
            f"SELECT t, c, r FROM entries WHERE h IN ({listed}) ORDER BY t, r, c"
        ).fetchall():
            found.setdefault(t, {}).setdefault(r, []).append(c)
        hits = (self._hits(t, places, wanted, limit) for t, places in found.items())
        return [hit for hit in hits if hit.rows.num_rows]

    def _hits(self, t: int, places: dict[int, list[int]], wanted: list[str], limit: int) -> Hits:
        table = self._tables[t]
        rows, matched = [], []
        for place in list(places)[:limit]:
            row = self._row(table.name, place)
            # Two identifiers may share a hash: the cell decides.
            names = (table.columns[c].name for c in places[place])
            name = next((n for n in names if _mentions(row[n][0].as_py(), wanted)), None)
            if name is not None:
                rows.append(row)
                matched.append(name)
        if not rows:
            return Hits(table.name, 0, table.empty())
        shown = pa.Table.from_batches(rows).append_column("matched", pa.array(matched))
        return Hits(table.name, len(places), shown)

    def _row(self, table: str, place: int) -> pa.RecordBatch:
        if table not in self._open:
            source = pa.memory_map(str(self._folder / f"{table}.arrow"))
            self._open[table] = pa.ipc.open_file(source)
        batch, offset = divmod(place, _BATCH)
        return self._open[table].get_batch(batch).slice(offset, 1)

    def close(self) -> None:
        self._con.close()
        self._open.clear()

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
            prefixes = (p for p in ("+86", "0086", "86", "+", "") if bare.startswith(p))
            forms.extend(bare.removeprefix(prefix) for prefix in prefixes)
    return [form for form in dict.fromkeys(forms) if form]


def _mentions(cell: object, wanted: list[str]) -> bool:
    cells = cell if isinstance(cell, list) else [cell]
    return any(each in wanted for each in cells)


def _copy_rows(
    con: duckdb.DuckDBPyConnection, name: str, parts: list[Path], excluded: Path
) -> None:
    struck = ""
    names: dict[str, object] = {"files": [str(part) for part in parts]}
    if excluded.exists():
        struck = "ANTI JOIN read_parquet($excluded) AS gone ON rows.row_id = gone.row_id"
        names["excluded"] = str(excluded)
    con.execute(
        f"CREATE TABLE rows_{name} AS SELECT row_number() OVER () - 1 AS r, rows.* FROM "
        "(SELECT * EXCLUDE (source_key), source_key || ':' || line AS row_id "
        f"FROM read_parquet($files)) AS rows {struck}",
        names,
    )


def _write_batches(con: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
    stream = con.execute(f"SELECT * EXCLUDE (r) FROM rows_{name} ORDER BY r").to_arrow_reader(
        _BATCH * 64
    )
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(str(folder / f"{name}.arrow"), stream.schema, options=options) as sink:
        rest: pa.Table | None = None
        for batch in stream:
            table = pa.Table.from_batches([batch])
            rest = table if rest is None else pa.concat_tables([rest, table])
            whole = rest.num_rows - rest.num_rows % _BATCH
            # every batch but the last has its full size: a row's place tells its batch
            sink.write_table(rest.slice(0, whole).combine_chunks(), _BATCH)
            rest = rest.slice(whole)
        if rest is not None and rest.num_rows:
            sink.write_table(rest.combine_chunks(), _BATCH)


def _entries(name: str, table: int, position: int, column: Column) -> str:
    cell = f'unnest("{column.name}")' if column.type is Type.LIST else f'"{column.name}"'
    return (
        f"SELECT hash(v) AS h, {table}::UTINYINT AS t, {position}::UTINYINT AS c, r FROM "
        f"(SELECT {cell} AS v, r FROM rows_{name}) WHERE v IS NOT NULL"
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
    if not (target / _ENTRIES).exists():
        return None
    try:
        with duckdb.connect(str(target / _ENTRIES), read_only=True) as con:
            row = con.execute("SELECT state FROM built_for").fetchone()
    except duckdb.Error:
        return None
    return str(row[0]) if row else None
