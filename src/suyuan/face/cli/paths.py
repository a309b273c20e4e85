"""``suyuan paths``: ways of money between two accounts, in time order."""

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
from suyuan.model.identifier_input import normal_identifier

NAME = "paths"
Since = Annotated[
    str | None, typer.Option("--since", help="From this moment on, in the case's zone. 起始时间。")
]
Until = Annotated[str | None, typer.Option("--until", help="Before this moment. 截止时间。")]
Least = Annotated[float, typer.Option("--least", help="Least amount in yuan. 最低金额(元)。")]


@plain_errors
def command(
    case: CaseArgument,
    source: Annotated[str, typer.Option("--from", help="An account. 起点账户。")],
    target: Annotated[
        str, typer.Option("--to", help="An account; the same one for cycles. 终点账户。")
    ],
    since: Since = None,
    until: Until = None,
    least: Least = 0.0,
    hops: Annotated[int, typer.Option("--hops", min=1, max=12, help="Most payments. 层数。")] = 6,
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """Show every way by which money of one account can have come to another."""
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.flows_output import print_paths  # noqa: PLC0415
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.money.queries import TimeWindow  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    results = CaseFolder(case).results(out)
    ends = (normal_identifier(source), normal_identifier(target))
    display = Display(results.case.zone, masking(results.layout, unmask, NAME, ends))
    zone, least_fen = results.case.zone, round(least * 100)
    window = TimeWindow(instant(since, zone), instant(until, zone), least_fen)
    print_paths(results, ends, window, hops, console(), language_of(lang), display)
