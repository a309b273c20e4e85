"""``suyuan office seal, verify, rebuild``: that nothing was changed. 校验。"""

from typing import Annotated

import typer

from suyuan.face.cli.office_options import Now, OfficeArgument, Postgres, at, office_at, say
from suyuan.face.cli.options import LangOption, plain_errors
from suyuan.model.text import Text


@plain_errors
def seal(office: OfficeArgument, now: Now = None, postgres: Postgres = None) -> None:
    """Print a head over all events; keep it elsewhere, and verify against it. 校验头。"""
    with office_at(office, postgres) as there:
        typer.echo(str(there.ledger.seal(at(now))))


@plain_errors
def verify(
    office: OfficeArgument,
    head: Annotated[
        list[str] | None, typer.Option("--head", help="A head given away. 曾给出的校验头。")
    ] = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Check every event, every chain and every head; 1 where something is not as it was. 校验。"""
    from suyuan.store.ledger import TreeHead  # noqa: PLC0415
    from suyuan.store.ledger import verify as check  # noqa: PLC0415

    with office_at(office, postgres) as there:
        audit = check(there.ledger, [TreeHead.read(text) for text in head or ()])
    for fault in audit.faults:
        where = "" if fault.sequence is None else f" {fault.sequence}"
        say(Text(f"✗{where} {fault.text.en}", f"✗{where} {fault.text.zh}"), lang)
    whole = Text(
        f"{audit.events} events in {audit.chains} chains: intact.",
        f"{audit.events} 条事件、{audit.chains} 条链：完整。",
    )
    faults = Text(f"{audit.faults_found} faults.", f"{audit.faults_found} 处异常。")
    say(whole if audit.whole else faults, lang)
    if not audit.whole:
        raise typer.Exit(1)


@plain_errors
def rebuild(office: OfficeArgument, postgres: Postgres = None, lang: LangOption = None) -> None:
    """Make all tables again from the events and compare; 1 where one differed. 重建。"""
    from suyuan.casework.rebuilding import rebuild as again  # noqa: PLC0415

    with office_at(office, postgres) as there:
        tables = again(there)
    for table, as_before in tables.items():
        word = Text("as before", "一致") if as_before else Text("DIFFERED", "不一致")
        say(Text(f"{table}: {word.en}", f"{table}：{word.zh}"), lang)
    if not all(tables.values()):
        raise typer.Exit(1)
