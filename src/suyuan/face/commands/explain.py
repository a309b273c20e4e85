"""``suyuan explain``: one finding, signal by signal, down to its rows."""

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

NAME = "explain"
Finding = Annotated[
    str, typer.Argument(help="A finding_id (or its first digits), or a subject kind:id. 线索编号。")
]


@told_plainly
def command(
    case: CaseFolder,
    finding: Finding,
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """Why a finding has its score: each signal, what it adds, and the rows behind it."""
    from suyuan.face.api import Case  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.explaining import print_finding  # noqa: PLC0415
    from suyuan.face.masking import masking  # noqa: PLC0415

    results = Case(case).results(out)
    shown = masking(results.layout, unmask, NAME)
    print_finding(results, finding, console(), spoken(lang), shown)
