"""The tracing of money in a process beside leaves the same bytes, whatever becomes of it."""

import hashlib
import json
from pathlib import Path

import pytest

from suyuan.model.progress import Silent
from suyuan.run import investigation, trace_process
from suyuan.run.investigation import investigate
from suyuan.run.order import steps
from suyuan.run.reuse import Reuse
from suyuan.run.trace_process import ProcessBeside, late, run_beside
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout

ZHENG = Path(__file__).parents[2] / "examples" / "zheng"
ONLY = frozenset({"decisions", "identity", "money"})


def run(out: Path, reuse: Reuse = Reuse.YES, only: frozenset[str] = ONLY) -> dict[str, str]:
    layout = Layout(out)
    with DuckEngine(layout.work) as engine:
        investigate(ZHENG, layout, engine, Silent(), only=only, reuse=reuse)
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in out.glob("*.parquet")}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(tmp_path_factory.mktemp("alone") / "out")


def test_what_another_process_kept_is_found(tmp_path: Path, alone: dict[str, str]) -> None:
    out = tmp_path / "out"
    run(out, only=frozenset({"decisions", "identity"}))
    process = ProcessBeside()
    process.begin(Layout(out), "Asia/Shanghai", None, 0.01)
    assert process.wait() > 0.0
    assert run(out) == alone
    steps = json.loads((out / "run.json").read_text("utf-8"))["steps"]
    assert [one["step"] for one in steps if one["reused"]] == ["decisions", "identity", "money"]


def test_a_process_that_ends_early_is_made_good(
    tmp_path: Path, alone: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(ProcessBeside):
        def begin(self, *_: object) -> None:
            self.stop()

    monkeypatch.setattr(investigation, "ProcessBeside", Failing)
    monkeypatch.setattr(investigation, "is_compiled", lambda: False)
    monkeypatch.setattr(investigation, "note_compiled", lambda: None)
    monkeypatch.setattr(investigation, "steps", _few(investigation.steps))
    layout = Layout(tmp_path / "out")
    with DuckEngine(layout.work) as engine:
        investigate(ZHENG, layout, engine, Silent())
    found = {
        p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in layout.out.glob("*.parquet")
    }
    assert found == alone


def test_a_large_case_is_not_held_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(tmp_path / "out", only=frozenset({"decisions", "identity"}))
    monkeypatch.setattr(trace_process, "LARGEST", 0)
    process = ProcessBeside()
    process.begin(Layout(tmp_path / "out"), "Asia/Shanghai", None, 0.01)
    process.wait()
    kept = (tmp_path / "out" / ".suyuan" / "steps").glob("*.json")
    assert "money" not in {json.loads(path.read_text())["step"] for path in kept}


def test_it_is_the_same_step(tmp_path: Path, alone: dict[str, str]) -> None:
    out = tmp_path / "out"
    run(out, only=frozenset({"decisions", "identity"}))
    run_beside({"out": str(out), "zone": "Asia/Shanghai", "as_of": None, "listed": 0.01})
    assert run(out) == alone


def test_nothing_runs_before_what_it_reads() -> None:
    order = late(steps())
    writers = {name: place for place, each in enumerate(order) for name in each.writes}
    assert sorted(each.name for each in order) == sorted(each.name for each in steps())
    for place, each in enumerate(order):
        assert all(writers[name] < place for name in each.reads if name in writers)
    place = next(place for place, each in enumerate(order) if each.name == trace_process.STEP)
    assert place > next(p for p, each in enumerate(order) if each.name == "at risk")


def _few(every):  # type: ignore[no-untyped-def]
    return lambda **settings: [each for each in every(**settings) if each.name in ONLY]
