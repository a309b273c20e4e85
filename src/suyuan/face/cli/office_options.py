"""Options that the commands of ``suyuan office`` share, and the office they open."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from suyuan.face.cli.options import Lang, language_of
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.model.times import local, utc

if TYPE_CHECKING:
    from suyuan.casework.office import Office

OfficeArgument = Annotated[Path, typer.Argument(help="Folder of the office. 机构文件夹。")]
Now = Annotated[
    str | None,
    typer.Option("--now", help="Pretend it is this time in Beijing, to try things out. 假定时间。"),
]
As = Annotated[str, typer.Option("--as", help="Who acts. 办理人。")]
Postgres = Annotated[
    str | None,
    typer.Option(
        "--postgres", envvar="SUYUAN_OFFICE", help="PostgreSQL instead of a file. 数据库。"
    ),
]
Parties = Annotated[
    list[str] | None, typer.Option("--party", help="ROLE=PARTY, may be repeated. 角色=单位。")
]
Fields = Annotated[
    list[str] | None, typer.Option("--set", help="FIELD=VALUE, may be repeated. 字段=值。")
]
Items = Annotated[list[str] | None, typer.Option("--item", help="An item meant. 清单项。")]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", help="PARTY=PUBLIC_KEY, may be repeated. 单位公钥。"),
]


def at(text: str | None) -> datetime:
    """The moment meant: clock time in Beijing, or the time it is."""
    if text is None:
        return wall_clock()
    try:
        return utc(datetime.fromisoformat(text))
    except ValueError as error:
        raise InputError(
            Text("Not a date or time.", "不是有效的日期或时间。"),
            value=text,
            hint=Text("Write 2019-05-01T09:30.", "请写成 2019-05-01 或 2019-05-01T09:30。"),
        ) from error


def wall_clock() -> datetime:
    """The time it is, in naive UTC: the one place where the office asks for it."""
    return datetime.now(UTC).replace(tzinfo=None)


def clock(moment: datetime | None) -> str:
    """Clock time in Beijing."""
    return "–" if moment is None else f"{local(moment):%Y-%m-%d %H:%M:%S}"


def pairs(options: list[str] | None) -> dict[str, str]:
    """``NAME=VALUE`` options as a mapping."""
    values = {}
    for option in options or ():
        name, sign, value = option.partition("=")
        if not sign:
            raise InputError(Text("Write NAME=VALUE.", "请写成 名称=值。"), value=option)
        values[name] = value
    return values


@contextmanager
def office_at(folder: Path, postgres: str | None, *, new: bool = False) -> "Iterator[Office]":
    """The office of `folder`; closed afterwards."""
    from suyuan.casework.opening import FILE, KEY, open_office  # noqa: PLC0415  # keeps --help fast

    if not new and not (folder / KEY).exists() and not (folder / FILE).exists():
        raise InputError(
            Text("No office here.", "此处没有机构数据。"),
            value=folder,
            hint=Text(f"suyuan office init {folder}", f"suyuan office init {folder}"),
        )
    office = open_office(folder, postgres)
    try:
        yield office
    finally:
        office.ledger.close()


def say(text: Text, lang: Lang | None) -> None:
    """One sentence, as plain text."""
    typer.echo(text.in_(language_of(lang)))


def plain(office_text: Any) -> str:
    """A cell of a table: what came from outside is never taken for markup."""
    from rich.markup import escape  # noqa: PLC0415  # keeps --help fast

    return escape(str(office_text))
