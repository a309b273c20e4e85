"""Fixtures shared by all tests: one test body, every engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    from suyuan.store.spark import SparkEngine

    with SparkEngine(tmp_path_factory.mktemp("spark"), master="local[1]") as engine:
        yield engine


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Each engine in turn: a test that takes it runs once on each."""
    if request.param == "spark":
        yield request.getfixturevalue("spark")
    else:
        with DuckEngine(tmp_path / "work") as duck:
            yield duck
