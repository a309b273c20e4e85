"""Inputs that break readers: each gives a clear message, and the rest of the case still runs."""

import io
import os
import resource
import struct
import zipfile
from pathlib import Path

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import xlwt

from suyuan.ingest import CaseImport, import_case
from suyuan.ingest.formats.archives import DEPTH
from suyuan.model.errors import InputError

HEADER = "payment_id,at,payer,payee,amount\n"
GOOD = "P1,2019-04-29 09:05:00,A,B,12.30\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """A case with one sound file, which must come in whatever lies beside it."""
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "parties.csv").write_text("party_id,kind\nX,person\n")
    return folder


def run(case: Path) -> CaseImport:
    imported = import_case(case, case.parent / "out")
    assert "parties" in imported.tables
    for row in imported.quality.to_pylist():
        assert row["problem"]
        assert row["problem_zh"]
        assert row["problem"] != row["problem_zh"]
    return imported


def stored(case: Path, columns: str = "payment_id, line") -> list[tuple]:
    files = f"{case.parent}/out/records/payments/*.parquet"
    return duckdb.sql(f"SELECT {columns} FROM '{files}' ORDER BY file, line").fetchall()


def told(imported: CaseImport, file: str) -> list[dict]:
    return [row for row in imported.quality.to_pylist() if row["file"] == file]


def test_empty_file(case: Path) -> None:
    (case / "payments.csv").write_bytes(b"")
    (row,) = told(run(case), "payments.csv")
    assert row["problem"] == "the file is empty"


def test_header_only_is_a_table_without_rows(case: Path) -> None:
    (case / "payments.csv").write_text(HEADER)
    imported = run(case)
    assert told(imported, "payments.csv") == []
    summary = {r["file"]: r for r in imported.quality_summary.to_pylist()}
    assert summary["payments.csv"]["table"] == "payments"
    assert summary["payments.csv"]["rows_read"] == 0


def test_photograph_named_csv(case: Path) -> None:
    (case / "payments.csv").write_bytes(b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 40)
    (row,) = told(run(case), "payments.csv")
    assert "not a table" in row["problem"]


def test_bytes_of_nothing_in_particular(case: Path) -> None:
    (case / "payments.csv").write_bytes(bytes(range(256)) * 100)
    assert told(run(case), "payments.csv")


def workbook(rows: list[list[object]], **more: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for name, others in more.items():
        extra = book.create_sheet(name)
        for row in others:
            extra.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_truncated_workbook(case: Path) -> None:
    whole = workbook([HEADER.strip().split(","), ["P1", "2019-04-29", "A", "B", 3]])
    (case / "payments.xlsx").write_bytes(whole[: len(whole) // 2])
    rows = told(run(case), "payments.xlsx")
    assert any("broken" in r["problem"] or "cannot be opened" in r["problem"] for r in rows)


def test_header_in_row_twelve_of_a_sheet(case: Path) -> None:
    preamble = [["交易明细"], *[[None]] * 10]
    rows = [*preamble, HEADER.strip().split(","), ["P1", "2019-04-29", "A", "B", 3]]
    (case / "payments.xlsx").write_bytes(workbook(rows))
    run(case)
    assert stored(case) == [("P1", 13)]


def test_numbers_of_a_workbook(case: Path) -> None:
    rows = [
        HEADER.strip().split(","),
        ["P1", 43584.37847222222, 13800138000, "B", 12.3],
        ["P2", 43584, 6222021234567890123, "B", 1],
    ]
    (case / "payments.xlsx").write_bytes(workbook(rows))
    imported = run(case)
    assert stored(case, "payment_id, payer, amount") == [("P1", "13800138000", 1230)]
    assert "scientific" in told(imported, "payments.xlsx#Sheet")[0]["problem"]


def test_a_workbook_of_excel_97(case: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("四月")
    cells = [HEADER.strip().split(","), ["P1", 43584.5, "A", 13800138000, 12.3]]
    for n, row in enumerate(cells):
        for m, value in enumerate(row):
            sheet.write(n, m, value)
    book.save(str(case / "payments.xls"))
    run(case)
    assert stored(case, "file, payee, amount") == [("payments.xls#四月", "13800138000", 1230)]


def test_merged_cells_and_two_sheets(case: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["A1"] = "四月流水"
    sheet.merge_cells("A1:E1")
    for row in (
        HEADER.strip().split(","),
        ["P1", "2019-04-29", "A", "B", 3],
        ["P2", None, "A", "B", 3],
    ):
        sheet.append(row)
    sheet.merge_cells("B3:B4")
    other = book.create_sheet("parties")
    other.append(["party_id", "kind"])
    other.append(["Y", "company"])
    book.save(case / "payments.xlsx")
    imported = run(case)
    # a cell merged downwards counts for each of its rows, and that is told
    assert stored(case) == [("P1", 3), ("P2", 4)]
    (row,) = told(imported, "payments.xlsx#Sheet")
    assert (row["line"], row["action"]) == (4, "repaired")
    summary = {r["file"]: r for r in imported.quality_summary.to_pylist()}
    assert summary["payments.xlsx#parties"]["rows_kept"] == 1


def test_two_tables_in_one_sheet(case: Path) -> None:
    rows = [
        HEADER.strip().split(","),
        ["P1", "2019-04-29", "A", "B", 3],
        [None],
        ["order_id", "ordered_at", "platform", "merchant_id"],
        ["O1", "2019-04-01", "tb", "m"],
    ]
    (case / "payments.xlsx").write_bytes(workbook(rows))
    imported = run(case)
    assert stored(case) == [("P1", 2)]
    assert "another table" in told(imported, "payments.xlsx#Sheet!4")[0]["problem"]
    assert "orders" in imported.tables


def test_a_cell_in_the_last_corner_of_a_sheet(case: Path) -> None:
    """Laid out, this sheet of a few kilobytes would take hundreds of gigabytes."""
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(","))
    book.active["XFD1048576"] = "x"
    book.save(case / "payments.xlsx")
    (row,) = told(run(case), "payments.xlsx")
    assert "far outside" in row["problem"]


def test_a_stray_cell_beside_a_table(case: Path) -> None:
    book = openpyxl.Workbook()
    for row in (HEADER.strip().split(","), ["P1", "2019-04-29", "A", "B", 3]):
        book.active.append(row)
    book.active["ZZ3"] = "x"
    book.save(case / "payments.xlsx")
    run(case)
    assert stored(case)[0] == ("P1", 2)


def test_a_workbook_that_is_a_bomb(case: Path) -> None:
    (case / "payments.xlsx").write_bytes(workbook([HEADER.strip().split(",")]))
    with zipfile.ZipFile(case / "payments.xlsx", "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/more.xml", b" " * (80 << 20))
    (row,) = told(run(case), "payments.xlsx")
    assert "bomb" in row["problem"]


def test_zip_bomb(case: Path) -> None:
    with zipfile.ZipFile(case / "payments.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("payments.csv", HEADER + "A" * (80 << 20))
    (row,) = told(run(case), "payments.zip")
    assert "bomb" in row["problem"]


def test_zip_member_that_leaves_the_folder(case: Path) -> None:
    with zipfile.ZipFile(case / "more.zip", "w") as archive:
        archive.writestr("../../payments.csv", HEADER + GOOD)
        archive.writestr("inner/payments.csv", HEADER + GOOD)
    imported = run(case)
    assert told(imported, "more.zip#../../payments.csv")[0]["action"] == "quarantined"
    assert stored(case, "file") == [("more.zip#inner/payments.csv",)]
    assert not (case.parent / "payments.csv").exists()


def test_nested_and_broken_zips(case: Path) -> None:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("payments.csv", HEADER + GOOD)
    with zipfile.ZipFile(case / "outer.zip", "w") as archive:
        archive.writestr("deep.zip", inner.getvalue())
        archive.writestr("cut.zip", inner.getvalue()[:-30])
    run(case)
    assert stored(case, "file") == [("outer.zip#deep.zip#payments.csv",)]


def test_zips_nested_too_deeply(case: Path) -> None:
    data, name = (HEADER + GOOD).encode(), "payments.csv"
    for level in range(DEPTH + 1):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr(name, data)
        data, name = buffer.getvalue(), f"level-{level}.zip"
    (case / "outer.zip").write_bytes(data)
    imported = run(case)
    assert "payments" not in imported.tables
    assert any("too deeply" in row["problem"] for row in imported.quality.to_pylist())


def test_an_archive_of_too_many_members(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("suyuan.ingest.formats.archives.MEMBERS", 5)
    with zipfile.ZipFile(case / "many.zip", "w") as archive:
        for n in range(6):
            archive.writestr(f"payments-{n}.csv", HEADER + GOOD.replace("P1", f"P{n}"))
    imported = run(case)
    assert "payments" not in imported.tables
    assert "too many members" in told(imported, "many.zip")[0]["problem"]


def test_an_encrypted_member(case: Path) -> None:
    with zipfile.ZipFile(case / "a.zip", "w") as archive:
        archive.writestr("payments.csv", HEADER + GOOD)
    data = bytearray((case / "a.zip").read_bytes())
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    (case / "a.zip").write_bytes(bytes(data))
    (row,) = told(run(case), "a.zip#payments.csv")
    assert "encrypted" in row["problem"]


def test_a_file_that_cannot_be_opened(case: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permissions say nothing to root, so the refusal itself is simulated."""
    (case / "payments.csv").write_text(HEADER + GOOD)
    (case / "orders.csv").write_text("order_id,ordered_at,platform,merchant_id\n")
    plain = Path.open

    def refusing(self: Path, *args, **kwargs):
        if self.name == "payments.csv":
            raise PermissionError(13, "Permission denied")
        return plain(self, *args, **kwargs)

    monkeypatch.setattr(Path, "open", refusing)
    imported = run(case)
    assert "could not be read" in told(imported, "payments.csv")[0]["problem"]
    assert {row["file"] for row in imported.quality_summary.to_pylist()} >= {"orders.csv"}


