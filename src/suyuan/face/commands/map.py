"""``suyuan map``: help with a file that no profile knows."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from suyuan.face.options import LangOption, console, spoken, told_plainly
from suyuan.model.text import Language, Text

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
    from suyuan.ingest.mapping.proposing import known_as, propose_mapping, write_profile  # noqa: PLC0415

    language, to = spoken(lang), console()
    if table is None and (known := known_as(file)) is not None:
        to.print(_KNOWN.format(title=known.title.in_(language)).in_(language), markup=False)
        return
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
    if proposal.direction:
        to.print(_DIRECTION.format(header=proposal.direction.header).in_(language), markup=False)
    if not yes:
        turned = proposal.direction.header if proposal.direction else None
        columns = {c.header: c.ours for c in proposal.columns if c.header != turned}
        proposal = proposal.with_(_ask(proposal.table, columns, language))
    lacking = [name for name in proposal.lacking if name != "payment_id"]
    if lacking:
        to.print(_LACKING.format(names=", ".join(lacking)).in_(language), markup=False)
    written = write_profile(file.parent, name or file.stem, proposal)
    to.print(Text("Profile: {path}", "映射配置:{path}").format(path=written).in_(language))


def _ask(table: str, columns: dict[str, str | None], language: Language) -> dict[str, str | None]:
    """What a person says of each column; asked again until it is a column of ours, or nothing."""
    from suyuan.model.records import RECORDS  # noqa: PLC0415  # keeps --help fast

    ours = {column.name for column in RECORDS[table]}
    typer.echo(_OURS.format(names=", ".join(RECORDS[table].names)).in_(language))
    answers: dict[str, str | None] = {}
    for header, proposed in columns.items():
        prompt = _ASKED.format(header=header).in_(language)
        answer = typer.prompt(prompt, default=proposed or "-").strip()
        while answer not in {*ours, "-"}:
            typer.echo(_UNKNOWN.format(answer=answer).in_(language))
            answer = typer.prompt(prompt, default=proposed or "-").strip()
        if answer != (proposed or "-"):
            answers[header] = None if answer == "-" else answer
    return answers


_KNOWN = Text(
    "This file is known already ({title}); it is read as it is. To map it anew, say --table.",
    "该文件已能识别({title}),无需映射;如要重新映射,请加 --table。",
)
_DIRECTION = Text(
    "{header} says which way each row went: rows are told from the own account's side.",
    "“{header}”表明每行的方向:按本方账户的视角还原收付双方。",
)
_LACKING = Text(
    "No row can stand without: {names}. Say which column it is, or it is not read.",
    "缺少必需列:{names};不指明则该文件的行均不成立。",
)
_OURS = Text("Columns: {names}", "标准列:{names}")
_ASKED = Text("{header} is (-: ignore)", "{header} 是(- 表示忽略)")
_UNKNOWN = Text("There is no column {answer}.", "没有“{answer}”这一列。")
