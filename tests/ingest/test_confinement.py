"""What the process that parses may do to the import: nothing but fail to read its own file."""

import os
import sys
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from suyuan.ingest import CaseImport, import_case
from suyuan.ingest.confinement import limits, parser
from suyuan.ingest.confinement.limits import Allowance

HEADERS = ["payment_id", "at", "payer", "payee", "amount"]

#: A parser that goes wrong at files called so; the others it reads as it should.
RUINED = """
import json, os, time
HEADERS = ["payment_id", "at", "payer", "payee", "amount"]
FORGED = json.dumps(dict(shown="m-forger.xlsx#S", headers=HEADERS, above="", problems=[])).encode()
from suyuan.ingest.confinement import child, frames
real = child.packed_parts
def ruined(path, shown, head, recognition):
    if "abort" in shown: os.abort()
    if "quit" in shown: os._exit(0)
    if "loop" in shown:
        while True: pass
    if "greedy" in shown: held = [bytearray(1 << 28) for n in range(64)]
    if "silent" in shown: time.sleep(600)
    if "flood" in shown:
        while True: frames.send(out, frames.FrameKind.ROWS, bytes(1 << 24))
    if "liar" in shown: frames.send(out, frames.FrameKind.PART, b"{")
    if "stranger" in shown: out.write(bytes([99]) + bytes(8))
    if "forger" in shown:
        frames.send(out, frames.FrameKind.PART, FORGED)
        frames.send(out, frames.FrameKind.ROWS, b"no arrow")
    if "late" in shown:
        for part in real(path, shown, head, recognition):
            yield part
            os.abort()
    yield from real(path, shown, head, recognition)
child.packed_parts = ruined
own = child._own_output
def kept():
    global out
    out = own()
    return out
child._own_output = kept
child.main()
"""

#: What the parser may use up where a fault would take long to reach the usual limit.
TIGHT = {"loop": (2 << 30, 3, 1), "greedy": (2 << 30, 60, 64 << 20)}


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    return folder


def workbook(path: Path, number: str = "P1") -> None:
    book = openpyxl.Workbook()
    book.active.append(HEADERS)
    book.active.append([number, "2019-04-29 09:05:00", "A", "B", 1.5])
    book.save(path)


def found(imported: CaseImport) -> dict[str, int]:
    names = imported.quality_summary.column("file").to_pylist()
    kept = imported.quality_summary.column("rows_kept").to_pylist()
    return {name.partition("#")[0]: rows for name, rows in zip(names, kept, strict=True)}


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("abort", "crashed the process"),
        ("quit", "crashed the process"),
        ("late", "crashed the process"),
        ("loop", "longer than one file is allowed"),
        ("greedy", "more memory than one file is allowed"),
        ("silent", "longer than one file is allowed"),
        ("flood", "far more than its own size"),
        ("liar", "crashed the process"),
        ("stranger", "crashed the process"),
        ("forger", "crashed the process"),
    ],
)
def test_a_parser_that_goes_wrong_costs_its_own_file(
    case: Path, monkeypatch: pytest.MonkeyPatch, fault: str, words: str
) -> None:
    for n, name in enumerate(["a", f"m-{fault}", "z"]):
        workbook(case / f"{name}.xlsx", f"P{n}" * (1 + n % 2))
    spoilt = (case / f"m-{fault}.xlsx").stat().st_size
    ruined = RUINED
    if fault in TIGHT:
        ruined = f"""
from suyuan.ingest.confinement import limits, child
child.limits_for = lambda size: limits.Allowance{TIGHT[fault]}
{RUINED}"""
    if fault == "silent":
        own = Allowance(limits.memory_limit(), 61, 64 << 20)
        known = limits.limits_for
        monkeypatch.setattr(parser, "limits_for", lambda n: own if n == spoilt else known(n))
        monkeypatch.setattr(parser, "patience", lambda of: 1.0 if of == own else 60.0)
    if fault == "flood":
        small = Allowance(limits.memory_limit(), 60, 64 << 20)
        monkeypatch.setattr(parser, "limits_for", lambda _: small)
    monkeypatch.setattr(parser, "_COMMAND", (sys.executable, "-P", "-c", ruined))
    imported = import_case(case, case.parent / "out")
    rows = found(imported)
    assert (rows["a.xlsx"], rows[f"m-{fault}.xlsx"], rows["z.xlsx"]) == (1, 0, 1)
    told = dict(
        zip(
            imported.quality.column("file").to_pylist(),
            imported.quality.column("problem").to_pylist(),
            strict=True,
        )
    )
    assert words in next(text for name, text in told.items() if f"m-{fault}" in name)


def test_a_binary_column_of_one_long_word(case: Path) -> None:
    """250,000 times a megabyte in a file of a few kilobytes: memory, not the case, ends."""
    word = pa.DictionaryArray.from_arrays(
        pa.array([0] * 250_000, pa.int32()), pa.array([b"x" * (1 << 20)], pa.binary())
    )
    columns = {name: pa.array(["1"] * 250_000) for name in HEADERS}
    pq.write_table(pa.table({**columns, "note": word}), case / "bomb.parquet")
    workbook(case / "good.xlsx")
    rows = found(import_case(case, case.parent / "out"))
    assert rows["good.xlsx"] == 1
    assert rows["bomb.parquet"] == 0


def child_processes() -> set[str]:
    tasks = Path(f"/proc/{os.getpid()}/task").glob("*/children")
    return {number for task in tasks for number in task.read_text().split()}


def test_nothing_runs_on_when_the_import_has_ended(case: Path) -> None:
    workbook(case / "good.xlsx")
    earlier = child_processes()  # other tests of this process may have left some
    import_case(case, case.parent / "out")
    assert child_processes() <= earlier


def test_modules_in_the_folder_one_stands_in_are_not_imported(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workbook(case / "good.xlsx")
    (case / "openpyxl.py").write_text("raise SystemExit('taken over')")
    (case / "python_calamine.py").write_text("raise SystemExit('taken over')")
    monkeypatch.chdir(case)
    assert found(import_case(case, case.parent / "out"))["good.xlsx"] == 1
