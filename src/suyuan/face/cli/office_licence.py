"""``suyuan office licence``: permits of a firm, scans and who may use them. 证照分离。"""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.office_options import Now, OfficeArgument, Postgres, at, clock, opened
from suyuan.face.cli.options import LangOption, spoken, told_plainly
from suyuan.model.text import Text

app = typer.Typer(help="Licences, permits, scanned documents. 证照、材料。", no_args_is_help=True)


@app.command("permits")
@told_plainly
def permits(
    office: OfficeArgument,
    matter: str,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """The permits that a business licence began, and how each stands. 关联许可。"""
    from suyuan.casework.linked import begun_by  # noqa: PLC0415

    with opened(office, postgres) as there:
        found = begun_by(there, matter, at(now))
    for each in found:
        typer.echo(f"{each.matter} {each.fields.get('item', '')} {each.state.in_(spoken(lang))}")


@app.command("scan")
@told_plainly
def scan(
    office: OfficeArgument,
    file: Annotated[Path, typer.Argument(help="PDF, JPEG, PNG, TIFF or OFD. 扫描件。")],
    owner: Annotated[str, typer.Option(help="Whose it is. 材料所有人。")],
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Keep a document, sealed; the same bytes again are the same document. 存入扫描件。"""
    from suyuan.casework.scans import take_scan  # noqa: PLC0415

    with opened(office, postgres) as there, file.open("rb") as stream:
        size = file.stat().st_size
        kept = take_scan(there, office, stream, file.name, size, owner)
    again = Text("was there before", "此前已存入").in_(spoken(lang))
    typer.echo(f"{kept.document}{f' ({again})' if kept.again else ''}")


@app.command("grants")
@told_plainly
def grants(
    office: OfficeArgument,
    document: str,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Who may use a scanned document, what for, until when, and how often they did. 共享清单。"""
    from suyuan.casework.linked import grants_of  # noqa: PLC0415

    with opened(office, postgres) as there:
        found = grants_of(there, document, at(now))
    for each in found:
        uses = Text(f"{each.uses} uses", f"使用 {each.uses} 次").in_(spoken(lang))
        typer.echo(
            f"{each.matter} {each.agency} {each.purpose} → {clock(each.until)}"
            f" {uses} {clock(each.last_use)} {each.state}"
        )