def test_zip_with_chinese_names_of_windows(case: Path) -> None:
    name = "流水.csv".encode("gb18030").decode("cp437")
    with zipfile.ZipFile(case / "a.zip", "w") as archive:
        info = zipfile.ZipInfo(name)
        archive.writestr(info, HEADER + GOOD)
    data = (case / "a.zip").read_bytes()
    raw, utf8 = "流水.csv".encode("gb18030"), name.encode()
    # zipfile writes such a name as UTF-8: put the bytes that Windows writes, with no flag
    assert data.count(utf8) == 2
    fixed = data.replace(utf8, raw)
    fixed = bytearray(fixed)
    shift = len(utf8) - len(raw)
    struct.pack_into("<H", fixed, 6, 0)
    struct.pack_into("<H", fixed, 26, len(raw))
    central = fixed.index(b"PK\x01\x02")
    struct.pack_into("<H", fixed, central + 8, 0)
    struct.pack_into("<H", fixed, central + 28, len(raw))
    end = fixed.index(b"PK\x05\x06")
    size, offset = struct.unpack_from("<II", fixed, end + 12)
    struct.pack_into("<II", fixed, end + 12, size - shift, offset - shift)
    (case / "a.zip").write_bytes(bytes(fixed))
    run(case)
    assert stored(case, "file") == [("a.zip#流水.csv",)]


