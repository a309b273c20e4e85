"""A small world, made once: scenario 515 with few ordinary calls."""

from pathlib import Path

import pytest
import yaml

from suyuan.lab.world import make_world

FEW = {
    "name": "small",
    "counts": {"ordinary_calls": [60_000, 60_000, 60_000], "payments": [60_000, 60_000, 60_000]},
}


@pytest.fixture(scope="session")
def scenario(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scenario") / "small.yml"
    path.write_text(yaml.safe_dump(FEW), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def world(scenario: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the world of seed 1."""
    out = tmp_path_factory.mktemp("world")
    make_world(out, scenario, 0.001, 1)
    return out
