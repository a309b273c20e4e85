"""``suyuan warn``: is this call a fraud, before the loan is taken? 预警。"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.options import LangOption, language_of, plain_errors
from suyuan.model.errors import InputError
from suyuan.model.text import Text

NAME = "warn"
_GRADES = {
    "high": Text(
        "HIGH: stop here. Hang up, pay nothing, ask the police (in China 96110).",
        "高风险：请立即停止。挂断电话，不要转账，可拨打96110咨询。",
    ),
    "medium": Text("Medium: ask somebody before going on.", "中风险：继续之前请先找人核实。"),
    "low": Text("Low: nothing here is typical of fraud.", "低风险：未发现典型的诈骗话术。"),
}
TextArgument = Annotated[
    str, typer.Argument(help="What was said, a sentence a line; a file, or - for stdin. 对话内容。")
]


@plain_errors
def command(text: TextArgument, lang: LangOption = None) -> None:
    """Read a dialogue sentence by sentence and warn while there is time. 对话预警。"""
    from suyuan.reading.warning import warn  # noqa: PLC0415  # keeps --help fast

    language = language_of(lang)
    warning = warn(_content(text))
    typer.echo(_GRADES[warning.grade].in_(language))
    for reason in warning.reasons:
        quote = f" «{reason.words}»" if reason.words else ""
        typer.echo(f"  {reason.sentence}. {reason.title.in_(language)}{quote}  +{reason.weight:g}")
    if warning.high_at is not None:
        when = Text(
            f"High from sentence {warning.high_at} of {warning.sentences}.",
            f"自第 {warning.high_at} 句（共 {warning.sentences} 句）起为高风险。",
        )
        typer.echo(when.in_(language))
    if warning.cut:
        cut = Text(f"{warning.cut} characters were not read.", f"有 {warning.cut} 个字符未读取。")
        typer.echo(cut.in_(language))


def _content(text: str) -> str:
    if text == "-":
        return sys.stdin.read()
    path = Path(text)
    try:
        is_file = len(text) < 300 and path.is_file()
    except (OSError, ValueError):
        is_file = False
    if not is_file:
        return text
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            Text("The file cannot be read.", "无法读取文件。"),
            value=path,
            hint=Text("Save it as UTF-8.", "请另存为 UTF-8。"),
        ) from error
