"""Worlds made and investigated with every candidate listed, and scorecards fitted on them."""

from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path

from suyuan.lab.fit import Worlds, fit_files
from suyuan.lab.world import make_world
from suyuan.model.progress import Silent
from suyuan.model.scorecard import Scorecard
from suyuan.pipeline import investigate
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout


def fit_cards(
    out: Path, seeds: Sequence[int], scale: float, roles: Sequence[str] | None
) -> list[Scorecard]:
    """Fit on the first two thirds of `seeds`, calibrate on the rest; into ``out/scorecards``."""
    made = [_world(out / f"seed-{seed}", seed, scale) for seed in seeds]
    part = max(len(made) * 2 // 3, 1)
    note = {"scenario": "515", "scale": scale, "fitting": list(seeds[:part])}
    worlds = Worlds(made[:part], made[part:], note | {"calibrating": list(seeds[part:])})
    with as_file(files("suyuan.catalog") / "scorecards") as folder:
        return fit_files(Path(folder), worlds, out / "scorecards", roles)


def _world(folder: Path, seed: int, scale: float) -> tuple[Path, Path]:
    results = folder / "results"
    if not (results / "findings.parquet").exists():
        make_world(folder, "515", scale, seed)
        layout = Layout(results)
        with DuckEngine(layout.work) as engine:
            investigate(folder / "case", layout, engine, Silent(), listed=0.0)
    return results, folder / "truth"
