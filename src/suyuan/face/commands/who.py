"""``suyuan who``: all that is known of one identifier."""

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

NAME = "who"
Identifier = Annotated[
    str, typer.Argument(help="A phone, account, card, device or person. 号码、账号、卡号或人员。")
]


@told_plainly
def command(
    case: CaseFolder,
    identifier: Identifier,
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """All that is known of one phone, account, card or person, with the rows."""
    from suyuan.face.api import Case  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.knowing import print_known  # noqa: PLC0415
    from suyuan.face.masking import masking  # noqa: PLC0415

    results = Case(case).results(out)
    shown = masking(results.layout, unmask, NAME)
    print_known(results, identifier, console(), spoken(lang), shown)
