"""Scores of the lab as tables in the terminal, or as JSON."""

from collections.abc import Iterable, Mapping
from math import isnan
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

from suyuan.model.text import Language, Text

if TYPE_CHECKING:
    from suyuan.lab.fit import ScorecardFit
    from suyuan.lab.score import Scores

#: Each score's mean with the low and high end of its interval.
Summary = Mapping[str, tuple[float, float, float]]
_MEAN = Text("Mean (95 % interval)", "均值（95%区间）")
_SCORE = Text("score", "分数")


def print_scores(scores: "Scores", to: Console, language: Language) -> None:
    """A line for each score of one world."""
    heads = (Text("group", "组别"), Text("of", "对象"), _SCORE, Text("value", "数值"))
    table = _table(heads, language, Text("Scores", "评分"))
    for name, value in scores.flat().items():
        group, _, rest = name.partition("/")
        of, _, measure = rest.rpartition("/")
        table.add_row(group, of, measure, f"{value:.4g}")
    to.print(table)


def print_summaries(
    own_summary: Summary, foreign_summary: Summary, to: Console, language: Language, *, json: bool
) -> None:
    """Means over our own worlds, over those of others, or both side by side."""
    if json:
        from suyuan.lab.trial import as_json  # noqa: PLC0415  # keeps --help fast

        typer.echo(
            as_json({**own_summary, **{f"foreign/{k}": v for k, v in foreign_summary.items()}})
        )
    elif foreign_summary:
        to.print(_comparison(own_summary, foreign_summary, language))
    else:
        to.print(_means(own_summary, language))


def print_fits(fits: Iterable["ScorecardFit"], to: Console, language: Language) -> None:
    """How well each scorecard told guilty from innocent before and after it was fitted."""
    heads = (
        *(Text("role", "角色"), Text("guilty", "涉案数")),
        *(Text("average precision", "平均精确率"), Text("F1", "F1"), Text("Brier", "Brier")),
    )
    table = _table(heads, language)
    for fit in fits:
        pairs = [f"{a:.3f} → {b:.3f}" for a, b in zip(fit.before, fit.after, strict=True)]
        table.add_row(fit.card.role, str(fit.card.fitted_on["guilty"]), *pairs)
    to.print(table)


def _comparison(own_summary: Summary, foreign_summary: Summary, language: Language) -> Table:
    """What only our own worlds reach was learnt from them."""
    heads = (_SCORE, Text("our own worlds", "自建世界"), Text("worlds of others", "外部世界"))
    table = _table(heads, language, _MEAN)
    for name in sorted(foreign_summary):
        cells = [_cell(summary.get(name)) for summary in (own_summary, foreign_summary)]
        if any(cells):
            table.add_row(name, *cells)
    return table


def _means(summary: Summary, language: Language) -> Table:
    """A line for each score that has a meaning in these worlds."""
    table = _table((_SCORE, Text("mean", "均值")), language, _MEAN)
    for name, (mean, low, high) in summary.items():
        if not isnan(mean):
            table.add_row(name, f"{mean:.4g} ({low:.4g} … {high:.4g})")
    return table


def _table(heads: Iterable[Text], language: Language, title: Text | None = None) -> Table:
    table = Table(title=title.in_(language) if title else None, title_justify="left")
    for head in heads:
        table.add_column(head.in_(language))
    return table


def _cell(interval: tuple[float, float, float] | None) -> str:
    if interval is None or isnan(interval[0]):
        return ""
    mean, low, high = interval
    return f"{mean:.3f} ({low:.3f} … {high:.3f})"
