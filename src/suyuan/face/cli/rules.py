"""``suyuan rules``: the dated rules, and which of them a case's organisations kept."""

from datetime import date
from typing import Annotated

import typer
from rich.table import Table

from suyuan.face.cli.options import (
    CaseArgument,
    LangOption,
    Out,
    console,
    language_of,
    moment,
    plain_errors,
)
from suyuan.model.errors import InputError
from suyuan.model.text import Text

app = typer.Typer(help="The dated rules and their answers. 规则。", no_args_is_help=True)
On = Annotated[str | None, typer.Option("--on", help="As of this day. 该日有效。")]


def _day(text: str | None) -> date | None:
    at = moment(text)
    return at.date() if at else None


@app.command("list")
@plain_errors
def list_(on: On = None, lang: LangOption = None) -> None:
    """Every rule: id, title, since when, and how good its source is."""
    from suyuan.rulebook import load_rules  # noqa: PLC0415  # keeps --help fast
    from suyuan.rulebook.show import list_rules  # noqa: PLC0415

    language = language_of(lang)
    table = Table()
    lines = list_rules(load_rules(), _day(on))
    for head in lines[0] if lines else {}:
        table.add_column(head)
    for line in lines:
        table.add_row(*(text.in_(language) for text in line.values()))
    console().print(table)


@app.command("show")
@plain_errors
def show(rule: str, on: On = None, lang: LangOption = None) -> None:
    """One rule whole: what it asks, its source, its dated values, its cases."""
    from suyuan.rulebook import load_rules  # noqa: PLC0415  # keeps --help fast
    from suyuan.rulebook.show import show_rule  # noqa: PLC0415

    rules = {rule_data.id: rule_data for rule_data in load_rules()}
    if rule not in rules:
        raise InputError(
            Text("No such rule.", "没有这条规则。"),
            value=rule,
            hint=Text("See: suyuan rules list", "请看：suyuan rules list"),
        )
    language = language_of(lang)
    for head, text in show_rule(rules[rule], _day(on)):
        console().print(f"{head.in_(language)}: {text.in_(language)}", markup=False)


@app.command("check")
@plain_errors
def check(case: CaseArgument, on: On = None, out: Out = None, lang: LangOption = None) -> None:
    """Ask every rule of an investigated case: kept, broken, cannot tell, not in force."""
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.rules_output import print_answers  # noqa: PLC0415

    print_answers(CaseFolder(case).results(out), _day(on), console(), language_of(lang))
