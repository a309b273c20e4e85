"""``suyuan verify``: is a dossier, and what it was made from, still what it was?"""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.options import LangOption, console, language_of, plain_errors
from suyuan.model.text import Text

NAME = "verify"
Folder = Annotated[
    Path, typer.Argument(help="A dossier's folder, or an output folder. 卷宗或结果文件夹。")
]
Key = Annotated[
    Path | None,
    typer.Option("--key", help="Public key (PEM) that must have signed it. 签名公钥。"),
]
Head = Annotated[
    str | None, typer.Option("--head", help="A digest that you kept. 所持有的校验值。")
]
Authority = Annotated[
    Path | None,
    typer.Option(
        "--authority", help="Certificates (PEM) of the time-stamping authority. 时间戳机构证书。"
    ),
]
CaseFiles = Annotated[
    Path | None, typer.Option("--case", help="Check the case's files too. 同时核验案件文件。")
]


@plain_errors
def command(
    folder: Folder,
    case: CaseFiles = None,
    head: Head = None,
    key: Key = None,
    authority: Authority = None,
    lang: LangOption = None,
) -> None:
    """Compare every file with its manifest, offline; what is added or missing counts too.

    Exit code 1 if anything differs. The head of a run, kept elsewhere, shows a run made anew.
    """
    from suyuan.face.cli.screen import plain  # noqa: PLC0415
    from suyuan.face.report.manifest import verify  # noqa: PLC0415  # keeps --help fast

    language, to = language_of(lang), console()
    checks = verify(folder, case, head, key, authority)
    for check in checks:
        sign = "✓" if check.good else "✗"
        to.print(plain(f"{sign} {check.file}  {check.meaning.in_(language)}"), soft_wrap=True)
    wrong = sum(not check.good for check in checks)
    notice = Text("{n} checked, {wrong} differ", "核验{n}项，{wrong}项不符")
    to.print(notice.format(n=len(checks), wrong=wrong).in_(language))
    if wrong:
        raise typer.Exit(1)
