"""Trials: many worlds investigated and scored, means with intervals, and curves over a knob."""

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from suyuan.lab.code_fingerprint import WORLD, fingerprint
from suyuan.lab.parallel import map_jobs
from suyuan.lab.score import score, score_at_risk
from suyuan.lab.scoring.alerts import reported_before
from suyuan.lab.scoring.measures import interval
from suyuan.lab.setting import DAY, HOUR, SECOND, resolve
from suyuan.lab.world import make_world
from suyuan.model.errors import InputError
from suyuan.model.progress import Progress
from suyuan.model.text import Text

#: Investigates a case folder into a results folder: with all it has, or (where a moment, naive UTC,
#: is given) as of then, when the at-risk list alone is asked for.
Investigate = Callable[[Path, Path, datetime | None], None]
#: Mean and 95 % interval.
Summary = dict[str, tuple[float, float, float]]
Flat = dict[str, float]


@dataclass(frozen=True)
class Plan:
    """Which worlds to make. ``alert_day`` (local) asks for a run as of that morning too.

    ``has_checks`` adds what simple means reach on the worlds (:mod:`suyuan.lab.checks`).
    """

    scenario: str | Path = "515"
    scale: float = 0.001
    seeds: Sequence[int] = tuple(range(101, 111))
    knobs: Mapping[str, float] = field(default_factory=dict)
    alert_day: int | None = 21
    has_checks: bool = False


@dataclass(frozen=True)
class Trial:
    """The scores of each world (``group/row/score`` → number), and over all of them."""

    plan: Plan
    scores: dict[int, Flat]

    def summary(self) -> Summary:
        """Mean and 95 % interval over the worlds of every score."""
        names = sorted({name for flat in self.scores.values() for name in flat})
        return {
            name: interval([flat.get(name, math.nan) for flat in self.scores.values()])
            for name in names
        }


def trial(
    investigate: Investigate,
    out: Path,
    plan: Plan,
    progress: Progress | None = None,
    *,
    jobs: int = 1,
) -> Trial:
    """Make each seed's world under `out`, investigate and score it, `jobs` at a time.

    Worlds and scores that are there, made by this very code, are kept: a trial that was cut short
    goes on. Raises :class:`InputError` without seeds; whatever `investigate` raises
    goes through.
    """
    if not plan.seeds:
        raise InputError(Text("A trial needs seeds.", "试验需要随机种子。"), value=plan.seeds)
    work = partial(_score_seed, investigate, out, plan)
    title = Text("Worlds made, investigated and scored", "生成、分析并评分的世界")
    scores = map_jobs(work, plan.seeds, jobs=jobs, title=title, progress=progress)
    if plan.has_checks:
        simple = _simulator([out / f"seed-{seed}" for seed in plan.seeds])
        scores = [flat | more for flat, more in zip(scores, simple, strict=True)]
    return Trial(plan, dict(zip(plan.seeds, scores, strict=True)))


def _simulator(worlds: Sequence[Path]) -> list[Flat]:
    try:
        from suyuan.lab.checks.check import of_trial  # noqa: PLC0415  # scikit-learn is an extra
    except ModuleNotFoundError as error:
        raise InputError(
            Text("Checking a simulator needs scikit-learn.", "检验模拟器需要scikit-learn。"),
            value=str(error.name),
            hint=Text("pip install 'suyuan[lab]', or --no-checks", "安装suyuan[lab]或--no-checks"),
        ) from error
    return of_trial(worlds)


def _score_seed(investigate: Investigate, out: Path, plan: Plan, seed: int) -> Flat:
    folder = out / f"seed-{seed}"
    setting = resolve(plan.scenario, scale=plan.scale, seed=seed, knobs=plan.knobs)
    made_by = {"code": fingerprint(), "world": setting.digest, "alert_day": plan.alert_day}
    score_file = folder / "scores.json"
    content = json.loads(score_file.read_text(encoding="utf-8")) if score_file.is_file() else {}
    if content.get("made_by") != made_by:
        manifest = folder / "truth" / "manifest.json"
        if not _is_of(manifest, setting.digest):
            make_world(folder, plan.scenario, plan.scale, seed, plan.knobs)
        content = {
            "made_by": made_by,
            "scores": _score_world(investigate, folder, alert(plan, seed)),
        }
        text = json.dumps(content, indent=2, ensure_ascii=False)
        score_file.write_text(text + "\n", encoding="utf-8")
    return {k: math.nan if v is None else v for k, v in content["scores"].items()}


