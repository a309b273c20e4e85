"""``suyuan export``: result tables as CSV or XLSX."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.options import (
    CaseFolder,
    LangOption,
    Out,
    Unmask,
    console,
    spoken,
    told_plainly,
)
from suyuan.model.text import Text

NAME = "export"


class Format(StrEnum):
    """What other programs read."""

    csv = "csv"
    xlsx = "xlsx"


Tables = Annotated[
    list[str] | None, typer.Option("--table", help="Only this table; may be repeated. 只导出此表。")
]


@told_plainly
def command(
    case: CaseFolder,
    format: Annotated[Format, typer.Option("--format", help="csv or xlsx. 格式。")] = Format.csv,  # noqa: A002
    to: Annotated[Path | None, typer.Option("--to", help="Folder. [OUT/export] 目标。")] = None,
    table: Tables = None,
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """Write result tables as CSV or XLSX, masked unless --unmask names a purpose."""
    from suyuan.face.api import Case  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.exporting import export  # noqa: PLC0415
    from suyuan.face.masking import masking  # noqa: PLC0415

    results = Case(case).results(out)
    shown = masking(results.layout, unmask, NAME)
    written = export(results, to or results.layout.out / "export", format.value, table, shown)
    said = Text("{n} tables written to {to}", "已写出{n}个表到 {to}")
    console().print(said.format(n=len(written), to=written[0].parent).in_(spoken(lang)))
