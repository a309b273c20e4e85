"""``suyuan verify``: is a dossier, and what it was made from, still what it was?"""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.options import LangOption, console, spoken, told_plainly
from suyuan.model.text import Text

NAME = "verify"
Folder = Annotated[Path, typer.Argument(help="Folder with manifest.json. 含清单的文件夹。")]
CaseFiles = Annotated[
    Path | None, typer.Option("--case", help="Check the case's files too. 同时核验案件文件。")
]


@told_plainly
def command(folder: Folder, case: CaseFiles = None, lang: LangOption = None) -> None:
    """Compare every file of a manifest with its hash, offline. Exit code 1 if one differs."""
    from suyuan.face.reporting.manifest import verify  # noqa: PLC0415  # keeps --help fast

    language, to = spoken(lang), console()
    checks = verify(folder, case)
    for check in checks:
        sign = "✓" if check.good else "✗"
        to.print(f"{sign} {check.file}  {check.told.in_(language)}", markup=False, highlight=False)
    wrong = sum(not check.good for check in checks)
    said = Text("{n} checked, {wrong} differ", "核验{n}项,{wrong}项不符")
    to.print(said.format(n=len(checks), wrong=wrong).in_(language))
    if wrong:
        raise typer.Exit(1)
