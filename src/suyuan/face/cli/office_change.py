"""``suyuan office change``: new rules for running matters, by two people. 规则变更。"""

from typing import Annotated

import typer

from suyuan.face.cli.office_options import As, Now, OfficeArgument, Postgres, at, opened
from suyuan.face.cli.options import LangOption, console, spoken, told_plainly
from suyuan.model.text import Text

app = typer.Typer(
    help="Move running matters to new rules, by two people. 规则变更。", no_args_is_help=True
)
To = Annotated[str, typer.Option("--to", help="First day of the version. 新版本起始日。")]


@app.command("look")
@told_plainly
def look(
    office: OfficeArgument,
    procedure: str,
    to: To,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """List everybody whom a version would touch; nothing moves. 预览受影响事项。"""
    from suyuan.casework.rebinding import preview  # noqa: PLC0415
    from suyuan.casework.rule_changes import affected  # noqa: PLC0415
    from suyuan.face.cli.office_output import print_preview  # noqa: PLC0415

    with opened(office, postgres) as there:
        found = preview(there, procedure, to, at(now))
    touched = affected(found)
    print_preview(touched, console(), spoken(lang))
    words = Text(
        f"{len(touched)} affected of {len(found)} running.",
        f"在办 {len(found)} 件，受影响 {len(touched)} 件。",
    )
    typer.echo(words.in_(spoken(lang)))


@app.command("propose")
@told_plainly
def propose(
    office: OfficeArgument,
    procedure: str,
    to: To,
    by: As,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Propose it; another person approves. 提请变更。"""
    from suyuan.casework.rule_changes import propose_change  # noqa: PLC0415

    with opened(office, postgres) as there:
        event = propose_change(there, procedure, to, by, at(now))
    command = f"suyuan office change approve {office} {procedure} {event.number} --as …"
    words = Text(
        f"Proposed; {event.body['affected']} affected. Another person: {command}",
        f"已提请，受影响 {event.body['affected']} 件。由另一人批准：{command}",
    )
    typer.echo(words.in_(spoken(lang)))


@app.command("approve")
@told_plainly
def approve(
    office: OfficeArgument,
    procedure: str,
    proposal: int,
    by: As,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Carry out what another person proposed; each person affected finds the notice. 批准变更。"""
    from suyuan.casework.rule_changes import approve_change  # noqa: PLC0415
    from suyuan.face.cli.office_output import print_preview  # noqa: PLC0415

    with opened(office, postgres) as there:
        done = approve_change(there, procedure, proposal, by, at(now))
    print_preview(list(done.affected), console(), spoken(lang))
    words = Text(
        f"{len(done.affected)} affected and told, {done.untouched} others moved.",
        f"受影响并已告知 {len(done.affected)} 件，其余 {done.untouched} 件一并换版。",
    )
    typer.echo(words.in_(spoken(lang)))
