"""The command line: ``suyuan``."""

import typer

from suyuan.face.commands import (
    check,
    decide,
    explain,
    export,
    investigate,
    lab,
    map,  # noqa: A004  # the command's own name
    match,
    replay,
    report,
    rules,
    trace,
    verify,
    who,
)

app = typer.Typer(
    name="suyuan",
    help=(
        "溯源: from an investigation's records to the whole chain behind the scam, "
        "each claim with its evidence.\n\n"
        "Start with:  suyuan investigate examples/zheng"
    ),
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_show_locals=False,
)
for module in (
    investigate,
    check,
    decide,
    map,
    who,
    explain,
    trace,
    match,
    export,
    replay,
    report,
    verify,
):
    app.command(module.NAME)(module.command)
app.add_typer(rules.app, name="rules")
app.add_typer(lab.app, name="lab")


def main() -> None:
    """Entry point of the ``suyuan`` command."""
    app()
