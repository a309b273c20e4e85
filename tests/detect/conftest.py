"""DuckDB alone, for tests that need no second engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from suyuan.store.duck import DuckEngine


@pytest.fixture
def duck(tmp_path: Path) -> Iterator[DuckEngine]:
    with DuckEngine(tmp_path / "duck") as engine:
        yield engine
