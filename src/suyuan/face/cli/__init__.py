"""The command line: ``suyuan``."""

import sys

import typer

from suyuan.face.cli import (
    check,
    decide,
    example,
    explain,
    export,
    flows,
    investigate,
    lab,
    live,
    map,  # noqa: A004  # the command's own name
    match,
    office,
    office_change,
    office_event,
    office_fees,
    office_indicators,
    office_licence,
    office_referral,
    paths,
    replay,
    report,
    rules,
    serve,
    trace,
    verify,
    warn,
    who,
)
from suyuan.face.cli.light_start import leave_out_pandas

app = typer.Typer(
    name="suyuan",
    help=(
        "溯源: from an investigation's records to the whole chain behind the scam, "
        "each claim with its evidence.\n\n"
        "Start with:  suyuan example zheng && suyuan investigate zheng"
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)
for module in (
    example,
    investigate,
    check,
    decide,
    map,
    who,
    explain,
    trace,
    paths,
    flows,
    match,
    export,
    replay,
    report,
    serve,
    verify,
    warn,
):
    app.command(module.NAME)(module.command)
app.add_typer(rules.app, name="rules")
app.add_typer(lab.app, name="lab")
app.add_typer(live.app, name="live")
for module in (office_indicators, office_change):
    office.app.command(module.NAME)(module.command)
for name, pack in (
    ("fees", office_fees),
    ("referral", office_referral),
    ("event", office_event),
    ("licence", office_licence),
):
    office.app.add_typer(pack.app, name=name)
app.add_typer(office.app, name="office")


def main() -> None:
    """Entry point of the ``suyuan`` command: a process of its own, with one thing to do."""
    leave_out_pandas(sys.argv[1:])
    app()
