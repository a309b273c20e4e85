"""Building the index of identifiers that :mod:`suyuan.store.index` reads.

``entries`` has (hash of identifier, table, column, row) sorted by hash. An identifier that stands
in a column more than :data:`MANY` times (a carrier, a gateway) is kept apart, in ``hubs``, as its
count and its first rows, so that looking it up costs no more than any other. ``pairs`` has each two
identifiers that stand together in the rows of a table of events, once, with how often and when.
"""

import hashlib
import shutil
import tempfile
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from suyuan.model.columns import Column, Type
from suyuan.model.records import RECORDS
from suyuan.store.layout import Layout

#: Text that points to someone though no kind of subject stands for it.
_POINTING: Final = frozenset(
    {"name", "buyer_name", "holder_name", "id_number", "waybill_id", "imsi", "accounts", "items"}
    | {"payment_id", "relayed_to", "sender", "receiver", "network"}
)
#: Columns whose values stand together in event after event, and are followed from each to the
#: other: table, one column, the other, the time.
PAIRED: Final = (
    ("calls", "caller", "imei", "started_at"),
    ("logins", "account_id", "device", "at"),
    ("logins", "account_id", "phone", "at"),
    ("otps", "msisdn", "relayed_to", "received_at"),
    ("trades", "seller", "buyer", "at"),
    ("sims", "agent", "operator", "opened_at"),
    ("sims", "operator", "network", "opened_at"),
)
ENTRIES: Final = "entries.duckdb"
#: Rows of a batch: a row's place tells its batch.
BATCH: Final = 1024
#: Rows of one table that a look-up gives back; the count says how many there are.
LIMIT: Final = 200
#: From so many rows of one column on, an identifier is kept as its count and first rows.
MANY: Final = 2_000
_MEMORY: Final = "2GB"
#: Raised when the form of the index changes, so that an older one is built anew.
_VERSION: Final = "2"
_PLACE: Final = "0::UTINYINT AS t, 0::UTINYINT AS {0}"
_NO_ENTRIES: Final = f"SELECT 0::UBIGINT AS h, {_PLACE.format('c')}, 0::BIGINT AS r WHERE FALSE"
_NO_PAIRS: Final = (
    f"SELECT 0::UBIGINT AS h, {_PLACE.format('a')}, 0::UTINYINT AS b, 0::BIGINT AS r, "
    "0::BIGINT AS n, NULL::TIMESTAMP AS since, NULL::TIMESTAMP AS until WHERE FALSE"
)


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
        there = [name for name in RECORDS if layout.parts(name)]
        for name in there:
            _copy_rows(con, name, layout.parts(name), layout.excluded(name))
            _write_batches(con, name, built)
        con.execute(f"ATTACH '{str(built / ENTRIES).replace(chr(39), chr(39) * 2)}' AS made")
        _write_entries(con, there)
        _write_pairs(con, there)
        con.execute("CREATE TABLE made.built_for AS SELECT ? AS state", [state])
        con.execute("DETACH made")


def _write_entries(con: duckdb.DuckDBPyConnection, there: list[str]) -> None:
    parts = [
        _entries(table.name, number, position, column)
        for number, table in enumerate(RECORDS.values())
        if table.name in there
        for position, column in enumerate(table)
        if identifying(column)
    ]
    con.execute(f"CREATE TABLE every AS {' UNION ALL '.join(parts) or _NO_ENTRIES}")
    con.execute(
        "CREATE TABLE made.hubs AS SELECT h, t, c, count(*) AS n, "
        f"list_sort(min(r, {LIMIT})) AS rows FROM every SEMI JOIN "
        f"(SELECT h, t, c FROM every GROUP BY ALL HAVING count(*) > {MANY}) USING (h, t, c) "
        "GROUP BY ALL ORDER BY h, t, c"
    )
    con.execute(
        "CREATE TABLE made.entries AS SELECT * FROM every ANTI JOIN made.hubs USING (h, t, c) "
        "ORDER BY h, t, c, r"
    )


def _write_pairs(con: duckdb.DuckDBPyConnection, there: list[str]) -> None:
    parts = [
        _pairs(name, *ends, time)
        for name, one, other, time in PAIRED
        if name in there
        for ends in ((one, other), (other, one))
    ]
    con.execute(
        f"CREATE TABLE made.pairs AS SELECT * FROM ({' UNION ALL '.join(parts) or _NO_PAIRS}) "
        "ORDER BY h, t, a, b, n DESC, r"
    )


def _entries(name: str, table: int, position: int, column: Column) -> str:
    cell = f'unnest("{column.name}")' if column.type is Type.LIST else f'"{column.name}"'
    return (
        f"SELECT hash(v) AS h, {table}::UTINYINT AS t, {position}::UTINYINT AS c, r FROM "
        f"(SELECT {cell} AS v, r FROM rows_{name}) WHERE v IS NOT NULL"
    )


def _pairs(name: str, one: str, other: str, time: str) -> str:
    names = RECORDS[name].names
    number, a, b = list(RECORDS).index(name), names.index(one), names.index(other)
    return (
        f'SELECT hash("{one}") AS h, {number}::UTINYINT AS t, {a}::UTINYINT AS a, '
        f'{b}::UTINYINT AS b, min(r) AS r, count(*) AS n, min("{time}") AS since, '
        f'max("{time}") AS until FROM rows_{name} WHERE "{one}" IS NOT NULL '
        f'AND "{other}" IS NOT NULL GROUP BY "{one}", "{other}"'
    )


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
        BATCH * 64
    )
    options = pa.ipc.IpcWriteOptions(compression="lz4")
    with pa.ipc.new_file(str(folder / f"{name}.arrow"), stream.schema, options=options) as sink:
        rest: pa.Table | None = None
        for batch in stream:
            table = pa.Table.from_batches([batch])
            rest = table if rest is None else pa.concat_tables([rest, table])
            whole = rest.num_rows - rest.num_rows % BATCH
            # every batch but the last has its full size: a row's place tells its batch
            sink.write_table(rest.slice(0, whole).combine_chunks(), BATCH)
            rest = rest.slice(whole)
        if rest is not None and rest.num_rows:
            sink.write_table(rest.combine_chunks(), BATCH)


def _state(layout: Layout) -> str:
    """What stands for the records as they are now: files are named by content, lists are not."""
    told = hashlib.sha256(_VERSION.encode())
    for path in sorted(layout.records.glob("*/*.parquet")):
        told.update(f"{path.parent.name}/{path.name} {path.stat().st_size}\n".encode())
        if path.parent.name == "_excluded":
            told.update(path.read_bytes())
    return told.hexdigest()


def _built_for(target: Path) -> str | None:
    if not (target / ENTRIES).exists():
        return None
    try:
        with duckdb.connect(str(target / ENTRIES), read_only=True) as con:
            row = con.execute("SELECT state FROM built_for").fetchone()
    except duckdb.Error:
        return None
    return str(row[0]) if row else None
