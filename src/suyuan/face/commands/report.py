"""``suyuan report``: the dossier of a case, or of one ring, with its manifest."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.options import (
    AsOf,
    CaseFolder,
    LangOption,
    Out,
    Unmask,
    console,
    moment,
    spoken,
    told_plainly,
)
from suyuan.model.text import Text

NAME = "report"


class Format(StrEnum):
    """What a dossier can be."""

    html = "html"
    docx = "docx"
    pdf = "pdf"


Ring = Annotated[str | None, typer.Option("--ring", help="Only this ring. 只含该团伙。")]


@told_plainly
def command(
    case: CaseFolder,
    ring: Ring = None,
    format: Annotated[  # noqa: A002  # the option is called so
        Format, typer.Option("--format", help="html, docx or pdf. 格式。")
    ] = Format.html,
    to: Annotated[Path | None, typer.Option("--to", help="Folder. [OUT/dossier] 目标。")] = None,
    out: Out = None,
    as_of: AsOf = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """The case file that a prosecutor can read: each statement bound to its rows.

    Give --as-of as it was given to `investigate`. `suyuan verify FOLDER` checks the manifest.
    """
    from suyuan.face.api import Case  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.masking import masking  # noqa: PLC0415
    from suyuan.face.reporting.binding import bind  # noqa: PLC0415
    from suyuan.face.reporting.manifest import write_manifest  # noqa: PLC0415
    from suyuan.face.reporting.source import open_source  # noqa: PLC0415
    from suyuan.model.times import utc  # noqa: PLC0415

    results = Case(case).results(out)
    known = moment(as_of)
    language, folder = spoken(lang), to or results.layout.out / "dossier"
    results["findings"]  # a case that was not investigated is told so before anything is written
    shown = masking(results.layout, unmask, NAME)
    with open_source(results, utc(known, results.case.zone) if known else None) as source:
        path = bind(source, folder, format.value, language, shown, ring)
    manifest = write_manifest(results, [path])
    said = Text("{path}\nManifest: {manifest}", "{path}\n清单:{manifest}")
    console().print(said.format(path=path, manifest=manifest).in_(language), soft_wrap=True)
