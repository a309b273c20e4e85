"""What the terminal shows: text of records as text, never as markup or escape codes."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text as Line

from suyuan.face.display import Display, clean
from suyuan.model.text import Language, Text


def plain(value: object) -> Line:
    """One cell: no markup is read in it, and no control character reaches the terminal."""
    return Line(clean("" if value is None else str(value)))


def grid(title: Text | str, heads: Sequence[Text | str], language: Language) -> Table:
    """An empty table whose cells fold where the screen is narrow."""
    table = Table(title=plain(_in(title, language)), title_justify="left")
    for head in heads:
        table.add_column(plain(_in(head, language)), overflow="fold")
    return table


def add(table: Table, *cells: object) -> None:
    table.add_row(*(cell if isinstance(cell, Line) else plain(cell) for cell in cells))


def subject(display: Display, text: str, language: Language) -> Line:
    """Somebody, as every command shows them: kind, id, and the name where one is known."""
    return plain(display.subject(text).in_(language))


def _in(text: Text | str, language: Language) -> str:
    return text if isinstance(text, str) else text.in_(language)
