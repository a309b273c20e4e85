"""A folder under watch: what changed is told once whoever wrote there has done."""

import threading
import time
from pathlib import Path

import pytest

from suyuan.run.case_watch import await_change, case_change
from suyuan.run.run_manifest import case_files
from suyuan.store.layout import Layout


@pytest.fixture
def case(tmp_path: Path) -> Path:
    case = tmp_path / "case"
    case.mkdir()
    for name in ("calls.csv", "orders.csv", "sims.csv"):
        (case / name).write_text("a\n1\n", encoding="utf-8")
    return case


def test_each_kind_of_change_is_told(case: Path) -> None:
    layout = Layout(case / "suyuan")
    before = case_files(case, layout)
    (case / "calls.csv").write_text("a\n1\n2\n", encoding="utf-8")
    (case / "sims.csv").unlink()
    (case / "decisions.csv").write_text("a\n", encoding="utf-8")
    change = case_change(before, case_files(case, layout))
    assert change.changed == ("calls.csv",)
    assert change.removed == ("sims.csv",)
    assert change.added == ("decisions.csv",)


def test_results_in_the_case_are_no_change(case: Path) -> None:
    layout = Layout(case / "suyuan")
    before = case_files(case, layout)
    layout.out.mkdir()
    (layout.out / "report.html").write_text("…", encoding="utf-8")
    assert not case_change(before, case_files(case, layout))


def test_a_file_half_written_is_awaited(case: Path) -> None:
    """Ten pieces, each later than two looks may lie apart: all ten are there when it is told."""
    layout, path = Layout(case / "suyuan"), case / "big.csv"
    before = case_files(case, layout)

    def write() -> None:
        with path.open("w", encoding="utf-8") as file:
            for number in range(10):
                file.write(f"{number}\n")
                file.flush()
                time.sleep(0.02)

    writer = threading.Thread(target=write)
    writer.start()
    change = await_change(before, layout, pace=0.2)
    whole = path.read_text(encoding="utf-8").split()
    writer.join()
    assert change.added == ("big.csv",)
    assert len(whole) == 10
    assert case_files(case, layout) == change.files
