"""``suyuan map``: help with a file that no profile knows."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from suyuan.face.options import LangOption, console, spoken, told_plainly
from suyuan.model.text import Text

NAME = "map"


@told_plainly
def command(
    file: Annotated[Path, typer.Argument(help="A file of the case. 案件中的文件。")],
    table: Annotated[str | None, typer.Option("--table", help="What it holds. 所属表。")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Name of the profile. 名称。")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take the proposal. 直接采用。")] = False,
    lang: LangOption = None,
) -> None:
    """Show the columns with samples, propose what they are, ask, and write a profile."""
    from suyuan.face.masking import mask_text  # noqa: PLC0415  # keeps --help fast
    from suyuan.ingest.proposing import propose_mapping, write_profile  # noqa: PLC0415

    language, to = spoken(lang), console()
    proposal = propose_mapping(file, table=table)
    shown = Table(title=f"{file.name} → {proposal.table}", title_justify="left")
    for head in (
        Text("column", "列"),
        Text("samples", "样例"),
        Text("ours", "标准列"),
        Text("why", "依据"),
    ):
        shown.add_column(head.in_(language), overflow="fold")
    for column in proposal.columns:
        samples = ", ".join(mask_text(sample) for sample in column.samples[:3])
        shown.add_row(column.header, samples, column.ours or "–", column.because.in_(language))
    to.print(shown)
    if proposal.lacking:
        lack = Text("Nothing found for: {names}", "未找到:{names}")
        to.print(lack.format(names=", ".join(proposal.lacking)).in_(language))
    if not yes:
        answers = _ask(proposal.columns, language)
        proposal = proposal.with_(answers)
    written = write_profile(file.parent, name or file.stem, proposal)
    to.print(Text("Profile: {path}", "映射配置:{path}").format(path=written).in_(language))


def _ask(columns: tuple, language: str) -> dict[str, str | None]:  # type: ignore[type-arg]
    said = Text("{header} is (empty: ignore)", "{header} 是(留空则忽略)")
    answers: dict[str, str | None] = {}
    for column in columns:
        prompt = said.format(header=column.header).in_("zh" if language == "zh" else "en")
        answer = typer.prompt(prompt, default=column.ours or "", show_default=True)
        if answer != (column.ours or ""):
            answers[column.header] = answer or None
    return answers
