"""Worlds made and investigated with every candidate listed, and scorecards fitted on them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path

from suyuan.lab.fit import ScorecardFit, Worlds, fit_files
from suyuan.lab.fitting.reweighing import WeightPolicy
from suyuan.lab.parallel import map_jobs
from suyuan.lab.world import make_world
from suyuan.model.errors import InputError
from suyuan.model.progress import Progress, Silent
from suyuan.model.text import Text
from suyuan.run.investigation import investigate
from suyuan.run.order import steps
from suyuan.run.reuse import Reuse
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout
from suyuan.store.steps import needed_for

#: Steps whose tables no scorecard is fitted on.
UNFITTED_STEPS = frozenset({"compliance", "detect breach", "at risk", "cuts"})
#: Where a world's results lie that list every candidate (a trial's list only the likely ones).
EVERYONE = "results-everyone"
#: Seeds from here on are for trials: nothing may be fitted on them.
TRIALS = 101


@dataclass(frozen=True)
class Recipe:
    """A kind of world to fit on."""

    scenario: str | Path = "515"
    knobs: Mapping[str, float] = field(default_factory=dict)
    for_calibration: bool = False


#: Taken in turn: plain, rough, evasive, crowded, wide worlds, and two with nobody to find.
RECIPES = (
    Recipe(),
    Recipe(knobs={"noise": 2.0, "missing": 2.0}),
    Recipe("wide", for_calibration=True),
    Recipe(knobs={"evasion": 2.0, "report_rate": 2.0}),
    Recipe("firms"),
    Recipe(knobs={"lookalikes": 2.0, "prevalence": 0.5}, for_calibration=True),
    Recipe("wide"),
    Recipe(knobs={"shared_devices": 2.0, "wording": 2.0, "report_delay": 2.0}),
    Recipe(for_calibration=True),
    Recipe("wide"),
    Recipe("quiet", for_calibration=True),
    Recipe(knobs={"evasion": 0.5, "noise": 0.5}),
)


@dataclass(frozen=True)
class FitWorlds:
    """What to fit on: worlds to be made, or folders of worlds that are there already.

    ``scenario`` and ``knobs`` replace those of :data:`RECIPES`. In the folders of ``there`` each
    world has ``case`` and ``truth``; every third calibrates.
    """

    seeds: Sequence[int]
    scale: float = 0.001
    scenario: str | Path | None = None
    knobs: Mapping[str, float] = field(default_factory=dict)
    there: Sequence[Path] = ()

    def recipe(self, place: int) -> Recipe:
        recipe = RECIPES[place % len(RECIPES)]
        if self.scenario is None and not self.knobs:
            return recipe
        return Recipe(self.scenario or "515", self.knobs, place % 3 == 2)


def fit_cards(
    out: Path,
    request: FitWorlds,
    *,
    roles: Sequence[str] | None = None,
    weights: WeightPolicy = WeightPolicy.ADJUSTED,
    jobs: int = 1,
    progress: Progress | None = None,
) -> list[ScorecardFit]:
    """Scorecards fitted on the worlds wanted; into ``out/scorecards``.

    Worlds that have been made and investigated are not made or investigated again. Raises
    :class:`InputError` where a world's seed is one of those that trials use.
    """
    recipes = _existing_worlds(request.there) if request.there else _to_make(out, request)
    folders = [folder for folder, _ in recipes]
    title = Text("Worlds made and investigated", "生成并分析的世界")
    map_jobs(partial(_investigate_world, dict(recipes), request), folders, jobs=jobs, title=title,
         progress=progress)  # fmt: skip
    manifests = [_manifest(folder) for folder in folders]
    calibration_folders = {folder for folder, recipe in recipes if recipe.for_calibration}
    pairs = {folder: (folder / EVERYONE, folder / "truth") for folder in folders}
    worlds = Worlds(
        [pairs[f] for f in folders if f not in calibration_folders],
        [pairs[f] for f in folders if f in calibration_folders],
        _note(manifests, [f in calibration_folders for f in folders]),
    )
    with as_file(files("suyuan.catalog") / "scorecards") as cards:
        return fit_files(Path(cards), worlds, out / "scorecards", roles, weights)


def _to_make(out: Path, request: FitWorlds) -> list[tuple[Path, Recipe]]:
    if any(seed >= TRIALS for seed in request.seeds):
        raise _for_trials(request.seeds)
    return [(out / f"seed-{seed}", request.recipe(n)) for n, seed in enumerate(request.seeds)]


def _existing_worlds(there: Sequence[Path]) -> list[tuple[Path, Recipe]]:
    folders = [p.parents[1] for base in there for p in sorted(base.glob("*/truth/manifest.json"))]
    if not folders:
        raise InputError(
            Text("There is no world in these folders.", "这些目录中没有世界。"), value=there
        )
    return [(path, Recipe(for_calibration=n % 3 == 2)) for n, path in enumerate(folders)]


def _investigate_world(recipes: Mapping[Path, Recipe], request: FitWorlds, folder: Path) -> None:
    if not (folder / "truth" / "manifest.json").is_file():
        recipe, seed = recipes[folder], int(folder.name.rpartition("-")[2])
        make_world(folder, recipe.scenario, request.scale, seed, recipe.knobs)
    if not (folder / EVERYONE / "signals.parquet").is_file():
        list_everyone(folder / "case", folder / EVERYONE)


def list_everyone(case: Path, results: Path) -> None:
    """Investigate with every candidate listed, without what no scorecard is fitted on."""
    layout = Layout(results)
    step_names = {step.name for step in steps()} - UNFITTED_STEPS
    with DuckEngine(layout.work) as engine:
        investigate(case, layout, engine, Silent(), listed=0.0, only=step_names, reuse=Reuse.OFF)


def try_out(case: Path, results: Path, as_of: datetime | None) -> None:
    """An investigation for a trial: no report; as of a moment, the at-risk list alone."""
    layout = Layout(results)
    order = steps() if as_of is None else needed_for(["at_risk"], steps())
    with DuckEngine(layout.work) as engine:
        investigate(
            case,
            layout,
            engine,
            Silent(),
            as_of=as_of,
            only={step.name for step in order},
            reuse=Reuse.OFF,
        )


def _manifest(folder: Path) -> dict[str, object]:
    content = json.loads((folder / "truth" / "manifest.json").read_text(encoding="utf-8"))
    if int(content["seed"]) >= TRIALS:
        raise _for_trials(content["seed"])
    return dict(content)


def _note(manifests: Sequence[Mapping[str, object]], fresh: Sequence[bool]) -> dict[str, object]:
    """What the worlds were, as it stands in the scorecard."""
    kinds = sorted({str(m["scenario"]) for m in manifests})
    scales = sorted({float(str(m["scale"])) for m in manifests})
    pairs = list(zip(manifests, fresh, strict=True))
    return {
        "scenario": kinds[0] if len(kinds) == 1 else kinds,
        "scale": scales[0] if len(scales) == 1 else scales,
        "knobs": "varied" if any(m["knobs"] for m in manifests) else "1",
        "fitting": [m["seed"] for m, for_calibration in pairs if not for_calibration],
        "calibrating": [m["seed"] for m, for_calibration in pairs if for_calibration],
    }


def _for_trials(value: object) -> InputError:
    return InputError(
        Text("These seeds are for trials; nothing may be fitted on them.", "这些种子只用于试验。"),
        value=value,
        hint=Text(f"Fit on seeds under {TRIALS}.", f"请使用小于 {TRIALS} 的种子。"),
    )
