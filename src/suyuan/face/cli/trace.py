"""``suyuan trace``: where a report's money went, or whose money an account holds."""

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
from suyuan.model.identifier_input import normal_identifier
from suyuan.model.text import Text

NAME = "trace"


@plain_errors
def command(
    case: CaseArgument,
    report: Annotated[str | None, typer.Option("--report", help="A report_id. 报案编号。")] = None,
    payment: Annotated[
        str | None, typer.Option("--payment", help="A payment_id: every report in it. 流水号。")
    ] = None,
    account: Annotated[str | None, typer.Option("--account", help="An account. 账户。")] = None,
    backward: Annotated[
        bool, typer.Option("--backward", help="Whose money is in the account? 倒查。")
    ] = False,
    method: Annotated[
        str | None, typer.Option("--method", help="fifo, lifo, haircut … or all. 方法。")
    ] = None,
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """Follow money step by step, with where it rests and what can still be frozen."""
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.trace_output import print_trace  # noqa: PLC0415
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    results = CaseFolder(case).results(out)
    options = {
        "report_id": report,
        "payment_id": payment,
        "to": account and f"bank_account:{normal_identifier(account)}",
    }
    choices = {column: normal_identifier(value) for column, value in options.items() if value}
    if len(choices) != 1:
        raise InputError(
            Text("Name one thing to trace from.", "请指定且只指定一个起点。"),
            hint=Text("--report R, --payment P or --account A", "--report、--payment 或 --account"),
        )
    mask = masking(results.layout, unmask, NAME, choices.values())
    display = Display(results.case.zone, mask)
    if backward and account:
        from suyuan.face.cli.backward_output import print_whose  # noqa: PLC0415  # loads kernels

        print_whose(
            results, normal_identifier(account), method, console(), language_of(lang), display
        )
        return
    ((column, value),) = choices.items()
    print_trace(results, column, value, method, console(), language_of(lang), display)
