"""``suyuan lab``: invented worlds with their truth, scores, trials and fitting."""

from collections.abc import Mapping
from enum import StrEnum
from math import isnan
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from suyuan.face.cli.options import LangOption, console, language_of, plain_errors
from suyuan.lab.fitting.reweighing import WeightPolicy
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text

app = typer.Typer(
    help="Invented worlds with their truth: make, score, try, fit. 模拟世界。", no_args_is_help=True
)
Scenario = Annotated[str, typer.Option("--scenario", help="A name, or a YAML file. 场景。")]
Scale = Annotated[float, typer.Option("--scale", help="0.001, 0.01 or 1. 规模。")]
Knobs = Annotated[
    list[str] | None, typer.Option("--knob", help="name=0..3; may be repeated. 旋钮。")
]
Seeds = Annotated[int, typer.Option("--seeds", help="How many worlds. 世界数。")]
Jobs = Annotated[int, typer.Option("--jobs", help="Worlds at a time. 并行数。")]
First = Annotated[int, typer.Option("--first-seed", help="The first seed. 首个种子。")]


class CaseFormat(StrEnum):
    """What the case's files may be written as."""

    PARQUET = "parquet"
    CSV = "csv"


def _knobs(options: list[str] | None) -> dict[str, float]:
    try:
        return {n: float(v) for n, _, v in (option.partition("=") for option in options or ())}
    except ValueError as error:
        raise InputError(
            Text("Write a knob as name=number.", "旋钮写作 名称=数值。"), value=options
        ) from error


@app.command()
@plain_errors
def world(
    out: Path,
    scenario: Scenario = "515",
    scale: Scale = 0.001,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, same bytes. 种子。")] = 1,
    knob: Knobs = None,
    format: Annotated[  # noqa: A002  # the option's name
        CaseFormat, typer.Option("--format", help="Files of the case. 案件文件格式。")
    ] = CaseFormat.PARQUET,
    lang: LangOption = None,
) -> None:
    """Write OUT/case (standard tables) and OUT/truth (what really happened)."""
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415  # keeps --help fast
    from suyuan.lab.world import make_world  # noqa: PLC0415

    with Bars(console(), language_of(lang)) as bars:
        manifest = make_world(
            out, _scenario(scenario), scale, seed, _knobs(knob), bars, form=format.value
        )
    console().print(f"{sum(manifest.rows.values()):,} rows → {out}")


def _scenario(name: str) -> str | Path:
    return Path(name) if name.endswith((".yml", ".yaml")) else name


@app.command()
@plain_errors
def score(
    results: Path,
    truth: Path,
    json: Annotated[bool, typer.Option("--json", help="As JSON. 输出JSON。")] = False,
    lang: LangOption = None,
) -> None:
    """Score result tables against a world's truth, with prevalence and naive rivals beside."""
    from suyuan.lab.score import score as scored  # noqa: PLC0415  # keeps --help fast

    scores = scored(results, truth)
    if json:
        typer.echo(scores.json())
        return
    table = Table(title=Text("Scores", "评分").in_(language_of(lang)), title_justify="left")
    for head in ("group", "of", "score", "value"):
        table.add_column(head)
    for name, value in scores.flat().items():
        group, _, rest = name.partition("/")
        of, _, measure = rest.rpartition("/")
        table.add_row(group, of, measure, f"{value:.4g}")
    console().print(table)


@app.command()
@plain_errors
def trial(
    out: Annotated[Path, typer.Option("--out", help="Folder for the worlds. 目录。")],
    seeds: Seeds = 10,
    first_seed: First = 101,
    scenario: Scenario = "515",
    scale: Scale = 0.001,
    knob: Knobs = None,
    sweep: Annotated[
        str | None, typer.Option("--sweep", help="A knob to turn from 0 to 3. 扫描旋钮。")
    ] = None,
    worlds: Annotated[
        Path | None,
        typer.Option("--worlds", help="Worlds of other simulators, scored beside. 外部世界。"),
    ] = None,
    checks: Annotated[
        bool,
        typer.Option("--checks/--no-checks", help="What simple means reach too. 模拟器检验。"),
    ] = True,
    jobs: Jobs = 1,
    json: Annotated[bool, typer.Option("--json", help="As JSON. 输出JSON。")] = False,
    lang: LangOption = None,
) -> None:
    """Make worlds, investigate them, and print means with 95 % intervals (or a curve)."""
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415
    from suyuan.lab import foreign  # noqa: PLC0415
    from suyuan.lab import trial as trials  # noqa: PLC0415
    from suyuan.run.trials import try_out  # noqa: PLC0415  # keeps --help fast

    numbers = tuple(range(first_seed, first_seed + seeds))
    plan = trials.Plan(_scenario(scenario), scale, numbers, _knobs(knob), has_checks=checks)
    with Bars(Console(stderr=True), language_of(lang)) as bars:
        if sweep:
            curve = trials.sweep(try_out, out, plan, sweep, progress=bars, jobs=jobs)
        else:
            summary = trials.trial(try_out, out, plan, bars, jobs=jobs).summary() if seeds else {}
        foreign_summary = (
            foreign.foreign_trial(
                try_out, foreign.foreign_worlds(worlds), out / "foreign", bars, jobs=jobs
            )
            if worlds
            else {}
        )
    if sweep:
        names = sorted(n for n in next(iter(curve.values())) if n.endswith("average_precision"))
        picture = out / f"{sweep}.png"
        trials.draw(curve, sweep, names, picture)
        console().print(str(picture))
    elif json:
        typer.echo(
            trials.as_json(summary | {f"foreign/{k}": v for k, v in foreign_summary.items()})
        )
    elif foreign_summary:
        _print_both(summary, foreign_summary, language_of(lang))
    else:
        _print_summary(summary, language_of(lang))


