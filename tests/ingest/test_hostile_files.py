"""One file cannot kill the case: what would hang or eat the machine is a line of the table."""

import os
import time
import zipfile
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from suyuan.ingest import CaseImport, import_case
from suyuan.ingest.formats.archives import HARMLESS
from suyuan.ingest.mapping.profile_files import parse
from suyuan.model.errors import CatalogError

GOOD = "payment_id,at,payer,payee,amount\nP1,2019-04-29 09:05:00,A,B,1.50\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "payments.csv").write_text(GOOD)
    return folder


def run(case: Path, limit: float = 60) -> tuple[CaseImport, str]:
    """The import, what was said, and that the good file was read within the time."""
    started = time.monotonic()
    imported = import_case(case, case.parent / "out")
    assert time.monotonic() - started < limit
    assert sum(imported.quality_summary.column("rows_kept").to_pylist()) >= 1
    return imported, " ".join(imported.quality.column("problem").to_pylist())


def repacked(path: Path, change: dict[str, tuple[str, bytes]]) -> None:
    """The workbook at `path` with members renamed and their contents replaced."""
    with zipfile.ZipFile(path) as book:
        held = {info.filename: book.read(info) for info in book.infolist()}
    added = {name: data for name, (_, data) in change.items() if name not in held}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, data in (held | added).items():
            renamed, made = change.get(name, (name, data))
            book.writestr(renamed, made)


def workbook(path: Path) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["payment_id", "at", "payer", "payee", "amount"])
    book.save(path)
    with zipfile.ZipFile(path) as packed:
        return packed.read("xl/worksheets/sheet1.xml")


def test_a_far_cell_behind_a_spaced_attribute(case: Path) -> None:
    path = case / "far.xlsx"
    sheet = workbook(path)
    far = b'<row r = "1048576"><c r = "XFD1048576"><v>1</v></c></row></sheetData>'
    changed = sheet.replace(b"</sheetData>", far)
    repacked(path, {"xl/worksheets/sheet1.xml": ("xl/worksheets/sheet1.xml", changed)})
    assert "far outside the table" in run(case)[1]


def test_a_far_cell_of_a_sheet_in_another_folder(case: Path) -> None:
    path = case / "far.xlsx"
    sheet = workbook(path)
    changed = sheet.replace(b"</sheetData>", b'<row r="9"><c r="XFD1048576"/></row></sheetData>')
    with zipfile.ZipFile(path) as book:
        relations = book.read("xl/_rels/workbook.xml.rels")
    moved = relations.replace(b"worksheets/sheet1.xml", b"elsewhere/a.dat")
    repacked(
        path,
        {
            "xl/worksheets/sheet1.xml": ("xl/elsewhere/a.dat", changed),
            "xl/_rels/workbook.xml.rels": ("xl/_rels/workbook.xml.rels", moved),
        },
    )
    assert "far outside the table" in run(case)[1]


def test_shared_strings_that_are_all_empty(case: Path) -> None:
    path = case / "strings.xlsx"
    workbook(path)
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    strings += b"<si/>" * 9_000_000 + b"</sst>"
    repacked(path, {"xl/sharedStrings.xml": ("xl/sharedStrings.xml", strings)})
    assert "bomb" in run(case)[1]


def test_a_dictionary_of_one_long_word(case: Path) -> None:
    rows = 100_000
    word = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), ["x" * 1_000_000])
    ids = pa.array([f"P{n}" for n in range(rows)])
    table = pa.table({"payment_id": ids, "payer": word, "payee": word, "amount": ids, "at": ids})
    pq.write_table(table, case / "payments-2.parquet", dictionary_pagesize_limit=1 << 22)
    assert (case / "payments-2.parquet").stat().st_size < 4_000_000
    assert "bomb" in run(case)[1]


def test_a_pipe_and_a_link_to_one(case: Path) -> None:
    os.mkfifo(case / "a.csv")
    (case / "b.csv").symlink_to(case / "a.csv")
    (case / "profiles").mkdir()
    os.mkfifo(case / "profiles" / "p.yml")
    imported, said = run(case)
    assert "not a regular file" in said
    told = imported.quality.column("file").to_pylist()
    assert {"a.csv", "b.csv"} <= set(told)


