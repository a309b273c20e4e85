"""``suyuan match``: whether a person's data was in what was seized."""

from typing import Annotated

import typer
from rich.table import Table

from suyuan.face.options import CaseFolder, LangOption, Out, Unmask, console, spoken, told_plainly
from suyuan.model.text import Text

NAME = "match"


@told_plainly
def command(
    case: CaseFolder,
    phone: Annotated[str, typer.Option("--phone", help="Eleven digits. 11位手机号。")],
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """Look a phone up in the seized data, masked numbers included, in milliseconds."""
    from suyuan.face.api import Case  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.masking import masking  # noqa: PLC0415
    from suyuan.face.seized import find_phone  # noqa: PLC0415

    results = Case(case).results(out)
    shown = masking(results.layout, unmask, NAME)
    found = find_phone(results, phone)
    said = Text("{n} seized rows fit {phone}", "有{n}条查获数据与{phone}相符")
    told = said.format(n=found.num_rows, phone=shown.text(phone))
    table = Table(title=told.in_(spoken(lang)), title_justify="left")
    for column in found.column_names:
        table.add_column(column, overflow="fold")
    for row in found.slice(0, 50).to_pylist():
        table.add_row(*("" if v is None else shown.text(str(v)) for v in row.values()))
    console().print(table)
