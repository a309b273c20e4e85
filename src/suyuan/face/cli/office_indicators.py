"""``suyuan office indicators``: what a procedure's figures are over a period. 指标。"""

from typing import Annotated

import typer

from suyuan.face.cli.office_options import OfficeArgument, Postgres, at, office_at
from suyuan.face.cli.options import LangOption, earlier_names, language_of, plain_errors
from suyuan.model.text import Language, Text

NAME = "indicators"
SETTINGS = earlier_names(**{"from": "since", "to": "until"})


@plain_errors
def command(
    office: OfficeArgument,
    procedure: str,
    since: Annotated[str | None, typer.Option("--since", help="From this day. 起始日。")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Before this day. 截止日。")] = None,
    party: Annotated[str | None, typer.Option(help="Of this party's matters. 单位。")] = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Counts, shares and times of a procedure, as its sheet in the catalog says. 指标。"""
    from suyuan.casework.indicators import indicators, load_indicators  # noqa: PLC0415

    start, end = (None if day is None else at(day) for day in (since, until))
    with office_at(office, postgres) as there:
        lines = indicators(there, procedure, start, end, party)
    typer.echo(load_indicators()[procedure].title.in_(language_of(lang)))
    for line in lines:
        figure = (
            "–" if line.value is None else f"{line.value:.1%}" if line.share else f"{line.value:g}"
        )
        parts = [
            f"  {line.title.in_(language_of(lang))}: {figure}",
            *_details(line, language_of(lang)),
        ]
        typer.echo(" · ".join(parts))


def _details(line: object, language: Language) -> list[str]:
    from suyuan.casework.indicators import Indicator  # noqa: PLC0415

    assert isinstance(line, Indicator)
    parts = []
    if line.median_hours is not None and line.p90_hours is not None:
        words = Text(
            f"median {line.median_hours:.2f} h, 90 % within {line.p90_hours:.2f} h",
            f"中位 {line.median_hours:.2f} 小时，九成在 {line.p90_hours:.2f} 小时内",
        )
        parts.append(words.in_(language))
    for number, words in (
        (line.open, Text(f"{line.open} open", f"未了结 {line.open}")),
        (line.late, Text(f"{line.late} late", f"逾期 {line.late}")),
    ):
        if number:
            parts.append(words.in_(language))
    return [*parts, *(f"{reason} × {times}" for reason, times in line.reasons)]
