"""``suyuan live tasks``, ``day`` and ``explain``: what a live journal leads to afterwards."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suyuan.face.cli.office_options import Now, OfficeArgument, Postgres, at, office_at, wall_clock
from suyuan.face.cli.options import (
    LangOption,
    Unmask,
    console,
    earlier_names,
    language_of,
    plain_errors,
)
from suyuan.model.errors import InputError
from suyuan.model.text import Text

if TYPE_CHECKING:
    from suyuan.run.live_day import JournalDay

JournalArgument = Annotated[
    Path, typer.Argument(help="Folder of suyuan live serve. 实时服务文件夹。")
]
Registers = Annotated[
    list[Path] | None,
    typer.Option("--names", help="Case folder that names people; repeatable. 登记资料。"),
]
SETTINGS = earlier_names(to="until")
Day = Annotated[
    str | None, typer.Option("--day", help="2026-03-01, in Beijing; else today. 日期。")
]
Until = Annotated[str | None, typer.Option("--until", help="Last day, else the same. 截止日。")]


@plain_errors
def tasks(
    folder: JournalArgument,
    office: OfficeArgument,
    names: Registers = None,
    day: Day = None,
    to: Until = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Draft a warning for whoever was called by a named number or paid what was not allowed.

    One draft for each person and day; run again, the same drafts stand, with what is new in their
    reasons. A person of the desk confirms them (suyuan office confirm).
    """
    from suyuan.face.cli.live_day_output import record_warnings  # noqa: PLC0415  # quick --help

    warnings = _journal(folder, names, day, to).warnings()
    with office_at(office, postgres) as there:
        record_warnings(there, folder, warnings, at(now), console(), language_of(lang))


@plain_errors
def day(
    folder: JournalArgument,
    into: Annotated[Path, typer.Argument(help="New folder: case, decisions.jsonl. 输出文件夹。")],
    names: Registers = None,
    day: Day = None,  # the option's name
    to: Until = None,
    lang: LangOption = None,
) -> None:
    """Write a day of the journal as a case folder, its decisions beside it.

    INTO/case can be investigated like any other; `suyuan live explain INTO PAYMENT` shows the rows
    behind a decision. Both hold names in clear where --names gives them.
    """
    from suyuan.face.cli.live_day_output import print_day_case  # noqa: PLC0415  # quick --help

    day_case = _journal(folder, names, day, to).write(into)
    print_day_case(into, day_case, console(), language_of(lang))


@plain_errors
def explain(
    folder: Annotated[Path, typer.Argument(help="Folder of suyuan live day. 日卷宗。")],
    payment: Annotated[str, typer.Argument(help="payment_id, or log-NUMBER. 付款编号。")],
    lang: LangOption = None,
    unmask: Unmask = None,
) -> None:
    """Why a payment was warned of, held or blocked: each reason with its rows."""
    from suyuan.face.cli.live_day_output import decision, print_decision  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415
    from suyuan.store.layout import Layout  # noqa: PLC0415

    verdict = decision(folder, payment)
    mask = masking(Layout(folder / "case" / "suyuan"), unmask, "live explain")
    print_decision(folder, verdict, mask, console(), language_of(lang))


def _journal(
    folder: Path, names: list[Path] | None, day: str | None, to: str | None
) -> "JournalDay":
    from suyuan.detect.cards import scorecard  # noqa: PLC0415  # keeps --help fast
    from suyuan.live.policy import default_policy  # noqa: PLC0415
    from suyuan.run.live_day import journal_day  # noqa: PLC0415

    first = _date(day)
    last = first if to is None else _date(to)
    return journal_day(
        folder, names or [], (scorecard("payment_risk"), default_policy()), first, last
    )


def _date(text: str | None) -> date:
    from suyuan.rulebook.dates import beijing_day  # noqa: PLC0415

    if text is None:
        return beijing_day(wall_clock())
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(
            Text("Not a date.", "不是有效的日期。"),
            value=text,
            hint=Text("Write 2019-05-01.", "请写成 2019-05-01。"),
        ) from error
