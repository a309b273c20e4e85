"""``suyuan report``: the dossier of a case, or of one ring, with its manifest."""

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
    instant,
    language_of,
    plain_errors,
)
from suyuan.model.text import Text

NAME = "report"


class DossierFormat(StrEnum):
    """What a dossier can be."""

    html = "html"
    docx = "docx"
    pdf = "pdf"


Sign = Annotated[
    Path | None, typer.Option("--sign", help="An Ed25519 key (PEM) to sign with. 签名私钥。")
]
AskStamp = Annotated[
    bool,
    typer.Option("--ask-stamp", help="Write a question to a time-stamping authority. 时间戳请求。"),
]
Boards = Annotated[
    Path | None, typer.Option("--boards", help="Boards that the workbench wrote. 工作台图板。")
]
Ring = Annotated[str | None, typer.Option("--ring", help="Only this ring. 只含该团伙。")]


@plain_errors
def command(
    case: CaseArgument,
    ring: Ring = None,
    format: Annotated[  # noqa: A002  # the option is called so
        DossierFormat, typer.Option("--format", help="html, docx or pdf. 格式。")
    ] = DossierFormat.html,
    to: Annotated[Path | None, typer.Option("--to", help="Folder. [OUT/dossier] 目标。")] = None,
    out: Out = None,
    as_of: Annotated[str | None, typer.Option("--as-of", hidden=True)] = None,
    sign: Sign = None,
    ask_stamp: AskStamp = False,
    boards: Boards = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """The case file that a prosecutor can read: each statement bound to its rows.

    It reads the records as of the moment of the investigation. `suyuan verify FOLDER` checks the
    manifest.
    """
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.face.report.boards import read_boards  # noqa: PLC0415
    from suyuan.face.report.dossier_file import bind  # noqa: PLC0415
    from suyuan.face.report.manifest import write_manifest  # noqa: PLC0415
    from suyuan.face.report.report_file import moment_of  # noqa: PLC0415
    from suyuan.face.source import open_source  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    results = CaseFolder(case).results(out)
    language, folder = language_of(lang), to or results.layout.out / "dossier"
    board_plans = read_boards(boards) if boards else []
    known_at = moment_of(results, instant(as_of, results.case.zone))
    results["findings"]  # a case that was not investigated is told so before anything is written
    mask = masking(results.layout, unmask, NAME)
    display = Display(results.case.zone, mask)
    with open_source(results, known_at) as source:
        path = bind(source, folder, format.value, language, mask, ring, board_plans)
    manifest = write_manifest(results, [path], display)
    if sign is not None:
        from suyuan.face.report.signature import sign as put_signature  # noqa: PLC0415

        put_signature(manifest, sign)
    if ask_stamp:
        from suyuan.face.report.time_stamp import request_stamp  # noqa: PLC0415

        request_stamp(manifest)
    notice = Text("{path}\nManifest: {manifest}", "{path}\n清单：{manifest}")
    console().print(notice.format(path=path, manifest=manifest).in_(language), soft_wrap=True)
