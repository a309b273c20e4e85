"""``suyuan who``: the chain of one identifier, and all that is known of it."""

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

NAME = "who"
Identifier = Annotated[
    str,
    typer.Argument(
        help="A phone, account, card, device, person, outlet or operator; as kind:id where "
        "it could be several. 号码、账号、卡号、设备、人员、网点或运营商。"
    ),
]
Depth = Annotated[
    int, typer.Option("--depth", min=1, max=6, help="How many hops to follow. 追踪层数。")
]
Rows = Annotated[
    bool, typer.Option("--rows/--no-rows", help="The rows that mention it. 列出相关记录。")
]


@plain_errors
def command(
    case: CaseArgument,
    identifier: Identifier,
    depth: Depth = 2,
    rows: Rows = True,
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """The chain of one identifier, hop by hop with its source, and the rows that mention it."""
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.who_output import IdentifierQuery, print_known  # noqa: PLC0415
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    results = CaseFolder(case).results(out)
    display = Display(results.case.zone, masking(results.layout, unmask, NAME, [identifier]))
    query = normal_identifier(identifier)
    print_known(results, IdentifierQuery(query, depth, rows, language_of(lang), display), console())
