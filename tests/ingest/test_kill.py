"""An import that is killed leaves the next one to give what an undisturbed one gives."""

import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import duckdb
import pytest

from suyuan.ingest import import_case
from suyuan.store.layout import Layout

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="kills a forked child")
HEADER = "payment_id,at,payer,payee,amount\n"


def fill(case: Path, version: int) -> None:
    """A case in one of two states, so that there is something to read again each time."""
    case.mkdir(exist_ok=True)
    for n in range(3):
        rows = "".join(f"P{n}{k},2019-04-29,A,B,{k + version}\n" for k in range(3))
        (case / f"payments-{n}.csv").write_text(HEADER + rows + "P,never,A,B,1\n")
    extra = case / "payments-extra.csv"
    if version:
        extra.write_text(HEADER + "P00,2019-04-29,A,B,1\nX,2019-04-29,A,B,7\n")
    else:
        extra.unlink(missing_ok=True)


def outcome(case: Path, out: Path) -> tuple[object, ...]:
    imported = import_case(case, out)
    rows = duckdb.sql(
        f"SELECT * FROM '{out}/records/payments/*.parquet' ORDER BY file, line"
    ).fetchall()
    struck = duckdb.sql(
        f"SELECT * FROM '{out}/records/_excluded/*.parquet' ORDER BY ALL"
    ).fetchall()
    left = sorted(p.relative_to(out).as_posix() for p in out.rglob("*") if p.is_file())
    return rows, struck, imported.quality.to_pylist(), imported.quality_summary.to_pylist(), left


def killed(case: Path, out: Path, *, at: int | None = None, after: float | None = None) -> bool:
    """Import in a child that dies at its `at`-th change of the disk, or `after` seconds."""
    child = os.fork()
    if child == 0:
        if at is not None:
            _die_at(at)
        import_case(case, out)
        os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] != 0


def _die_at(at: int) -> None:
    seen = 0

    def hook(event: str, _: tuple[object, ...]) -> None:
        nonlocal seen
        if event in {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree"}:
            seen += 1
            if seen == at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(hook)


def _kills(folder: Path, points: list[dict[str, float]]) -> int:
    case, out = folder / "case", folder / "out"
    expected = []
    for version in (0, 1):
        fill(case, version)
        expected.append(outcome(case, folder / f"undisturbed-{version}"))
    died = 0
    for n, point in enumerate(points):
        fill(case, n % 2)
        if n % 7 == 0:
            shutil.rmtree(out, ignore_errors=True)
        died += killed(case, out, **point)  # type: ignore[arg-type]
        if Layout(out).parse_manifest.exists() or n % 3 == 0:
            assert outcome(case, out) == expected[n % 2], point
    return died


def test_killed_at_each_change_of_the_disk(tmp_path: Path) -> None:
    assert _kills(tmp_path, [{"at": at} for at in range(1, 16)]) >= 14


def test_killed_at_random_points(tmp_path: Path) -> None:
    """Twenty points each time; ``SUYUAN_KILLS=100`` asks for a hundred (some 90 seconds)."""
    kills = int(os.environ.get("SUYUAN_KILLS", "20"))
    chance = random.Random(7)
    points = [{"at": chance.randint(1, 20)} for _ in range(kills // 2)]
    points += [{"after": chance.uniform(0.005, 0.25)} for _ in range(kills - kills // 2)]
    assert _kills(tmp_path, points) >= kills // 2
