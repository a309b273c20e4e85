"""``suyuan match``: whether a person's data was in what was seized."""

from typing import Annotated

import typer

from suyuan.face.cli.options import (
    CaseArgument,
    LangOption,
    Out,
    Unmask,
    console,
    language_of,
    plain_errors,
)
from suyuan.model.identifier_input import masked_number, normal_identifier
from suyuan.model.text import Text

NAME = "match"
#: Rows that fit on a screen; what is left out is said.
ROWS_SHOWN = 50


@plain_errors
def command(
    case: CaseArgument,
    phone: Annotated[str, typer.Option("--phone", help="Eleven digits. 11位手机号。")],
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """Look a phone up in the seized data, masked numbers included, in milliseconds."""
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.record_cells import record_cell  # noqa: PLC0415
    from suyuan.face.cli.screen import add, grid  # noqa: PLC0415
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.face.evidence_rows import place  # noqa: PLC0415
    from suyuan.lookup.phone_search import find_phone  # noqa: PLC0415
    from suyuan.model.records import LEAKED  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    results = CaseFolder(case).results(out)
    display = Display(results.case.zone, masking(results.layout, unmask, NAME, [phone]))
    number = normal_identifier(phone)
    if "*" in number:
        raise masked_number(number)
    matches = find_phone(results, number)
    notice = Text("{n} seized rows fit {phone}", "有{n}条查获数据与{phone}相符")
    language = language_of(lang)
    line = notice.format(n=matches.num_rows, phone=display.masking.identifier(number))
    names = [name for name in matches.column_names if name in LEAKED.names]
    table = grid(line, (Text("row", "行"), *names), language)
    for row in matches.slice(0, ROWS_SHOWN).to_pylist():
        cells = (record_cell(LEAKED, row, name, display, language) for name in names)
        add(table, place(row, display), *cells)
    if matches.num_rows > ROWS_SHOWN:
        table.caption = Text("first {n} shown", "只显示前{n}行").format(n=ROWS_SHOWN).in_(language)
    console().print(table)
