"""Pages of a result table: filtered, sorted and cut in DuckDB, reading no more than they give."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.model.columns import Table
from suyuan.store.conditions import Condition, check_columns, order_clause, quote, where_clause


@dataclass(frozen=True, slots=True)
class ResultPage:
    """Some rows of a result table, from `offset` of the `count` that fulfil the conditions."""

    rows: pa.Table
    count: int
    offset: int


def read_page(
    path: Path,
    table: Table,
    conditions: Iterable[Condition],
    *,
    order: Sequence[str],
    limit: int,
    offset: int,
    columns: Sequence[str] | None,
) -> ResultPage:
    """See :meth:`suyuan.store.case.Results.page`; `path` is the file of `table`."""
    schema, conditions = pq.read_schema(path), tuple(conditions)
    output_names = schema.names if columns is None else list(columns)
    sort_keys = _whole_order(order, table, schema.names)
    needs = (
        *output_names,
        *(c.column for c in conditions),
        *(n.removeprefix("-") for n in sort_keys),
    )
    check_columns(needs, schema.names, table.name)
    where, values = where_clause(conditions)
    source, parameters = f" FROM read_parquet(?){where}", [str(path), *values]
    cut = f"{order_clause(sort_keys)} LIMIT {int(limit)} OFFSET {int(offset)}"
    with duckdb.connect() as con:
        count = con.execute(f"SELECT count(*){source}", parameters).fetchall()[0][0]
        selection = ", ".join(map(quote, output_names))
        rows = con.execute(f"SELECT {selection}{source}{cut}", parameters).to_arrow_table()
    return ResultPage(
        rows.cast(pa.schema([schema.field(c) for c in output_names])), int(count), offset
    )


def _whole_order(order: Sequence[str], table: Table, columns: Sequence[str]) -> list[str]:
    """`order`, then the table's own: two pages share no row and leave none out."""
    own = [name for name in (*table.order, *table.key) if name.removeprefix("-") in columns]
    first = {name.removeprefix("-"): name for name in reversed((*order, *own))}
    return [first[name] for name in dict.fromkeys(n.removeprefix("-") for n in (*order, *own))]
