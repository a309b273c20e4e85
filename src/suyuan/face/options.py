"""Options that several commands share."""

import functools
import sys
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ParamSpec

import typer
from rich.console import Console
from rich.markup import escape

from suyuan.face.language import default_language
from suyuan.model.errors import InputError, SuyuanError
from suyuan.model.text import Language, Text

P = ParamSpec("P")


class Lang(StrEnum):
    """The languages that people can choose."""

    en = "en"
    zh = "zh"


CaseFolder = Annotated[Path, typer.Argument(help="Folder of the case's files. 案件文件夹。")]
Out = Annotated[
    Path | None, typer.Option("--out", help="Where results go. [CASE/suyuan] 结果文件夹。")
]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", help="Show what could have been known at this moment. 截至该时刻。"),
]
LangOption = Annotated[Lang | None, typer.Option("--lang", help="Language of output. 语言。")]
EngineOption = Annotated[
    str, typer.Option("--engine", help="duckdb, spark, or a Spark master URL. 计算引擎。")
]
Debug = Annotated[
    bool, typer.Option("--debug", help="Show each step's tables, first rows. 显示各步骤的表。")
]
Unmask = Annotated[
    str | None,
    typer.Option("--unmask", help="Show full identifiers, for this purpose; it is logged. 明文。"),
]


def spoken(language: Lang | None) -> Language:
    return language.value if language else default_language()


def moment(written: str | None) -> datetime | None:
    """An ISO 8601 day or time; :class:`InputError` where it is neither."""
    if written is None:
        return None
    try:
        return datetime.fromisoformat(written)
    except ValueError as error:
        raise InputError(
            Text("This is not a time.", "这不是一个时间。"),
            value=written,
            hint=Text("Write 2019-05-01 or 2019-05-01T09:30.", "请写成 2019-05-01T09:30。"),
        ) from error


def told_plainly(command: Callable[P, None]) -> Callable[P, None]:
    """Errors made on purpose are told in a line, with exit code 2; a Ctrl-C with 130."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        language = spoken(kwargs.get("lang"))  # type: ignore[arg-type]
        try:
            command(*args, **kwargs)
        except SuyuanError as error:
            Console(stderr=True).print(
                f"[red]✗[/red] {escape(error.text(language))}", highlight=False
            )
            raise typer.Exit(2) from error
        except KeyboardInterrupt as error:
            stopped = Text(
                "Stopped. The input is untouched; run it again to go on.",
                "已中断。输入未被改动,重新运行即可。",
            )
            Console(stderr=True).print(stopped.in_(language))
            raise typer.Exit(130) from error

    return run


def console() -> Console:
    return Console(file=sys.stdout)
