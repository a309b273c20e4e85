"""A run that reuses what an earlier one kept leaves the same bytes as one that runs every step."""

import hashlib
import json
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from suyuan.model.progress import Silent
from suyuan.run.investigation import investigate
from suyuan.run.reuse import Reuse
from suyuan.run.step_runs import Timing
from suyuan.store.duck import DuckEngine
from suyuan.store.generations import in_force
from suyuan.store.layout import Layout
from suyuan.store.manifests import read_manifest

ZHENG = Path(__file__).parents[2] / "examples" / "zheng"
#: Enough of the order to have a chain of three, and little enough to be run a dozen times.
STEPS = frozenset({"decisions", "identity", "reading", "detect scam_caller", "link", "chain"})
#: Steps that hear of a word on a caller, and those that a call is an input of.
CALLER = {"decisions", "detect scam_caller", "link", "chain"}
FILES = ("reports.xlsx", "calls.csv", "orders.csv", "sims.csv", "case.toml", "parties.csv",
         "accounts.csv", "leaked.csv")  # fmt: skip


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A case, and what one run over it left in ``out``."""
    folder = tmp_path_factory.mktemp("reuse")
    (folder / "case").mkdir()
    for name in FILES:
        shutil.copy2(ZHENG / name, folder / "case")
    run(folder)
    return folder


@pytest.fixture
def folder(first: Path, tmp_path: Path) -> Path:
    """A copy of it, times and all."""
    return Path(shutil.copytree(first, tmp_path / "copy", symlinks=True))


def run(
    folder: Path, out: str = "out", reuse: Reuse = Reuse.YES, listed: float = 0.01,
    as_of: datetime | None = None,
) -> list[Timing]:  # fmt: skip
    layout = Layout(folder / out)
    with DuckEngine(layout.work) as engine:
        return investigate(
            folder / "case", layout, engine, Silent(),
            only=STEPS, reuse=reuse, listed=listed, as_of=as_of,
        )  # fmt: skip


def written(folder: Path, out: str = "out") -> dict[str, str]:
    files = (folder / out).glob("*.parquet")
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def run_anew(timings: list[Timing]) -> set[str]:
    return {one.step for one in timings if not one.reused} - {"import", "publish"}


def same_as_fresh(folder: Path, **settings: object) -> None:
    run(folder, "fresh", Reuse.FRESH, **settings)  # type: ignore[arg-type]
    assert written(folder) == written(folder, "fresh")


def decide(folder: Path, subject: str, role: str) -> None:
    (folder / "case" / "decisions.csv").write_text(
        "decision_id,at,by,kind,subject,role,reason\n"
        f"d1,2026-01-01T10:00:00,Li,reject,{subject},{role},a courier\n",
        encoding="utf-8",
    )


def callers(folder: Path) -> list[str]:
    found = pq.read_table(folder / "out" / "findings.parquet").to_pylist()
    return [row["subject"] for row in found if row["role"] == "scam_caller" and row["decided"]]


def test_nothing_changed(folder: Path) -> None:
    before = written(folder)
    assert run_anew(run(folder)) == set()
    assert written(folder) == before
    assert run_anew(run(folder, reuse=Reuse.FRESH)) == STEPS
    assert written(folder) == before


def test_one_decision(folder: Path) -> None:
    before = callers(folder)
    decide(folder, before[0], "scam_caller")
    assert run_anew(run(folder)) == CALLER
    assert callers(folder) == before[1:]
    kept = Layout(folder / "out").steps.glob("*.json")
    parts = [step for p in kept if (step := json.loads(p.read_text())["step"])[:5] == "part "]
    assert parts == ["part suyuan.detect.scam_caller.measure"]  # nobody was measured again
    same_as_fresh(folder)


def test_a_word_on_another_role_leaves_the_callers_alone(folder: Path) -> None:
    decide(folder, "party:nobody", "card_merchant")
    assert run_anew(run(folder)) == {"decisions"}


def test_one_more_file_of_rows(folder: Path) -> None:
    lines = (ZHENG / "calls.csv").read_text("utf-8").splitlines()
    more = [lines[0], *(line.replace("C", "X", 1) for line in lines[1:101])]
    (folder / "case" / "calls-2.csv").write_text("\n".join(more) + "\n", encoding="utf-8")
    anew = run_anew(run(folder))
    assert "detect scam_caller" in anew
    assert "reading" not in anew
    same_as_fresh(folder)


def test_another_setting(folder: Path) -> None:
    anew = run_anew(run(folder, listed=0.5))
    assert "detect scam_caller" in anew
    assert anew.isdisjoint({"identity", "reading", "decisions"})
    same_as_fresh(folder, listed=0.5)


def test_another_moment(folder: Path) -> None:
    moment = datetime(2019, 1, 1)
    run(folder, as_of=moment)
    same_as_fresh(folder, as_of=moment)


def _table(steps: Path) -> Path:
    """The file of a table that a step wrote."""
    entries = [json.loads(path.read_text()) for path in sorted(steps.glob("*.json"))]
    entry = next(one for one in entries if one["step"] == "detect scam_caller")
    return steps / f"{entry['tables'][0]['sha256']}.parquet"


def _entry(steps: Path) -> Path:
    paths = sorted(steps.glob("*.json"))
    return next(p for p in paths if json.loads(p.read_text())["step"] == "detect scam_caller")


def _flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-9])


@pytest.mark.parametrize("place", [_table, _entry], ids=["table", "entry"])
@pytest.mark.parametrize("harm", [_flipped, _cut], ids=["flipped", "cut"])
def test_what_was_altered_is_thrown_away(
    folder: Path, place: Callable[[Path], Path], harm: Callable[[Path], None]
) -> None:
    before, layout = written(folder), Layout(folder / "out")
    path = place(layout.steps)
    harm(path)
    assert run_anew(run(folder)) == {"detect scam_caller"}
    assert written(folder) == before
    manifest = read_manifest(in_force(layout) or layout.out)
    assert manifest["altered"] == [path.name]
    assert run_anew(run(folder)) == set()


def test_nothing_is_kept_where_that_is_asked(folder: Path) -> None:
    run(folder, "off", Reuse.OFF)
    assert not Layout(folder / "off").steps.exists()
    assert written(folder, "off") == written(folder)
