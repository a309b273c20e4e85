"""``suyuan office licence``: permits of a firm, scans and who may use them. 证照分离。"""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.office_options import Now, OfficeArgument, Postgres, at, clock, office_at
from suyuan.face.cli.options import LangOption, language_of, plain_errors
from suyuan.model.text import Text

app = typer.Typer(help="Licences, permits, scanned documents. 证照、材料。", no_args_is_help=True)


@app.command("permits")
@plain_errors
def permits(
    office: OfficeArgument,
    matter: str,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """The permits that a business licence began, and how each stands. 关联许可。"""
    from suyuan.casework.linked_matters import begun_by  # noqa: PLC0415

    with office_at(office, postgres) as there:
        matters = begun_by(there, matter, at(now))
    for permit in matters:
        typer.echo(
            f"{permit.matter} {permit.fields.get('item', '')} {permit.state.in_(language_of(lang))}"
        )


@app.command("scan")
@plain_errors
def scan(
    office: OfficeArgument,
    file: Annotated[Path, typer.Argument(help="PDF, JPEG, PNG, TIFF or OFD. 扫描件。")],
    owner: Annotated[str, typer.Option(help="Whose it is. 材料所有人。")],
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Keep a document, sealed; the same bytes again are the same document. 存入扫描件。"""
    from suyuan.casework.scans import take_scan  # noqa: PLC0415

    with office_at(office, postgres) as there, file.open("rb") as stream:
        size = file.stat().st_size
        receipt = take_scan(there, office, stream, file.name, size, owner)
    again = Text("was there before", "此前已存入").in_(language_of(lang))
    typer.echo(f"{receipt.document}{f' ({again})' if receipt.again else ''}")


@app.command("grants")
@plain_errors
def grants(
    office: OfficeArgument,
    document: str,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Who may use a scanned document, what for, until when, and how often they did. 共享清单。"""
    from suyuan.casework.linked_matters import grants_of  # noqa: PLC0415

    with office_at(office, postgres) as there:
        document_grants = grants_of(there, document, at(now))
    for grant in document_grants:
        uses = Text(f"{grant.uses} uses", f"使用 {grant.uses} 次").in_(language_of(lang))
        typer.echo(
            f"{grant.matter} {grant.agency} {grant.purpose} → {clock(grant.until)}"
            f" {uses} {clock(grant.last_use)} {grant.state}"
        )