def test_archives_that_are_small_alone(case: Path) -> None:
    for n in range(6):
        with zipfile.ZipFile(case / f"{n}.zip", "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr(f"{n}.csv", b"0" * (HARMLESS // 4))
    assert "zip bomb" in run(case)[1]


def test_two_members_of_one_name_are_both_read(case: Path) -> None:
    with zipfile.ZipFile(case / "two.zip", "w") as packed:
        packed.writestr("payments.csv", GOOD.replace("P1", "P2"))
        with pytest.warns(UserWarning, match="Duplicate"):
            packed.writestr("payments.csv", GOOD.replace("P1", "P3"))
    imported, _ = run(case)
    assert sum(imported.quality_summary.column("rows_kept").to_pylist()) == 3


def test_a_hidden_file_is_told(case: Path) -> None:
    (case / ".hidden.csv").write_text(GOOD)
    assert "hidden" in run(case)[1]


def test_a_name_in_gbk(case: Path) -> None:
    name = os.fsencode(case) + b"/" + "流水".encode("gb18030") + b".csv"
    Path(os.fsdecode(name)).write_text(GOOD.replace("P1", "P2"))
    imported, _ = run(case)
    assert "流水.csv" in imported.quality_summary.column("file").to_pylist()


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\nb: [*a, *a]\ntable: payments\nknown_by: [a]",
        "table: payments\nknown_by: [a]\nfooters: ['(?=x)']",
        "table: payments\nknown_by: [a]\nfooters: ['" + "a?" * 5_000 + "']",
        "table: payments\nknown_by: " + "[" * 5_000 + "]" * 5_000,
    ],
)
def test_a_profile_that_would_hang(text: str) -> None:
    with pytest.raises(CatalogError):
        parse(text, "mine")


def test_a_pattern_that_would_backtrack_for_ever(case: Path) -> None:
    (case / "profiles").mkdir()
    (case / "profiles" / "mine.yml").write_text(
        "table: payments\nknown_by: [whenever, whatever]\n"
        "columns: {at: whenever}\n"
        "sides: {giver: payer, taker: payee, other: [z], signed: [whatever],"
        " own_above: '(a+)+b'}\n"
    )
    above = "a" * 50_000
    (case / "odd.csv").write_text(f"{above}\nwhenever,whatever,z\n2019-04-29,-1,B\n")
    assert "whose account" in run(case)[1]


PAGE = "交易日期,交易时间,支出金额,收入金额,余额,对方账号,摘要\n"


def test_a_page_header_takes_no_row_with_it(case: Path) -> None:
    rows = [
        f"2024-03-{n:02},09:00:00,1.00,,{100 - n}.00,62220000000000{n:05},附言:第{n}笔\n"
        for n in range(1, 17)
    ]
    text = "账号:6217000000000001230\n" + PAGE + "".join(rows[:7]) + PAGE + "".join(rows[7:])
    (case / "流水.csv").write_text(text)
    imported, _ = run(case)
    by_file = {row["file"]: row for row in imported.quality_summary.to_pylist()}
    assert by_file["流水.csv"]["rows_kept"] == 16
    assert by_file["流水.csv"]["balances_confirmed"] >= 14


@pytest.mark.parametrize("ending", ["\r\r\n", "\r\n", "\n"])
def test_line_numbers_beside_a_stray_quote(case: Path, ending: str) -> None:
    lines = ["payment_id,at,payer,payee,amount,memo"]
    lines += [f'Q{n},2019-04-29 09:05:00,A,B,1.50,"a"b\rc' for n in range(5)]
    (case / "payments-2.csv").write_bytes(ending.join([*lines, ""]).encode())
    imported, said = run(case)
    assert "unaccounted for" not in said
    assert sum(imported.quality_summary.column("rows_kept").to_pylist()) == 6


def test_statements_of_the_same_bytes_under_two_accounts(case: Path) -> None:
    text = PAGE + "2024-03-01,09:00:00,1.00,,99.00,6222000000000009999,x\n"
    for own in ("6217000000000001230", "6217000000000001248"):
        (case / f"流水_{own}.csv").write_text(text)
    imported, _ = run(case)
    assert sum(imported.quality_summary.column("rows_kept").to_pylist()) == 3
