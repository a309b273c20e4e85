"""Each line of a packed file is a row, a header, or named with its reason; or nothing is taken."""

from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest

from suyuan.ingest import import_case
from suyuan.ingest.formats import xlsx_reader
from suyuan.ingest.formats.entries import Statement
from suyuan.ingest.formats.line_count import BREACH
from suyuan.ingest.formats.ofx import read_ofx
from suyuan.ingest.formats.statements import read_statement
from suyuan.ingest.formats.xlsx_reader import BESIDE, BookSheet, read_sheets
from suyuan.model.errors import InputError

ROWS = [
    ["payment_id", "at", "payer", "payee", "amount"],
    ["P1", "2024-03-01 09:05:00", "A1", "B1", 3],
    ["P2", "2024-03-01 09:06:00", "A1", "B1", 4],
]


def book(path: Path, rows: list[list[object]]) -> Path:
    opened = openpyxl.Workbook()
    for row in rows:
        opened.active.append(row)
    opened.save(path)
    return path


def test_a_sheet_that_loses_a_line_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = book(tmp_path / "payments.xlsx", [*ROWS])

    def short(sheet: BookSheet, known: frozenset[str]) -> Iterator[BookSheet]:
        yield BookSheet(sheet.name, sheet.headers, sheet.header_line, "", sheet.rows[:-1])

    monkeypatch.setattr(xlsx_reader, "_split_tables", short)
    with pytest.raises(InputError) as error:
        list(read_sheets(path, frozenset({"payer", "payee", "amount"}), None))
    assert error.value.message == BREACH


def test_cells_beside_the_table_are_named_and_the_row_stands(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    book(case / "payments.xlsx", [ROWS[0], [*ROWS[1], "", "see page 3"], ROWS[2]])
    imported = import_case(case, tmp_path / "out")
    assert imported.quality_summary["rows_kept"].to_pylist() == [2]
    noted = [(r["line"], r["problem"]) for r in imported.quality.to_pylist()]
    assert (2, BESIDE.en) in noted


def test_an_entry_that_never_ends_is_an_error(tmp_path: Path) -> None:
    entry = "<STMTTRN><TRNAMT>-1.00<FITID>N{n}<NAME>B"
    text = "OFXHEADER:100\n\n<OFX><ACCTID>1</ACCTID>" + entry + entry + "</STMTTRN></OFX>"
    statement: Statement = read_ofx(text)
    assert (statement.entry_count, len(statement.entries)) == (2, 1)
    path = tmp_path / "a.ofx"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_statement(path, "ofx")
    assert (error.value.message, error.value.value) == (BREACH, "1 of 2")


@pytest.mark.parametrize("word", ["/", "--", r"\N", "null", "无"])
def test_placeholders_of_a_standard_table_name_nobody(word: str, tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    header = "payment_id,at,payer,payee,amount,merchant_order\n"
    rows = (
        f"P1,2024-03-01 09:05:00,A1,{word},3.00,{word}\nP2,2024-03-01 09:05:00,A1,B,3.00,{word}\n"
    )
    (case / "payments.csv").write_text(header + rows, encoding="utf-8")
    imported = import_case(case, tmp_path / "out")
    summary = imported.quality_summary.to_pylist()[0]
    assert (summary["rows_kept"], summary["quarantined"]) == (1, 1)
