"""The embedded engine alone, for tests that are about rules and not about engines."""

from collections.abc import Iterator

import pytest

from suyuan.store.duck import DuckEngine


@pytest.fixture
def duck() -> Iterator[DuckEngine]:
    with DuckEngine() as engine:
        yield engine
