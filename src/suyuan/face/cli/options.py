"""Options that several commands share."""

import contextlib
import functools
import os
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console
from rich.markup import escape

from suyuan.face.display import clean
from suyuan.face.language import default_language
from suyuan.model.errors import InputError, SuyuanError
from suyuan.model.system_errors import memory_error, system_error
from suyuan.model.text import Language, Text
from suyuan.model.times import utc

P = ParamSpec("P")
#: Years beyond these overflow in one zone or another, and no record is of then.
EARLIEST, LATEST = 1900, 2200


class Lang(StrEnum):
    """The languages that people can choose."""

    en = "en"
    zh = "zh"


CaseArgument = Annotated[Path, typer.Argument(help="Folder of the case's files. 案件文件夹。")]
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
Fresh = Annotated[
    bool, typer.Option("--fresh", help="Run every step anew, reuse nothing. 全部步骤重新运行。")
]
WatchOption = Annotated[
    bool,
    typer.Option("--watch", help="Then investigate again after each change. 有变动即重新分析。"),
]
Unmask = Annotated[
    str | None,
    typer.Option("--unmask", help="Show full identifiers, for this purpose; it is logged. 明文。"),
]


def language_of(language: Lang | None) -> Language:
    return language.value if language else default_language()


def moment(text: str | None) -> datetime | None:
    """An ISO 8601 day or time; :class:`InputError` where it is neither."""
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if not EARLIEST <= moment.year <= LATEST:
            raise ValueError(text)
    except ValueError as error:
        raise InputError(
            Text("Not a date or time.", "不是有效的日期或时间。"),
            value=text,
            hint=Text(
                "Write 2019-05-01 or 2019-05-01T09:30.", "请写成 2019-05-01 或 2019-05-01T09:30。"
            ),
        ) from error
    return moment


def instant(text: str | None, zone: str) -> datetime | None:
    """As :func:`moment`, read in the case's zone and given as naive UTC."""
    clock = moment(text)
    return utc(clock, zone) if clock else None


def earlier_names(**names: str) -> dict[str, Any]:
    """Settings of a command whose options had other names: scripts may go on using those."""
    return {"token_normalize_func": lambda word: names.get(word.replace("-", "_"), word)}


def plain_errors(command: Callable[P, None]) -> Callable[P, None]:
    """Errors are told in a line: on purpose or by the system 2, a fault of ours 70, Ctrl-C 130.

    A fault of ours is named by its kind and place; its message may hold somebody's data, and is
    shown with ``SUYUAN_TRACEBACK=1`` only.
    """

    @functools.wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> None:
        language = language_of(kwargs.get("lang"))  # type: ignore[arg-type]
        try:
            command(*args, **kwargs)
        except (typer.Exit, typer.Abort):
            raise
        except BrokenPipeError:
            _close_output()
        except Exception as error:
            if os.environ.get("SUYUAN_TRACEBACK"):
                raise
            message, code = _message(error)
            Console(stderr=True).print(
                f"[red]✗[/red] {escape(clean(message.text(language)))}", highlight=False
            )
            raise typer.Exit(code) from error
        except KeyboardInterrupt as error:
            notice = Text(
                "Interrupted. The input is untouched; run the command again to continue.",
                "已中断。输入未被改动，重新运行即可。",
            )
            Console(stderr=True).print(notice.in_(language))
            raise typer.Exit(130) from error

    return wrapper


def _message(error: Exception) -> tuple[SuyuanError, int]:
    """`error` in words for people, and the exit code."""
    if isinstance(error, SuyuanError):
        return error, 2
    if isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__:
        return memory_error(), 2
    if isinstance(error, OSError) or "No space left" in str(error):
        return system_error(error if isinstance(error, OSError) else OSError(str(error))), 2
    place = traceback.extract_tb(error.__traceback__)[-1]
    fault = Text("Internal error in suyuan; please report it.", "溯源内部错误，请报告。")
    hint = Text(
        "The previous results are unchanged. Set SUYUAN_TRACEBACK=1 to see the whole traceback.",
        "原有结果不受影响。设 SUYUAN_TRACEBACK=1 可查看全部信息。",
    )
    where = f"{type(error).__name__}, {Path(place.filename).name}:{place.lineno}"
    return SuyuanError(fault, value=where, hint=hint), 70


def _close_output() -> None:
    """Whoever read our output has gone (``| head``): nothing more is written to it."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def console() -> Console:
    return Console(file=sys.stdout)