def test_nul_bytes(case: Path) -> None:
    (case / "payments.csv").write_bytes(
        (HEADER + "P\x001,2019-04-29,A\x00,B,3\n" + GOOD * 8).encode()
    )
    imported = run(case)
    assert stored(case, "payment_id, payer")[0] == ("P1", "A")
    assert "NUL bytes were removed" in told(imported, "payments.csv")[0]["problem"]


def test_two_encodings_in_one_file(case: Path) -> None:
    head = "payment_id,at,payer,payee,amount,memo\n"
    lines = [f"P{n},2019-04-29,A,B,3,甲乙丙丁{n}\n" for n in range(4)]
    mixed = (head + lines[0] + lines[1]).encode() + (lines[2] + lines[3]).encode("gb18030")
    (case / "payments.csv").write_bytes(mixed)
    imported = run(case)
    assert stored(case, "memo") == [(f"甲乙丙丁{n}",) for n in range(4)]
    assert "another encoding" in told(imported, "payments.csv")[0]["problem"]


def test_utf8_after_gb18030(case: Path) -> None:
    head = "payment_id,at,payer,payee,amount,memo\n"
    lines = [f"P{n},2019-04-29,A,B,3,甲乙丙丁的备注文字{n}\n" for n in range(4000)]
    mixed = (head + "".join(lines[:2000])).encode("gb18030") + "".join(lines[2000:]).encode()
    (case / "payments.csv").write_bytes(mixed)
    run(case)
    memos = stored(case, "memo")
    assert len(memos) == 4000
    assert sum(memo == f"甲乙丙丁的备注文字{n}" for n, (memo,) in enumerate(memos)) >= 3990


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_encodings_and_delimiters(case: Path, encoding: str, delimiter: str) -> None:
    text = "payment_id,at,payer,payee,amount,memo\nP1,2019-04-29,A,B,3,转账\n"
    data = text.replace(",", delimiter).encode(encoding)
    (case / "payments.csv").write_bytes(data)
    run(case)
    assert stored(case, "payment_id, memo, line") == [("P1", "转账", 2)]