def _is_of(manifest: Path, digest: str) -> bool:
    """The world is whole (its manifest comes last), of this very setting and made by this code."""
    if not manifest.is_file():
        return False
    content = json.loads(manifest.read_text(encoding="utf-8"))
    return (content["digest"], content.get("code")) == (digest, fingerprint(*WORLD))


def _score_world(
    investigate: Investigate, folder: Path, moment: datetime | None
) -> dict[str, float | None]:
    """Both runs share one results folder, so that the files are read once; the early one first."""
    results, truth = folder / "results", folder / "truth"
    early: Flat = {}
    if moment is not None:
        investigate(folder / "case", results, moment)
        early = score_at_risk(results, truth, moment)
    investigate(folder / "case", results, None)
    flat = score(results, truth).flat() | {f"at_risk/{k}": v for k, v in early.items()}
    return {k: None if math.isnan(v) else round(v, 6) for k, v in flat.items()}


def as_json(summary: Summary) -> str:
    """Each score's mean, low and high; what has no meaning is null."""
    return json.dumps(_plain(summary), indent=2, ensure_ascii=False)


def curve_as_json(curve: Mapping[float, Summary]) -> str:
    """As :func:`as_json`, under each value of the knob."""
    plain = {f"{value:g}": _plain(summary) for value, summary in curve.items()}
    return json.dumps(plain, indent=2, ensure_ascii=False)


def _plain(summary: Summary) -> dict[str, list[float | None]]:
    return {
        name: [None if math.isnan(v) else round(v, 6) for v in values]
        for name, values in summary.items()
    }


def alert(plan: Plan, seed: int) -> datetime | None:
    """Eight in the morning (local) of the alert day, naive UTC."""
    if plan.alert_day is None:
        return None
    setting = resolve(plan.scenario, scale=plan.scale, seed=seed, knobs=plan.knobs)
    moment = (setting.start + plan.alert_day * DAY + 8 * HOUR) / SECOND
    return datetime.fromtimestamp(moment, UTC).replace(tzinfo=None)


def victims_before_alert(truth: Path, alerts: Sequence[tuple[datetime, Path]]) -> dict[str, float]:
    """How many had reported before the first run that names anything rightly.

    `alerts` are moments (naive UTC) with the results as of each, in order. For each role, the
    number of the rings' reports that had been taken down by the first run with a right decision.
    """
    return reported_before(truth, alerts)


def sweep(
    investigate: Investigate,
    out: Path,
    plan: Plan,
    knob: str,
    values: Sequence[float] = (0.0, 0.5, 1.0, 2.0, 3.0),
    progress: Progress | None = None,
    *,
    jobs: int = 1,
) -> dict[float, Summary]:
    """A trial for each value of a knob: a curve, not a point."""
    curve: dict[float, Summary] = {}
    for value in values:
        knob_plan = Plan(
            plan.scenario, plan.scale, plan.seeds, {**plan.knobs, knob: value}, plan.alert_day
        )
        folder = out / f"{knob}-{value:g}"
        curve[value] = trial(investigate, folder, knob_plan, progress, jobs=jobs).summary()
    return curve


def draw(curve: Mapping[float, Summary], knob: str, scores: Sequence[str], picture: Path) -> None:
    """Draw scores over a knob, with their intervals, into a PNG or SVG (needs matplotlib)."""
    # The lab runs without the drawing library; only pictures need it.
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(7, 4.2), layout="constrained")
    axes = figure.subplots()
    values = sorted(curve)
    for name in scores:
        points = [curve[value].get(name, (float("nan"),) * 3) for value in values]
        (line,) = axes.plot(values, [p[0] for p in points], marker="o", label=name)
        axes.fill_between(
            values,
            [p[1] for p in points],
            [p[2] for p in points],
            alpha=0.15,
            color=line.get_color(),
        )
    axes.set(xlabel=f"knob {knob} (1 = default)", ylim=(0, 1.02))
    axes.grid(alpha=0.3)
    axes.legend(fontsize=8)
    figure.savefig(picture, dpi=150)
