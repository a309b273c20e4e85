"""Nothing is written or removed where suyuan did not put its mark; one writer at a time."""

import multiprocessing
import os
from pathlib import Path

import pytest

import suyuan
from suyuan.model.errors import InputError
from suyuan.store.claim import claim
from suyuan.store.layout import Layout
from suyuan.store.lock import write_lock

HEADER = "payment_id,at,payer,payee,amount\nP1,2019-04-29,A,B,1\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "payments.csv").write_text(HEADER)
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_foreign_folder_is_refused_and_left_as_it_was(case: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    for name in ("records/payments/mine.parquet", "records/notes.txt", "work/diary.txt"):
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_text("mine")
    before = everything(home)
    for run in (suyuan.check, suyuan.investigate):
        with pytest.raises(InputError, match="not empty"):
            run(case, out=home)
    assert everything(home) == before


@pytest.mark.parametrize("which", ["case", "parent", "link", "file"])
def test_the_case_itself_and_a_file_are_refused(case: Path, tmp_path: Path, which: str) -> None:
    (case / "work").mkdir()
    (case / "work" / "calls.csv").write_text("caller,callee,started_at\n1,2,2019-05-01\n")
    link = tmp_path / "link"
    link.symlink_to(case)
    out = {"case": case, "parent": tmp_path, "link": link, "file": case / "payments.csv"}[which]
    before = everything(tmp_path)
    with pytest.raises(InputError, match="output folder"):
        suyuan.check(case, out=out)
    assert everything(tmp_path) == before


def test_only_what_an_import_wrote_is_removed(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    suyuan.check(case, out=out)
    foreign = [out / name for name in ("records/payments/x.parquet", "records/n.txt", "work/d.txt")]
    for path in foreign:
        path.parent.mkdir(exist_ok=True)
        path.write_text("mine")
    (case / "payments.csv").write_text(HEADER.replace("P1", "P2"))
    assert suyuan.check(case, out=out)["quality_summary"]["rows_kept"].to_pylist() == [1]
    assert all(path.read_text() == "mine" for path in foreign)


def test_an_empty_folder_and_one_of_ours_are_taken(case: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    for _ in range(2):
        claim(Layout(tmp_path / "out"), case)
        assert any((tmp_path / "out").iterdir())  # the mark by which it is known again


def _hold(out: Path, held: "multiprocessing.synchronize.Event", end: object) -> None:
    with write_lock(Layout(out), "investigate"):
        held.set()
        end.wait(30)  # type: ignore[attr-defined]


def test_the_second_writer_is_told_who_holds_the_folder(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    context = multiprocessing.get_context("fork")
    held, end = context.Event(), context.Event()
    other = context.Process(target=_hold, args=(out, held, end))
    other.start()
    assert held.wait(30)
    try:
        with pytest.raises(InputError, match=f"investigate, process {other.pid}"):
            suyuan.check(case, out=out)
    finally:
        end.set()
        other.join()
    suyuan.check(case, out=out)


def test_a_killed_writer_holds_nothing(case: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    child = os.fork()
    if child == 0:
        with write_lock(Layout(out), "investigate"):
            os._exit(1)
    os.waitpid(child, 0)
    suyuan.check(case, out=out)
