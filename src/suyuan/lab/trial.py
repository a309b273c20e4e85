"""Trials: many worlds investigated and scored, means with intervals, and curves over a knob."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from suyuan.lab.score import Scores, score
from suyuan.lab.scoring.alerts import reported_before
from suyuan.lab.scoring.measures import interval
from suyuan.lab.setting import DAY, HOUR, SECOND, resolve
from suyuan.lab.world import make_world
from suyuan.model.errors import InputError
from suyuan.model.progress import Progress
from suyuan.model.text import Text

#: Investigates a case folder into a results folder, as of a moment (naive UTC) or with all it has.
Investigate = Callable[[Path, Path, datetime | None], None]
#: Mean and 95 % interval.
Summary = dict[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Plan:
    """Which worlds to make. ``alert_day`` (local) asks for a run as of that morning too."""

    scenario: str | Path = "515"
    scale: float = 0.001
    seeds: Sequence[int] = tuple(range(101, 111))
    knobs: Mapping[str, float] = field(default_factory=dict)
    alert_day: int | None = 21


@dataclass(frozen=True)
class Trial:
    """The scores of each world, and over all of them."""

    plan: Plan
    scores: dict[int, Scores]

    def summary(self) -> Summary:
        """Mean and 95 % interval over the worlds of every score."""
        flat = [one.flat() for one in self.scores.values()]
        names = sorted({name for one in flat for name in one})
        return {name: interval([one.get(name, float("nan")) for one in flat]) for name in names}


def trial(
    investigate: Investigate, out: Path, plan: Plan, progress: Progress | None = None
) -> Trial:
    """Make each seed's world under `out`, investigate and score it. Worlds that are there are kept.

    Raises :class:`InputError` without seeds; whatever `investigate` raises goes through.
    """
    if not plan.seeds:
        raise InputError(Text("A trial needs seeds.", "试验需要随机种子。"), value=plan.seeds)
    return Trial(
        plan,
        {
            seed: _one(investigate, out / f"seed-{seed}", plan, seed, progress)
            for seed in plan.seeds
        },
    )


def _one(
    investigate: Investigate, folder: Path, plan: Plan, seed: int, progress: Progress | None
) -> Scores:
    if not (folder / "truth" / "manifest.json").is_file():
        make_world(folder, plan.scenario, plan.scale, seed, plan.knobs, progress)
    investigate(folder / "case", folder / "results", None)
    whole = score(folder / "results", folder / "truth")
    moment = alert(plan, seed)
    if moment is None:
        return whole
    investigate(folder / "case", folder / "results-early", moment)
    early = score(folder / "results-early", folder / "truth", moment)
    return Scores(
        **{**{n: getattr(whole, n) for n in whole.__dataclass_fields__}, "at_risk": early.at_risk}
    )


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
) -> dict[float, Summary]:
    """A trial for each value of a knob: a curve, not a point."""
    found: dict[float, Summary] = {}
    for value in values:
        turned = Plan(
            plan.scenario, plan.scale, plan.seeds, {**plan.knobs, knob: value}, plan.alert_day
        )
        found[value] = trial(investigate, out / f"{knob}-{value:g}", turned).summary()
    return found


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