def _print_both(
    own: Mapping[str, tuple[float, float, float]],
    foreign_summary: Mapping[str, tuple[float, float, float]],
    lang: Language,
) -> None:
    """Our own worlds and those of others side by side: what only the first reach was learnt."""
    table = Table(title=Text("Mean (95 % interval)", "均值(95%区间)").in_(lang))
    for head in (
        Text("score", "分数"),
        Text("our own worlds", "自建世界"),
        Text("worlds of others", "外部世界"),
    ):
        table.add_column(head.in_(lang))
    for name in sorted(foreign_summary):
        cells = [_cell(summary.get(name)) for summary in (own, foreign_summary)]
        if any(cells):
            table.add_row(name, *cells)
    console().print(table)


def _cell(interval: tuple[float, float, float] | None) -> str:
    if interval is None or isnan(interval[0]):
        return ""
    mean, low, high = interval
    return f"{mean:.3f} ({low:.3f} … {high:.3f})"


def _print_summary(summary: Mapping[str, tuple[float, float, float]], lang: Language) -> None:
    """A line for each score that has a meaning in these worlds."""
    table = Table(title=Text("Mean (95 % interval)", "均值(95%区间)").in_(lang))
    table.add_column("score")
    table.add_column("mean")
    for name, (mean, low, high) in summary.items():
        if not isnan(mean):
            table.add_row(name, f"{mean:.4g} ({low:.4g} … {high:.4g})")
    console().print(table)


@app.command()
@plain_errors
def fit(
    out: Annotated[Path, typer.Option("--out", help="Folder for worlds and cards. 目录。")],
    seeds: Seeds = 12,
    first_seed: First = 1,
    scale: Scale = 0.001,
    scenario: Annotated[
        str | None, typer.Option("--scenario", help="For all worlds; else varied. 场景。")
    ] = None,
    knob: Knobs = None,
    worlds: Annotated[
        list[Path] | None,
        typer.Option("--worlds", help="Folder of worlds already made; repeatable. 已有世界。"),
    ] = None,
    role: Annotated[
        list[str] | None, typer.Option("--role", help="Only this role. 只拟合此角色。")
    ] = None,
    weights: Annotated[
        WeightPolicy,
        typer.Option("--weights", help="adjusted, kept or new. 调整、保留或重新拟合。"),
    ] = WeightPolicy.ADJUSTED,
    jobs: Jobs = 1,
    lang: LangOption = None,
) -> None:
    """Fit scorecards on invented worlds, some of which calibrate; writes OUT/scorecards."""
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415
    from suyuan.run.trials import FitWorlds, fit_cards  # noqa: PLC0415  # keeps --help fast

    world_plan = FitWorlds(
        range(first_seed, first_seed + seeds),
        scale,
        _scenario(scenario) if scenario else None,
        _knobs(knob),
        worlds or (),
    )
    with Bars(Console(stderr=True), language_of(lang)) as bars:
        fits = fit_cards(out, world_plan, roles=role, weights=weights, jobs=jobs, progress=bars)
    table = Table("role", "guilty", "average precision", "F1", "Brier")
    for card_fit in fits:
        pairs = [f"{a:.3f} → {b:.3f}" for a, b in zip(card_fit.before, card_fit.after, strict=True)]
        table.add_row(card_fit.card.role, str(card_fit.card.fitted_on["guilty"]), *pairs)
    console().print(table)
    notice = Text("{n} scorecards written to {to}", "已写出{n}个评分卡到 {to}")
    console().print(notice.format(n=len(fits), to=out / "scorecards").in_(language_of(lang)))
