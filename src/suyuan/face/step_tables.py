"""``--debug``: each table that a step writes, with its first rows."""

from collections.abc import Callable
from typing import Any

import ibis.expr.types as ir
from rich.console import Console
from rich.table import Table
from rich.text import Text as Line

from suyuan.face.display import clean
from suyuan.model.columns import Table as Declared
from suyuan.privacy.masking import Masking
from suyuan.store.engine import Engine
from suyuan.store.tables import declared_table

FIRST = 5


def print_table(
    engine: Engine, masking: Masking, console: Console | None = None
) -> Callable[[str, ir.Table], None]:
    """A watcher that prints a table's name and its first rows, masked as their columns say."""
    to = console or Console(stderr=True)

    def show(name: str, table: ir.Table) -> None:
        head = engine.fetch(table.limit(FIRST))
        schema = declared_table(name)
        lines = Table(title=Line(name), title_justify="left")
        for column in head.column_names:
            lines.add_column(column, overflow="fold")
        for row in head.to_pylist():
            lines.add_row(*(Line(clean(_cell(schema, row, column))) for column in row))
        to.print(lines)

    def _cell(schema: Declared, row: dict[str, Any], column: str) -> str:
        if row[column] is None:
            return ""
        if column not in schema.names:  # a column of its own that no table declares
            return masking.free(str(row[column]))
        return masking.cell(schema, row, column)

    return show