def test_cells_that_cannot_stand(case: Path) -> None:
    rows = [
        "P1,2019-04-29,6.22202E+18,B,3",  # digits lost
        "P2,1900-01-00,A,B,3",
        "P3,2100-01-01,A,B,3",
        "P4,2019-04-29,A,B,-3",
        "P5,2019-04-29,A,B,99999999999999",
        "P6,2019-02-30,A,B,3",
        "P7,2019-04-29,A,B,three",
        "P8,2019-04-29,A,B,3,4,5,6",  # more cells than columns
        "P9,2019-04-29,A",
        "P10,2019-04-29,A,B,0.10",
        "P11,1900-01-01 00:00:00,A,B,3",
        'P12,2019-04-29,A,B,"12,34"',
    ]
    (case / "payments.csv").write_text(HEADER + "\n".join(rows) + "\n")
    imported = run(case)
    assert stored(case) == [("P10", 11)]
    reasons = {row["line"]: row["problem"] for row in told(imported, "payments.csv")}
    assert set(reasons) == {2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13}
    assert "last digits are lost" in reasons[2]
    assert "range" in reasons[4]
    assert "negative" in reasons[5]
    assert "range" in reasons[6]
    assert "more cells" in reasons[9]


def test_an_unreadable_optional_cell_is_left_empty_and_told(case: Path) -> None:
    (case / "payments.csv").write_text(
        "payment_id,at,payer,payee,amount,balance_after\nP1,2019-04-29,A,B,3,lots\n"
    )
    imported = run(case)
    assert stored(case, "payment_id, balance_after") == [("P1", None)]
    (row,) = told(imported, "payments.csv")
    assert (row["line"], row["column"], row["value"], row["action"]) == (
        2,
        "balance_after",
        "lots",
        "kept",
    )


def test_a_cell_of_a_megabyte(case: Path) -> None:
    (case / "payments.csv").write_text(
        "payment_id,at,payer,payee,amount,memo\n"
        f"P1,2019-04-29,A,B,3,{'长' * (1 << 20)}\nP2,2019-04-29,A,B,3,x\n"
    )
    run(case)
    assert stored(case, "payment_id, length(memo)") == [("P1", 1 << 20), ("P2", 1)]


def test_header_in_row_twelve_and_blank_lines(case: Path) -> None:
    (case / "payments.csv").write_text(
        "流水\n" + "\n" * 10 + HEADER + GOOD + "\n\r\n" + GOOD.replace("P1", "P2")
    )
    run(case)
    assert stored(case) == [("P1", 13), ("P2", 16)]


