"""``suyuan flows``: who paid an account or person, and whom it paid, in a window."""

from enum import StrEnum
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
from suyuan.face.cli.paths import Least, Since, Until
from suyuan.model.errors import InputError
from suyuan.model.identifier_input import normal_identifier
from suyuan.model.text import Text

NAME = "flows"


class Reach(StrEnum):
    """Which way to walk."""

    on = "on"
    back = "back"


@plain_errors
def command(
    case: CaseArgument,
    account: Annotated[str | None, typer.Option("--account", help="An account. 账户。")] = None,
    person: Annotated[
        str | None, typer.Option("--person", help="A party_id: all accounts. 人员。")
    ] = None,
    since: Since = None,
    until: Until = None,
    least: Least = 0.0,
    gathered: Annotated[
        int | None,
        typer.Option("--gathered", min=2, help="Collectors from so many payers. 归集付款人数。"),
    ] = None,
    reach: Annotated[
        Reach | None, typer.Option("--reach", help="List where it can have gone. 列出可达账户。")
    ] = None,
    out: Out = None,
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """Show payers, payees and sums of a window, and how far the money can have gone.

    With --gathered N: who collected from N payers or more and then paid it. With --reach: every
    account that its money can have come to (on) or from (back).
    """
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.flows_output import (  # noqa: PLC0415
        print_flows,
        print_gatherings,
        print_reach,
    )
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.money.queries import TimeWindow  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    if gathered is not None and reach is not None:
        raise InputError(
            Text("--gathered and --reach are two questions.", "--gathered 与 --reach 是两个问题。"),
            hint=Text("Ask them one after the other.", "请分两次查询。"),
        )
    subject = _subject(account, person)
    results = CaseFolder(case).results(out)
    display = Display(results.case.zone, masking(results.layout, unmask, NAME, [subject]))
    zone, least_fen = results.case.zone, round(least * 100)
    window = TimeWindow(instant(since, zone), instant(until, zone), least_fen)
    to, language = console(), language_of(lang)
    if gathered is not None:
        print_gatherings(results, subject, window, gathered, to, language, display)
    elif reach is not None:
        back = reach is Reach.back
        print_reach(results, subject, window, to, language, display, back=back)
    else:
        print_flows(results, subject, window, to, language, display)


def _subject(account: str | None, person: str | None) -> str:
    """The one account, or person, that was asked about."""
    if bool(account) == bool(person):
        raise InputError(
            Text("Name one account or one person.", "请指定一个账户或一名人员。"),
            hint=Text("--account A or --person P", "--account 或 --person"),
        )
    return normal_identifier(account) if account else f"party:{normal_identifier(person or '')}"
