"""After any single fault the input is untouched, nothing half looks whole, the next run is right.

A sample of points and faults each time; ``SUYUAN_FAULTS=all`` asks for every one of them.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import pytest
from faults import DONE, FAULTS, KILLED, TOLD, points, strike

from suyuan.face.api import CaseFolder
from suyuan.face.decision_file import Decision, decide
from suyuan.face.display import Display
from suyuan.face.exchange.table_files import export
from suyuan.face.report.manifest import verify, write_manifest
from suyuan.model.progress import Silent
from suyuan.privacy.reveal import masking
from suyuan.run.investigation import investigate
from suyuan.run.step_runs import Timing
from suyuan.run.verification import verify_run
from suyuan.store.case import Results
from suyuan.store.drafts import draft_of
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="strikes in a forked child")
SAMPLE = 8
HEADER = "payment_id,at,payer,payee,amount\n"


def fill(case: Path, version: int) -> None:
    case.mkdir(exist_ok=True)
    rows = "".join(f"P{n},2019-04-29,A,B{version},{n + 1}\n" for n in range(20))
    (case / "payments.csv").write_text(HEADER + rows + "P,never,A,B,1\n" * (version + 1))
    (case / "decisions.csv").write_text(
        "decision_id,at,by,kind,subject,reason\n1,2019-05-01,Li,confirm,phone:1,seen\n"
    )


def run(case: Path, out: Path) -> None:
    """An investigation of import, two steps and a report, as users' own is but for its length."""

    def finish(layout: Layout, _: list[Timing]) -> None:
        with draft_of(layout.report) as draft:
            draft.write_text("<p>report</p>")

    layout = Layout(out)
    with DuckEngine(layout.work, threads=1) as engine:
        investigate(case, layout, engine, Silent(), only=frozenset({"identity"}), finish=finish)


def content(results: Results) -> str:
    """One hash over what was found, whatever run it was of."""
    paths = sorted(results.layout.out.glob("*.parquet"))
    told = [path.name + hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    return hashlib.sha256("".join(told).encode()).hexdigest()


def everything(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def chosen(count: int) -> Iterator[tuple[int, str]]:
    """Points and faults: all of them, or some that differ from day to day of nobody's choosing."""
    every = [(at, fault) for at in range(1, count + 1) for fault in FAULTS]
    if os.environ.get("SUYUAN_FAULTS") == "all":
        return iter(every)
    return iter(Random(7).sample(every, min(SAMPLE, len(every))))


def test_an_investigation(tmp_path: Path) -> None:
    case, out = tmp_path / "case", tmp_path / "out"
    whole = []
    for version in (0, 1):
        fill(case, version)
        run(case, tmp_path / f"undisturbed-{version}")
        whole.append(content(CaseFolder(case).results(tmp_path / f"undisturbed-{version}")))
    assert whole[0] != whole[1]
    run(case, out)
    fill(case, 0)
    results, count = CaseFolder(case).results(out), points(out, lambda: run(case, out))
    assert count > 60
    ended = []
    for n, (at, fault) in enumerate(chosen(count)):
        fill(case, n % 2)
        before = everything(case)
        ended.append(strike(out, lambda: run(case, out), at, fault))
        assert ended[-1] in {DONE, TOLD, KILLED}, (at, fault)
        assert everything(case) == before, (at, fault)
        assert content(results) in whole, (at, fault)
        assert all(c.good for c in verify_run(results.layout) if "/" not in c.file), (at, fault)
        run(case, out)
        assert content(results) == whole[n % 2], (at, fault)
        assert all(c.good for c in verify_run(results.layout, case)), (at, fault)
    assert {TOLD, KILLED} <= set(ended)


@pytest.fixture
def results(tmp_path: Path) -> Results:
    fill(tmp_path / "case", 0)
    run(tmp_path / "case", tmp_path / "out")
    return CaseFolder(tmp_path / "case").results(tmp_path / "out")


def _export(results: Results, to: Path) -> None:
    shown = masking(results.layout, None, "export")
    for form in ("csv", "xlsx"):
        export(results, to, form, ["quality", "limits"], shown)


def _report(results: Results, to: Path) -> None:
    """As ``suyuan report`` writes its files."""
    to.mkdir(parents=True, exist_ok=True)
    shown = masking(results.layout, "trial", "report")
    with draft_of(to / "dossier.html") as draft:
        draft.write_text("<p>dossier</p>" * 1000)
    write_manifest(results, [to / "dossier.html"], Display("UTC", shown))


@pytest.mark.parametrize("command", [_export, _report], ids=["export", "report"])
def test_what_is_written_for_others(
    results: Results, tmp_path: Path, command: Callable[[Results, Path], None]
) -> None:
    to, out = tmp_path / "to", results.layout.out
    command(results, to)
    whole = set(everything(to))
    count = points(tmp_path, lambda: command(results, tmp_path / "counted"))
    before = everything(results.case.path)
    for at, fault in chosen(count):
        shutil.rmtree(to)
        assert strike(tmp_path, lambda: command(results, to), at, fault) in {DONE, TOLD, KILLED}
        assert everything(results.case.path) == before
        left = everything(to) if to.exists() else {}
        assert all(left.values()), (at, fault)
        assert set(left) <= whole, (at, fault)
        if (to / "manifest.json").exists():
            assert all(check.good for check in verify(to)), (at, fault)
        command(results, to)
        assert set(everything(to)) == whole
    assert all(check.good for check in verify(out, results.case.path))


def test_a_decision(results: Results, tmp_path: Path) -> None:
    case = results.case.path
    decision = Decision("confirm", ("phone:2",), None, "Wu", "seen")
    path = case / "decisions.csv"
    first = path.read_text()
    count = points(tmp_path, lambda: decide(case, decision, results.layout))
    for at, fault in chosen(count):
        path.write_text(first)
        strike(tmp_path, lambda: decide(case, decision, results.layout), at, fault)
        assert path.read_text() == first or path.read_text().count("phone:2") == 1
        assert path.read_text().startswith(first)
        decide(case, decision, results.layout)
        assert path.read_text().endswith("\n")
    assert not [one for one in everything(case) if one not in {"payments.csv", "decisions.csv"}]
