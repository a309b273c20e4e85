"""The tiny world and what is found in it, once for all relations."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import ibis.expr.types as ir
import pytest

from suyuan.face.api import CaseFolder
from suyuan.lab.world import make_world
from suyuan.model.progress import Silent
from suyuan.model.times import DEFAULT_ZONE
from suyuan.run.investigation import investigate
from suyuan.store.case import Results
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout
from suyuan.store.records import open_records

from .changes import Case, read


@dataclass(frozen=True)
class First:
    """The case as it is: its rows, what was found, and every table of the run, still open."""

    case: Case
    results: Results
    engine: DuckEngine
    tables: dict[str, ir.Table]


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Iterator[First]:
    folder = tmp_path_factory.mktemp("metamorphic")
    make_world(folder, Path(__file__).parent / "tiny.yml", 0.001, 1)
    layout = Layout(folder / "results")
    held: dict[str, ir.Table] = {}
    with DuckEngine(layout.work) as engine:
        investigate(folder / "case", layout, engine, Silent(), watch=held.__setitem__)
        held |= open_records(engine, layout, zone=DEFAULT_ZONE).held_tables()
        results = Results(layout.out, CaseFolder(folder / "case"))
        yield First(read(folder / "case"), results, engine, held)


def look_into(case: Path, only: frozenset[str] | None = None) -> Results:
    """Investigate another case; with `only`, by these steps alone."""
    layout = Layout(case.with_name(f"{case.name}-results"))
    with DuckEngine(layout.work) as engine:
        investigate(case, layout, engine, Silent(), only=only)
    return Results(layout.out, CaseFolder(case))