def test_the_same_file_twice_counts_once(case: Path) -> None:
    (case / "payments.csv").write_text(HEADER + GOOD)
    (case / "payments-copy.csv").write_text(HEADER + GOOD)
    with zipfile.ZipFile(case / "z.zip", "w") as archive:
        archive.writestr("payments.csv", HEADER + GOOD)
    imported = run(case)
    assert len(stored(case)) == 1
    assert any("the same file as" in row["problem"] for row in imported.quality.to_pylist())


def test_a_formula_is_kept_as_text(case: Path) -> None:
    # neutralised where it leaves the program, on export; here it is evidence, and stays
    (case / "payments.csv").write_text(
        'payment_id,at,payer,payee,amount,memo\nP1,2019-04-29,A,B,3,"=HYPERLINK(""x"")"\n'
    )
    run(case)
    assert stored(case, "memo") == [('=HYPERLINK("x")',)]


def test_case_toml_path_that_leaves_the_folder(case: Path) -> None:
    (case.parent / "payments.csv").write_text(HEADER + GOOD)
    (case / "case.toml").write_text('[[file]]\npath = "../payments.csv"\ntable = "payments"\n')
    imported = run(case)
    assert "payments" not in imported.tables
    assert "outside" in told(imported, "case.toml")[0]["problem"]


def test_symlink_that_leaves_the_folder(case: Path) -> None:
    (case.parent / "payments.csv").write_text(HEADER + GOOD)
    (case / "payments.csv").symlink_to(case.parent / "payments.csv")
    (case / "linked").symlink_to(case.parent)
    imported = run(case)
    assert "payments" not in imported.tables
    assert "link" in told(imported, "payments.csv")[0]["problem"]
    assert told(imported, "linked")


