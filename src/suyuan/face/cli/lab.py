"""``suyuan lab``: invented worlds with their truth, scores, trials and fitting."""

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from suyuan.face.cli.lab_output import print_fits, print_scores, print_summaries
from suyuan.face.cli.options import LangOption, console, language_of, plain_errors
from suyuan.lab.fitting.reweighing import WeightPolicy
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text

if TYPE_CHECKING:
    from suyuan.lab.trial import Plan, Summary

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
Out = Annotated[Path, typer.Option("--out", help="Folder for the worlds. 目录。")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON. 输出JSON。")]
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
    notice = Text("{n} rows written to {out}", "已写出{n}行到 {out}")
    line = notice.format(n=f"{sum(manifest.rows.values()):,}", out=out)
    console().print(line.in_(language_of(lang)))


def _scenario(name: str) -> str | Path:
    return Path(name) if name.endswith((".yml", ".yaml")) else name


@app.command()
@plain_errors
def score(
    results: Path,
    truth: Path,
    json: AsJson = False,
    lang: LangOption = None,
) -> None:
    """Score result tables against a world's truth, with prevalence and naive rivals beside."""
    from suyuan.lab.score import score as scored  # noqa: PLC0415  # keeps --help fast

    scores = scored(results, truth)
    if json:
        typer.echo(scores.json())
        return
    print_scores(scores, console(), language_of(lang))


@app.command()
@plain_errors
def trial(
    out: Out,
    seeds: Seeds = 10,
    first_seed: First = 101,
    scenario: Scenario = "515",
    scale: Scale = 0.001,
    knob: Knobs = None,
    checks: Annotated[
        bool,
        typer.Option("--checks/--no-checks", help="What simple means reach too. 模拟器检验。"),
    ] = True,
    worlds: Annotated[
        Path | None,
        typer.Option("--worlds", help="Worlds of other simulators, scored beside. 外部世界。"),
    ] = None,
    jobs: Jobs = 1,
    json: AsJson = False,
    lang: LangOption = None,
) -> None:
    """Make worlds, investigate them, and print means with 95 % intervals."""
    plan = _plan(seeds, first_seed, scenario, scale, knob, has_checks=checks)
    own_summary = _trial(out, plan, jobs, language_of(lang))
    foreign_summary = _foreign(worlds, out, jobs, language_of(lang)) if worlds else {}
    print_summaries(own_summary, foreign_summary, console(), language_of(lang), json=json)


@app.command()
@plain_errors
def sweep(
    knob_name: Annotated[
        str, typer.Argument(metavar="KNOB", help="The knob to turn from 0 to 3. 旋钮。")
    ],
    out: Out,
    seeds: Seeds = 10,
    first_seed: First = 101,
    scenario: Scenario = "515",
    scale: Scale = 0.001,
    knob: Knobs = None,
    jobs: Jobs = 1,
    json: AsJson = False,
    lang: LangOption = None,
) -> None:
    """A trial for each value of one knob: a curve as a picture, or as JSON."""
    plan = _plan(seeds, first_seed, scenario, scale, knob)
    _sweep(knob_name, out, plan, jobs, language_of(lang), json=json)


@app.command()
@plain_errors
def foreign(
    worlds: Annotated[Path, typer.Argument(help="Worlds of other simulators. 外部世界目录。")],
    out: Out,
    jobs: Jobs = 1,
    json: AsJson = False,
    lang: LangOption = None,
) -> None:
    """Investigate and score worlds that another simulator made."""
    foreign_summary = _foreign(worlds, out, jobs, language_of(lang))
    print_summaries({}, foreign_summary, console(), language_of(lang), json=json)


def _plan(
    seeds: int,
    first_seed: int,
    scenario: str,
    scale: float,
    knob: list[str] | None,
    *,
    has_checks: bool = False,
) -> "Plan":
    from suyuan.lab.trial import Plan  # noqa: PLC0415  # keeps --help fast

    numbers = tuple(range(first_seed, first_seed + seeds))
    return Plan(_scenario(scenario), scale, numbers, _knobs(knob), has_checks=has_checks)


def _trial(out: Path, plan: "Plan", jobs: int, language: Language) -> "Summary":
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415
    from suyuan.lab import trial as trials  # noqa: PLC0415
    from suyuan.run.trials import try_out  # noqa: PLC0415

    with Bars(Console(stderr=True), language) as bars:
        return trials.trial(try_out, out, plan, bars, jobs=jobs).summary()


def _foreign(worlds: Path, out: Path, jobs: int, language: Language) -> "Summary":
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415
    from suyuan.lab.foreign import foreign_trial, foreign_worlds  # noqa: PLC0415
    from suyuan.run.trials import try_out  # noqa: PLC0415

    with Bars(Console(stderr=True), language) as bars:
        world_folders = foreign_worlds(worlds)
        return foreign_trial(try_out, world_folders, out / "foreign", bars, jobs=jobs)


def _sweep(
    knob: str, out: Path, plan: "Plan", jobs: int, language: Language, *, json: bool
) -> None:
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415
    from suyuan.lab import trial as trials  # noqa: PLC0415
    from suyuan.run.trials import try_out  # noqa: PLC0415

    with Bars(Console(stderr=True), language) as bars:
        curve = trials.sweep(try_out, out, plan, knob, progress=bars, jobs=jobs)
    if json:
        typer.echo(trials.curve_as_json(curve))
        return
    names = sorted(n for n in next(iter(curve.values())) if n.endswith("average_precision"))
    picture = out / f"{knob}.png"
    trials.draw(curve, knob, names, picture)
    console().print(str(picture))


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
    print_fits(fits, console(), language_of(lang))
    notice = Text("{n} scorecards written to {to}", "已写出{n}个评分卡到 {to}")
    console().print(notice.format(n=len(fits), to=out / "scorecards").in_(language_of(lang)))
