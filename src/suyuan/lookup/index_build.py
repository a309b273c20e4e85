"""Building the index of identifiers that :mod:`suyuan.lookup.index` reads.

``entries`` has (hash of identifier, table and column, row) sorted, ``pairs`` each two identifiers
that stand together in the rows of a table of events, once, with how often and when. Each column is
a file of numbers that is mapped into memory: a look-up is a binary search, however many rows there
are and however often the identifier stands in them.
"""

import hashlib
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa

from suyuan.model.columns import Column, Type
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.text import Text
from suyuan.store.layout import Layout, exclusion_table
from suyuan.store.record_seals import stored_parts
from suyuan.store.row_ids import ROW_ID

#: Text that points to someone though no kind of subject stands for it.
_REFERENCE_COLUMNS: Final = frozenset(
    {"name", "buyer_name", "holder_name", "id_number", "waybill_id", "imsi", "accounts", "items"}
    | {"payment_id", "relayed_to", "sender", "receiver", "network"}
)
#: Columns whose values stand together in event after event, and are followed from each to the
#: other: table, one column, the other, the time.
PAIR_COLUMNS: Final = (
    ("calls", "caller", "imei", "started_at"),
    ("logins", "account_id", "device", "at"),
    ("logins", "account_id", "phone", "at"),
    ("otps", "msisdn", "relayed_to", "received_at"),
    ("trades", "seller", "buyer", "at"),
    ("sims", "agent", "operator", "opened_at"),
    ("sims", "operator", "network", "opened_at"),
)
#: The columns of ``entries`` and of ``pairs``, and the type of their numbers.
ENTRIES: Final = {"h": "u8", "c": "u2", "r": "i8"}
PAIRS: Final = {"h": "u8", "c": "u4", "r": "i8", "n": "i8", "since": "i8", "until": "i8"}
#: What stands for a time that is not known.
NEVER: Final = -(2**63)
#: Rows of a batch: a row's place tells its batch.
BATCH: Final = 256
#: Rows of one table that a look-up gives back; the count says how many there are.
LIMIT: Final = 200
_BUILT_FOR: Final = "built_for"
_MEMORY: Final = "2GB"
#: Raised when the form of the index changes, so that an older one is built anew.
_VERSION: Final = "4"


def is_identifier(column: Column) -> bool:
    """Whether cells of `column` are looked up."""
    text = column.type in {Type.TEXT, Type.LIST}
    return text and (column.kind is not None or column.key or column.name in _REFERENCE_COLUMNS)


def build_index(layout: Layout) -> Path:
    """Build the index of what `layout` holds now, if it does not stand already; its folder."""
    target, state = layout.identifiers, _state(layout)
    if _built_for(target) == state:
        return target
    layout.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=layout.work) as scratch:
        folder = Path(scratch) / target.name
        folder.mkdir()
        _build(layout, folder, Path(scratch), state)
        _put(folder, target, state)
    return target


def _put(folder: Path, target: Path, state: str) -> None:
    """In place of an older index; another process may have put the same there meanwhile."""
    if target.exists() and _built_for(target) is None and any(target.iterdir()):
        raise InputError(
            Text("The folder here was not made by suyuan.", "此处的文件夹不是溯源生成的。"),
            value=target,
            hint=Text("Move it away.", "请将其移走。"),
        )
    shutil.rmtree(target, ignore_errors=True)
    try:
        folder.rename(target)
    except OSError:
        if _built_for(target) != state:
            raise


def _build(layout: Layout, folder: Path, scratch: Path, state: str) -> None:
    settings: dict[str, str | bool | int | float | list[str]] = {"memory_limit": _MEMORY}
    settings["temp_directory"] = str(scratch / "spill")
    with duckdb.connect(str(scratch / "rows.duckdb"), config=settings) as con:
        there = [name for name in RECORDS if stored_parts(layout, name)]
        for name in there:
            _copy_rows(con, name, stored_parts(layout, name), layout.exclusions(name))
            _write_batches(con, name, folder)
        _write_numbers(con, _every_entry(there), "h, c, r", folder / "entries", ENTRIES)
        _write_numbers(con, _every_pair(there), "h, c, n DESC, r", folder / "pairs", PAIRS)
    (folder / _BUILT_FOR).write_text(state, encoding="utf-8")


