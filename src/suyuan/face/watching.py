"""``--debug``: each table that a step writes, with its first rows."""

from collections.abc import Callable

import ibis.expr.types as ir
from rich.console import Console
from rich.table import Table

from suyuan.face.masking import mask_text
from suyuan.store.engine import Engine

FIRST = 5


def print_table(engine: Engine, console: Console | None = None) -> Callable[[str, ir.Table], None]:
    """A watcher that prints a table's name and its first rows, masked."""
    to = console or Console(stderr=True)

    def show(name: str, table: ir.Table) -> None:
        head = engine.fetch(table.limit(FIRST))
        shown = Table(title=name, title_justify="left")
        for column in head.column_names:
            shown.add_column(column, overflow="fold")
        for row in head.to_pylist():
            shown.add_row(*(mask_text(str(value)) for value in row.values()))
        to.print(shown)

    return show
