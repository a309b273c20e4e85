"""A cell of a stored row as a screen shows it: masked, money as money, times in the case's zone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from suyuan.face.display import Display
from suyuan.face.wording import yuan_of_fen
from suyuan.model.columns import Table, Type
from suyuan.model.text import Language


def record_cell(
    table: Table, row: Mapping[str, Any], name: str, display: Display, language: Language
) -> str:
    """Column `name` of a `row` of a standard table; an amount with the currency of its row."""
    value, type_ = row[name], table.column(name).type
    if value is None:
        return ""
    if type_ is Type.MONEY:
        return yuan_of_fen(int(value), language, row.get("currency"))
    if type_ is Type.TIME and isinstance(value, datetime):
        return display.second(value)
    return display.cell(table, row, name)
