"""``investigate --watch``: each change of the case is investigated, and what came of it told."""

import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.compute as pc
import pytest

import suyuan
from suyuan.run.finding_changes import LeadsAndRings

COMMAND = "from suyuan.face.cli import main; main()"
HEAD = "decision_id,at,by,kind,subject,role,reason\n"
#: Seconds that a run may take on a machine with other work.
LONGEST = 240


@pytest.fixture
def case(zheng: suyuan.Results, tmp_path: Path) -> tuple[Path, Path]:
    """The example and what an investigation left of it, both to be written to."""
    leave_out = shutil.ignore_patterns("suyuan", "decisions*")
    case = shutil.copytree(zheng.case.path, tmp_path / "case", ignore=leave_out)
    out = shutil.copytree(zheng.layout.out, tmp_path / "out", symlinks=True)
    return Path(case), Path(out)


def awaited(printed: Path, words: str, times: int = 1) -> str:
    """What was printed, once `words` stand in it so often."""
    until = time.monotonic() + LONGEST
    while time.monotonic() < until:
        text = printed.read_text(encoding="utf-8")
        if text.count(words) >= times:
            return text
        time.sleep(0.1)
    raise AssertionError(f"{words!r} was not printed:\n{printed.read_text(encoding='utf-8')}")


def test_a_decision_is_followed(
    case: tuple[Path, Path], zheng: suyuan.Results, tmp_path: Path
) -> None:
    folder, out = case
    findings = zheng["findings"]
    callers = findings.filter(
        pc.and_(pc.equal(findings["role"], "scam_caller"), findings["decided"])
    )
    caller = callers["subject"][0].as_py()
    printed = tmp_path / "printed.txt"
    command = [sys.executable, "-c", COMMAND, "investigate", str(folder), "--out", str(out)]
    with printed.open("w", encoding="utf-8") as to:
        process = subprocess.Popen([*command, "--watch", "--lang", "en"], stdout=to, stderr=to)
    try:
        awaited(printed, "Watching")
        word = f"d1,2026-01-01T10:00:00,Li,reject,{caller},scam_caller,a courier\n"
        (folder / "decisions.csv").write_text(HEAD + word, encoding="utf-8")
        text = awaited(printed, "report: ")
        assert "decisions.csv (new)" in text
        assert "− scam caller" in text
        (folder / "decisions.csv").write_text("nothing of the kind\n", encoding="utf-8")
        text = awaited(printed, "report: ", times=2)
        assert "decisions.csv (changed)" in text
        assert "no row of decisions is usable" in text
        assert "+ scam caller" in text
        (folder / "decisions.csv").unlink()
        text = awaited(printed, "report: ", times=3)
        assert "decisions.csv (gone)" in text
        assert "No change in leads or rings." in text
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0
        assert "No longer watching." in printed.read_text(encoding="utf-8")
    finally:
        process.kill()
        process.wait()


def test_an_outcome_tells_what_came_and_went() -> None:
    mule = ("mule_account", "a:1")
    before = LeadsAndRings(frozenset({("scam_caller", "phone:1"), mule}), {"A": 3})
    now = LeadsAndRings(frozenset({("scam_caller", "phone:2"), mule}), {"A": 2, "B": 1})
    assert now.new_leads(before) == [("scam_caller", "phone:2")]
    assert now.lost_leads(before) == [("scam_caller", "phone:1")]
    assert list(now.ring_changes(before)) == [("A", 3, 2), ("B", 0, 1)]