def test_no_table_at_all(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing to see here\n")
    imported = import_case(tmp_path, tmp_path / "out")
    assert imported.tables == frozenset()
    (tmp_path / "empty").mkdir()
    assert import_case(tmp_path / "empty", tmp_path / "out2").tables == frozenset()


@pytest.mark.slow
def test_a_line_of_carriage_returns_is_a_blank_line(case: Path) -> None:
    (case / "payments.csv").write_bytes(
        b"payment_id,at,payer,payee,amount\r\r\n\r\r\nP1,2019-04-29,A,B,1.00\r\r\n"
    )
    (case / "alone").mkdir()
    (case / "alone" / "payments.csv").write_bytes(b"payment_id,at,payer,payee,amount\n\r\r\n")
    imported = import_case(case, case.parent / "out")
    read = {r["file"]: r["rows_read"] for r in imported.quality_summary.to_pylist()}
    assert (read["payments.csv"], read["alone/payments.csv"]) == (1, 0)


def test_a_million_bad_rows(case: Path) -> None:
    (case / "payments.csv").write_text(HEADER + "P,never,A,B,3\n" * 1_000_000 + GOOD)
    imported = run(case)
    summary = {r["file"]: r for r in imported.quality_summary.to_pylist()}["payments.csv"]
    assert (summary["rows_read"], summary["quarantined"]) == (1_000_001, 1_000_000)
    rows = told(imported, "payments.csv")
    assert len(rows) < 20_000
    assert rows[-1]["line"] is None
    assert "990000 more" in rows[-1]["problem"]
    assert stored(case) == [("P1", 1_000_002)]


def test_quotes_that_never_close(case: Path) -> None:
    lines = [f"P{n},2019-04-29,A,B,3\n" for n in range(5)]
    lines[2] = 'P2,2019-04-29,"A,B,3\n'
    (case / "payments.csv").write_text(HEADER + "".join(lines))
    imported = run(case)
    assert [p for p, _ in stored(case)] == ["P0", "P1", "P2", "P3", "P4"]
    assert any("never closes" in row["problem"] for row in told(imported, "payments.csv"))


def test_stray_quotes(case: Path) -> None:
    (case / "payments.csv").write_text(
        'payment_id,at,payer,payee,amount,memo\nP1,2019-04-29,A,B,3,5" disc\n'
        'P2,2019-04-29,A,B,3,"say ""hi"" now"\nP3,2019-04-29,A,B,3,"x"y\n'
    )
    run(case)
    assert stored(case, "payment_id, memo, line") == [
        ("P1", '5" disc', 2),
        ("P2", 'say "hi" now', 3),
        ("P3", "xy", 4),
    ]


def test_broken_parquet_and_missing_columns(case: Path) -> None:
    (case / "payments.parquet").write_bytes(b"PAR1" + b"\0" * 50)
    (case / "orders.csv").write_text("order_id,buyer_phone\nO1,13800138000\n")
    imported = run(case)
    assert "cut short" in told(imported, "payments.parquet")[0]["problem"]
    assert "ordered_at" in told(imported, "orders.csv")[0]["problem"]


def test_case_toml_that_is_no_toml(case: Path) -> None:
    (case / "case.toml").write_text("timezone = [")
    with pytest.raises(InputError) as caught:
        run(case)
    assert "TOML" in caught.value.text("zh")


@pytest.mark.parametrize(
    "line", ['timezone = "Mars/Base"', '[[file]]\npath="a.csv"\ntable="nonsense"', "[[file]]\nx=1"]
)
def test_case_toml_that_says_nonsense(case: Path, line: str) -> None:
    (case / "case.toml").write_text(line)
    with pytest.raises(InputError):
        run(case)


def test_the_case_may_be_read_only(case: Path) -> None:
    (case / "payments.csv").write_text(HEADER + GOOD)
    before = {p: p.stat().st_mtime_ns for p in case.rglob("*")}
    case.chmod(0o555)
    try:
        run(case)
    finally:
        case.chmod(0o755)
    assert {p: p.stat().st_mtime_ns for p in case.rglob("*")} == before


def test_an_output_that_cannot_be_written(case: Path) -> None:
    (case.parent / "out").write_text("a file stands here")
    with pytest.raises(InputError) as caught:
        run(case)
    assert "folder" in caught.value.text("en")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits a forked child")
@pytest.mark.parametrize("limit", [0, 2_000, 20_000, 60_000])
def test_a_full_disk(case: Path, limit: int) -> None:
    """A disk that takes no more, as a limit on the size of files (EFBIG where it would be ENOSPC).

    From the smallest limit to the largest: nothing, the text for the reader, the rows, a list.
    """
    lines = [f"P{n},2019-04-29 09:05:00,A{n % 999},B,{n % 100}.30\n" for n in range(4_000)]
    (case / "payments.csv").write_text(HEADER + "".join(lines) + "P,never,A,B,1\n" * 2_000)
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
        try:
            import_case(case, case.parent / "out")
        except InputError as error:
            os._exit(10 if "space" in str(error.text("en")) else 11)
        except BaseException:
            os._exit(12)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 10
    assert not list((case.parent / "out" / "records").glob("*.json"))
    imported = run(case)
    assert len(stored(case)) == 4_000
    assert {r["file"]: r for r in imported.quality_summary.to_pylist()}["payments.csv"][
        "quarantined"
    ] == 2_000


def test_the_own_output_is_never_input(case: Path) -> None:
    (case / "payments.csv").write_text(HEADER + GOOD)
    first = import_case(case, case / "suyuan")
    (case / "suyuan" / "payments.csv").write_text(HEADER + GOOD.replace("P1", "P9"))
    again = import_case(case, case / "suyuan")
    assert again.quality_summary.equals(first.quality_summary)


def test_duplicate_headers_and_columns_left_over(case: Path) -> None:
    (case / "payments.csv").write_text(
        "payment_id,at,payer,payee,amount,amount,柜员\nP1,2019-04-29,A,B,3,4,Z\n"
    )
    imported = run(case)
    assert stored(case, "amount") == [(300,)]
    summary = {r["file"]: r for r in imported.quality_summary.to_pylist()}["payments.csv"]
    assert "柜员" in summary["columns_left_over"]


def test_quality_has_the_declared_schema(case: Path) -> None:
    (case / "payments.csv").write_text(HEADER + "P1,never,A,B,3\n")
    imported = run(case)
    actions = set(pc.unique(imported.quality.column("action")).to_pylist())
    assert actions <= {"quarantined", "repaired", "kept"}
    assert imported.quality.schema.field("line").type == pa.int64()
