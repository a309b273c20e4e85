"""``suyuan export``: result tables as CSV or XLSX, the chain in the formats of other tools."""

from enum import StrEnum
from pathlib import Path
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
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text

NAME = "export"
TABLES = ("csv", "xlsx")


class Format(StrEnum):
    """What other programs read."""

    csv = "csv"
    xlsx = "xlsx"
    ftm = "ftm"
    stix = "stix"
    misp = "misp"
    gexf = "gexf"
    graphml = "graphml"
    anx = "anx"


FormatOption = Annotated[
    Format,
    typer.Option("--format", help="csv, xlsx; ftm, stix, misp, gexf, graphml, anx. 格式。"),
]
Tables = Annotated[
    list[str] | None, typer.Option("--table", help="Only this table; may be repeated. 只导出此表。")
]


@plain_errors
def command(
    case: CaseArgument,
    format: FormatOption = Format.csv,  # noqa: A002  # the option is called so
    to: Annotated[Path | None, typer.Option("--to", help="Folder. [OUT/export] 目标。")] = None,
    table: Tables = None,
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """Write result tables (csv, xlsx) or the chain (ftm, stix, misp, gexf, graphml, anx).

    Masked unless --unmask names a purpose. What does not fit a format is said.
    """
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.face.exchange.table_files import export  # noqa: PLC0415
    from suyuan.face.report.manifest import write_manifest  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    results = CaseFolder(case).results(out)
    results["findings"]  # a case that was not investigated is told so before anything is written
    folder, language = to or results.layout.out / "export", language_of(lang)
    if format.value in TABLES:
        mask = masking(results.layout, unmask, NAME)
        paths = export(results, folder, format.value, table, mask)
        write_manifest(results, paths, Display(results.case.zone, mask))
        notice = Text("{n} tables written to {to}", "已写出{n}个表到 {to}")
        console().print(notice.format(n=len(paths), to=paths[0].parent).in_(language))
        return
    if table:
        raise InputError(
            Text("--table works with csv and xlsx only.", "--table 只用于 csv 与 xlsx。"),
            value=format.value,
        )
    _chain(format.value, case, out, folder, unmask, language)


def _chain(
    name: str, case: Path, out: Path | None, folder: Path, unmask: str | None, language: Language
) -> None:
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.face.exchange.formats import FORMS, ready, write  # noqa: PLC0415
    from suyuan.face.report.manifest import write_manifest  # noqa: PLC0415
    from suyuan.face.source import open_source  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    form, results = FORMS[name], CaseFolder(case).results(out)
    ready(form)  # before anybody is said to have seen anything
    mask = masking(results.layout, unmask, NAME)
    with open_source(results) as source:
        path = write(source, form, folder, mask)
    write_manifest(results, [path], Display(results.case.zone, mask))
    notice = Text("{path} written, for {who}.", "已写出 {path}（{who}）。")
    console().print(notice.format(path=path, who=form.readers).in_(language), soft_wrap=True)
    console().print(
        Text("Left out, as this format has no place for it:", "该格式放不下的内容：").in_(language)
    )
    for reason in form.unfit:
        console().print(f"  - {reason.in_(language)}", soft_wrap=True)
