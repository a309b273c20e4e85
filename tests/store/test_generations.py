"""Results change all at once or not at all, and what a run did not write is not believed."""

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from suyuan.model.errors import InputError
from suyuan.model.results import RESULTS
from suyuan.store.case import Case, Results
from suyuan.store.generations import amended, generation, in_force
from suyuan.store.layout import Layout
from suyuan.store.manifests import MANIFEST, read_manifest
from suyuan.store.publish import write

CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.symlink", "os.link", "shutil.rmtree"}
NAMES = ("hubs", "limits", "rings")


def put(layout: Layout, step: str) -> str:
    """A run that leaves three tables, of which ``limits`` tells which run it was."""
    with generation(layout) as made:
        for name in NAMES:
            rows = [{"step": step, "table": "t", "effect": "e", "effect_zh": "e"}]
            table = RESULTS[name].file_schema
            told = pa.Table.from_pylist(rows if name == "limits" else [], table)
            write(told, made.layout.result(name))
        made.layout.report.write_text(step)
        return made.commit({"kind": "written by hand", "records": {}})


def results_of(folder: Path) -> Results:
    (folder / "case").mkdir(exist_ok=True)
    return Case(folder / "case", "UTC").results(folder / "out")


def step_of(results: Results) -> str:
    return str(results["limits"]["step"][0])


def test_the_last_run_is_in_force_and_the_one_before_is_kept(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    for step in ("one", "two", "three"):
        put(results.layout, step)
        assert step_of(results) == results.report.read_text() == step
    assert len(list((results.layout.own / "generations").iterdir())) == 2
    assert (tmp_path / "out" / "limits.parquet").is_file()


def test_a_table_that_the_next_run_does_not_write_is_gone(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    put(results.layout, "one")
    with generation(results.layout) as made:
        write(RESULTS["hubs"].file_schema.empty_table(), made.layout.result("hubs"))
        made.commit({"kind": "written by hand", "records": {}})
    assert results.has("hubs")
    assert not results.has("limits")
    assert not os.path.lexists(results.report)


def test_a_run_that_fails_leaves_nothing(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    put(results.layout, "one")
    before = sorted(path for path in (tmp_path / "out").rglob("*"))
    with pytest.raises(ZeroDivisionError):
        _fail(results.layout)
    assert sorted((tmp_path / "out").rglob("*")) == before
    assert step_of(results) == "one"


def _fail(layout: Layout) -> None:
    with generation(layout) as made:
        write(RESULTS["hubs"].file_schema.empty_table(), made.layout.result("hubs"))
        raise ZeroDivisionError


@pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked child")
def test_killed_at_each_change_of_the_disk_all_are_old_or_all_are_new(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    died = 0
    for at in range(1, 40):
        shutil.rmtree(tmp_path / "out", ignore_errors=True)
        put(results.layout, "old")
        child = os.fork()
        if child == 0:
            _die_at(at)
            put(results.layout, "new")
            os._exit(0)
        died += os.waitpid(child, 0)[1] != 0
        step = step_of(results)
        assert step == results.report.read_text()
        assert step in {"old", "new"}
        put(results.layout, "next")
        assert step_of(results) == results.report.read_text() == "next"
    assert died > 8


def _die_at(at: int) -> None:
    import sys

    seen = 0

    def hook(event: str, _: tuple[object, ...]) -> None:
        nonlocal seen
        if event in CHANGES:
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _other_rows(out: Path) -> None:
    table = RESULTS["limits"].file_schema
    rows = [{"step": "invented", "table": "t", "effect": "e", "effect_zh": "e"}]
    write(pa.Table.from_pylist(rows, table), out / "limits.parquet")


def _through_the_link(out: Path) -> None:
    real = (out / "limits.parquet").resolve()
    real.write_bytes(real.read_bytes() + b" ")


def _same_size_and_time(out: Path) -> None:
    real = (out / "limits.parquet").resolve()
    before, content = real.stat(), bytearray(real.read_bytes())
    content[len(content) // 2] ^= 1
    real.write_bytes(content)
    os.utime(real, ns=(before.st_atime_ns, before.st_mtime_ns))


def _empty_manifest(out: Path) -> None:
    (out / MANIFEST).resolve().write_text("{}")


def _no_manifest(out: Path) -> None:
    (out / MANIFEST).resolve().unlink()


def _entry_dropped(out: Path) -> None:
    path = (out / MANIFEST).resolve()
    content = json.loads(path.read_text())
    del content["results"]["limits.parquet"]
    path.write_text(json.dumps(content))


ATTACKS = (
    *(_other_rows, _through_the_link, _same_size_and_time),
    *(_empty_manifest, _no_manifest, _entry_dropped),
)


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_what_the_run_did_not_write_is_refused(
    tmp_path: Path, attack: Callable[[Path], None]
) -> None:
    results = results_of(tmp_path)
    put(results.layout, "true")
    attack(tmp_path / "out")
    with pytest.raises(InputError, match="not what the run wrote"):
        results["limits"]


def test_a_copy_elsewhere_is_as_good(tmp_path: Path) -> None:
    put(results_of(tmp_path).layout, "one")
    shutil.copytree(tmp_path / "out", tmp_path / "copy", symlinks=True)
    shutil.copytree(tmp_path / "out", tmp_path / "flat")
    for name in ("copy", "flat"):
        assert step_of(Case(tmp_path / "case", "UTC").results(tmp_path / name)) == "one"


def test_without_links_files_are_put_there_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    results = results_of(tmp_path)
    put(results.layout, "one")
    put(results.layout, "two")
    assert step_of(results) == "two"
    _other_rows(tmp_path / "out")
    with pytest.raises(InputError):
        results["limits"]


def test_a_file_added_later_keeps_the_rest(tmp_path: Path) -> None:
    results = results_of(tmp_path)
    put(results.layout, "one")
    run = read_manifest(in_force(results.layout) or tmp_path)["run"]
    with amended(results.layout) as made:
        made.layout.report.unlink()
        made.layout.report.write_text("with a picture")
    content = read_manifest(in_force(results.layout) or tmp_path)
    assert content["amends"] == run != content["run"]
    assert results.report.read_text() == "with a picture"
    assert step_of(results) == "one"
