"""``suyuan map``: help with a file that no profile knows, to the end."""

from enum import Enum
from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.options import LangOption, console, language_of, plain_errors

NAME = "map"


class AmountUnit(Enum):
    """What amounts count."""

    yuan = "yuan"
    fen = "fen"


class SpentSign(Enum):
    """How what was spent is written."""

    negative = "negative"
    positive = "positive"


class DayOrder(Enum):
    """How days with the year last are written."""

    dmy = "dmy"
    mdy = "mdy"


@plain_errors
def command(
    file: Annotated[Path, typer.Argument(help="A file of the case. 案件中的文件。")],
    case: Annotated[
        Path | None, typer.Option("--case", help="The case folder, if not found. 案件文件夹。")
    ] = None,
    table: Annotated[str | None, typer.Option("--table", help="What it holds. 所属表。")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the profile. 名称。")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option("--column", help="HEADER=COLUMN or NUMBER=COLUMN, - to ignore. 指明一列。"),
    ] = None,
    own: Annotated[
        str | None, typer.Option("--own", help="Whose account it is. 本方账号。")
    ] = None,
    unit: Annotated[
        AmountUnit | None, typer.Option("--unit", help="Of amounts. 金额单位。")
    ] = None,
    spent: Annotated[
        SpentSign | None, typer.Option("--spent", help="How money spent is written. 支出的符号。")
    ] = None,
    days: Annotated[DayOrder | None, typer.Option("--days", help="03/04/2024. 日月次序。")] = None,
    out_words: Annotated[
        str | None, typer.Option("--out-words", help="Words for out, by commas. 表示支出的取值。")
    ] = None,
    in_words: Annotated[
        str | None, typer.Option("--in-words", help="Words for in, by commas. 表示收入的取值。")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Take the proposal, if nothing is open. 直接采用。")
    ] = False,
    lang: LangOption = None,
) -> None:
    """Propose how to read a file, ask what only you can say, show three rows, and save.

    A profile is saved to CASE/profiles and whose account it is to CASE/case.toml, where the next
    `suyuan check` reads them. A mapping that leaves no usable row is not saved.
    """
    from suyuan.face.cli.map_dialogue import Answers, Mapping, run_dialogue  # noqa: PLC0415  # keeps --help fast

    answers = Answers(
        table=table,
        name=name,
        columns=tuple(column or ()),
        own=own,
        unit={"yuan": "元", "fen": "分"}[unit.value] if unit else None,
        is_inverted=spent is SpentSign.positive if spent else None,
        days=days.value if days else None,
        out_words=_words(out_words),
        in_words=_words(in_words),
    )
    code = run_dialogue(Mapping.of(file, case, console(), language_of(lang)), answers, ask=not yes)
    if code:
        raise typer.Exit(code)


def _words(text: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (text or "").split(",") if word.strip())
