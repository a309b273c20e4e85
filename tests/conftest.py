"""Fixtures shared by all tests: one test body, every engine."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from suyuan.face.api import investigate
from suyuan.store.case import Results
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine

EXAMPLES = Path(__file__).parents[1] / "examples"

# Results of the example, simulated worlds and what was found in them.
DEAR = ("zheng", "first", "checks", "world", "canary_run")

# No test is timed: machines are shared, and kernels compile on first use.
settings.register_profile("suyuan", deadline=None)
settings.load_profile("suyuan")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is dear to set up is set up once, on one worker."""
    for item in items:
        used = {*getattr(item, "fixturenames", ())}
        if item.get_closest_marker("spark"):
            item.add_marker(pytest.mark.xdist_group("spark"))
        elif dear := [name for name in DEAR if name in used]:
            item.add_marker(pytest.mark.xdist_group(dear[0]))


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    from suyuan.store.spark import SparkEngine

    with SparkEngine(tmp_path_factory.mktemp("spark"), master="local[1]") as engine:
        yield engine


@pytest.fixture(scope="session")
def zheng(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """The example of the newspaper page, investigated once."""
    return investigate(EXAMPLES / "zheng", out=tmp_path_factory.mktemp("zheng"))


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=pytest.mark.spark)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """Each engine in turn: a test that takes it runs once on each."""
    if request.param == "spark":
        yield request.getfixturevalue("spark")
    else:
        with DuckEngine(tmp_path / "work") as duck:
            yield duck


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that the tests brought up themselves."""
    from postgres_cluster import cluster, why_not

    if reason := why_not():
        pytest.skip(reason)
    with cluster() as address:
        yield address


@pytest.fixture
def postgres_schema(postgres: str) -> Iterator[str]:
    """The address of an empty schema in it."""
    import psycopg

    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
    yield f"{postgres} options='-csearch_path={name}'"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP SCHEMA {name} CASCADE")