def column_file(name: Path, column: str) -> Path:
    """Where the numbers of one column lie."""
    return name.with_name(f"{name.name}.{column}")


def _write_numbers(
    con: duckdb.DuckDBPyConnection,
    parts: list[str],
    order: str,
    name: Path,
    columns: dict[str, str],
) -> None:
    """The union of `parts`, in `order`, as one file of numbers for each column."""
    with ExitStack() as stack:
        files = {c: stack.enter_context(column_file(name, c).open("wb")) for c in columns}
        if not parts:
            return
        cursor = con.execute(
            f"SELECT {', '.join(columns)} FROM ({' UNION ALL '.join(parts)}) ORDER BY {order}"
        )
        for batch in cursor.to_arrow_reader(1 << 20):
            for column, type_ in columns.items():
                values = batch.column(column).to_numpy(zero_copy_only=False)
                files[column].write(values.astype(type_, copy=False).tobytes())


def _every_entry(there: list[str]) -> list[str]:
    return [
        _entries(table.name, number << 8 | position, column)
        for number, table in enumerate(RECORDS.values())
        if table.name in there
        for position, column in enumerate(table)
        if is_identifier(column)
    ]


def _every_pair(there: list[str]) -> list[str]:
    return [
        _pairs(name, *ends, time)
        for name, own, peer, time in PAIR_COLUMNS
        if name in there
        for ends in ((own, peer), (peer, own))
    ]


def _entries(name: str, at: int, column: Column) -> str:
    cell = f'unnest("{column.name}")' if column.type is Type.LIST else f'"{column.name}"'
    return (
        f"SELECT hash(v) AS h, {at}::USMALLINT AS c, r FROM "
        f"(SELECT {cell} AS v, r FROM rows_{name}) WHERE v IS NOT NULL"
    )


def _pairs(name: str, own: str, peer: str, time: str) -> str:
    names = RECORDS[name].names
    at = list(RECORDS).index(name) << 16 | names.index(own) << 8 | names.index(peer)
    first, last = (f'coalesce(epoch_us({f}("{time}")), {NEVER})' for f in ("min", "max"))
    return (
        f'SELECT hash("{own}") AS h, {at}::UINTEGER AS c, min(r) AS r, count(*) AS n, '
        f'{first} AS since, {last} AS until FROM rows_{name} WHERE "{own}" IS NOT NULL '
        f'AND "{peer}" IS NOT NULL GROUP BY "{own}", "{peer}"'
    )


def _copy_rows(
    con: duckdb.DuckDBPyConnection, name: str, parts: list[Path], exclusions: Path
) -> None:
    anti_join = ""
    names: dict[str, object] = {"files": [str(part) for part in parts]}
    if exclusions.exists():
        anti_join = "ANTI JOIN read_parquet($excluded) AS gone ON rows.row_id = gone.row_id"
        names["excluded"] = str(exclusions)
    con.execute(
        f"CREATE TABLE rows_{name} AS SELECT row_number() OVER () - 1 AS r, rows.* FROM "
        f"(SELECT * EXCLUDE (source_key), {ROW_ID} AS row_id "
        f"FROM read_parquet($files)) AS rows {anti_join}",
        names,
    )


def _write_batches(con: duckdb.DuckDBPyConnection, name: str, folder: Path) -> None:
    stream = con.execute(f"SELECT * EXCLUDE (r) FROM rows_{name} ORDER BY r").to_arrow_reader(
        BATCH * 256
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
    digest = hashlib.sha256(_VERSION.encode())
    for path in layout.stored_files():
        digest.update(f"{path.parent.name}/{path.name} {path.stat().st_size}\n".encode())
        if exclusion_table(path):
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _built_for(target: Path) -> str | None:
    mark = target / _BUILT_FOR
    return mark.read_text(encoding="utf-8") if mark.exists() else None
