"""``suyuan example``: an invented case to try everything on."""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.options import LangOption, console, language_of, plain_errors
from suyuan.model.text import Text

NAME = "example"
Folder = Annotated[Path, typer.Argument(help="A new folder. 新文件夹。")]


@plain_errors
def command(folder: Folder = Path("zheng"), lang: LangOption = None) -> None:
    """Lay out the invented case «Zheng», to try everything on. 示例案件。"""
    from suyuan.face.example_case import lay_out_example  # noqa: PLC0415  # keeps --help fast

    count = lay_out_example(folder)
    notice = Text(
        "{n} files in {folder}; all people and numbers are invented.\n"
        "Next:  suyuan investigate {folder}",
        "{folder} 中已有 {n} 个文件，人物与号码均为虚构。\n下一步：suyuan investigate {folder}",
    )
    words = notice.format(n=count, folder=folder).in_(language_of(lang))
    console().print(words, soft_wrap=True, highlight=False, markup=False)
