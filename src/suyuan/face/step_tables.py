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
from suyuan.store.tables import declared as declared_table

FIRST = 5


def print_table(
    engine: Engine, masking: Masking, console: Console | None = None
) -> Callable[[str, ir.Table], None]:
    """A watcher that prints a table's name and its first rows, masked as their columns say."""
    to = console or Console(stderr=True)

    def show(name: str, table: ir.Table) -> None:
        head = engine.fetch(table.limit(FIRST))
        declared = declared_table(name)
        shown = Table(title=Line(name), title_justify="left")
        for column in head.column_names:
            shown.add_column(column, overflow="fold")
        for row in head.to_pylist():
            shown.add_row(*(Line(clean(_cell(declared, row, column))) for column in row))
        to.print(shown)

    def _cell(declared: Declared, row: dict[str, Any], column: str) -> str:
        if row[column] is None:
            return ""
        if column not in declared.names:  # a column of its own that no table declares
            return masking.free(str(row[column]))
        return masking.cell(declared, row, column)

    return show
