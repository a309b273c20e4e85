"""``suyuan explain``: one finding, signal by signal, down to its rows."""

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
from suyuan.model.identifier_input import normal_identifier

NAME = "explain"
Finding = Annotated[
    str, typer.Argument(help="A finding_id (or its first digits), or a subject kind:id. 线索编号。")
]


@plain_errors
def command(
    case: CaseArgument,
    finding: Finding,
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """Why a finding has its score: each signal, what it adds, and the rows behind it."""
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.explain_output import print_finding  # noqa: PLC0415
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    results = CaseFolder(case).results(out)
    display = Display(results.case.zone, masking(results.layout, unmask, NAME, [finding]))
    print_finding(results, normal_identifier(finding), console(), language_of(lang), display)
