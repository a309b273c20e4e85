"""``suyuan office referral``: FHIR, the shared record. 分级诊疗。"""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.office_options import As, Now, OfficeArgument, Postgres, at, clock, office_at
from suyuan.face.cli.options import LangOption, language_of, plain_errors
from suyuan.model.text import Text
from suyuan.store.drafts import write_bytes

app = typer.Typer(help="Referrals as FHIR, and the shared record. 转诊。", no_args_is_help=True)
Purpose = Annotated[str, typer.Option(help="What for; it is logged. 用途（留痕）。")]


@app.command("fhir-out")
@plain_errors
def fhir_out(
    office: OfficeArgument,
    matter: str,
    to: Annotated[Path, typer.Option("--to", help="Folder for the file. 存放文件夹。")],
    by: Annotated[str, typer.Option("--as", help="Who sends it. 办理人。")] = "",
    purpose: Purpose = "",
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Write a referral as a FHIR R4 Bundle; with a purpose, its summary too. 导出 FHIR。"""
    from suyuan.casework.fhir_bundle import referral_bundle  # noqa: PLC0415  # an extra

    with office_at(office, postgres) as there:
        export = referral_bundle(there, matter, at(now), by, purpose)
    to.mkdir(parents=True, exist_ok=True)
    write_bytes(to / export.name, export.content)
    typer.echo(str(to / export.name))
    for note in export.notes:
        typer.echo(note.in_(language_of(lang)))


@app.command("fhir-in")
@plain_errors
def fhir_in(
    office: OfficeArgument,
    file: Annotated[Path, typer.Argument(help="A FHIR Bundle, JSON. FHIR 文件。")],
    by: As,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Take in a referral, or the answer to one; lists what is not taken. 接收 FHIR。"""
    from suyuan.casework.fhir_intake import take_fhir  # noqa: PLC0415  # an extra
    from suyuan.casework.fhir_reading import MOST_BYTES  # noqa: PLC0415

    with file.open("rb") as stream:
        content = stream.read(MOST_BYTES + 1)
    with office_at(office, postgres) as there:
        receipt = take_fhir(there, content, by, at(now))
    typer.echo(receipt.matter)
    for event in receipt.events:
        typer.echo(f"  {event.number} {event.kind}")
    for text in (*receipt.refusals, *receipt.omissions):
        typer.echo(f"  ✗ {text.in_(language_of(lang))}")
    if receipt.again:
        again = Text("It was already received.", "此前已接收。")
        typer.echo(again.in_(language_of(lang)))


@app.command("record")
@plain_errors
def record(
    office: OfficeArgument,
    matter: str,
    by: As,
    purpose: Purpose,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Look into the shared record; the patient sees that you did. 查阅共享病历。"""
    from suyuan.casework.shared_records import shared_record  # noqa: PLC0415

    gap = Text("erased", "已销毁").in_(language_of(lang))
    with office_at(office, postgres) as there:
        entries = shared_record(there, matter, by, purpose, ["summary", "plan"], at(now))
    for entry in entries:
        typer.echo(f"{clock(entry.at)} {entry.act} {entry.field}: {entry.text or gap}")


@app.command("views")
@plain_errors
def views(office: OfficeArgument, matter: str, now: Now = None, postgres: Postgres = None) -> None:
    """Who looked into a record, when and what for. 查阅记录。"""
    from suyuan.casework.shared_records import record_views  # noqa: PLC0415

    with office_at(office, postgres) as there:
        record_uses = record_views(there, matter, at(now))
    for view in record_uses:
        typer.echo(f"{clock(view.at)} {view.person} {view.purpose}")
