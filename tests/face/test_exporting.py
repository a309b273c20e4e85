"""Cells of evidence that would run in a spreadsheet leave the program as text."""

import csv
from pathlib import Path

import openpyxl
import pytest
from written import results_of

from suyuan.face.exchange.table_files import export
from suyuan.privacy.masking import Masking

HOSTILE = ['=HYPERLINK("http://x")', "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "plain", ""]


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_no_exported_cell_is_a_formula(tmp_path: Path, form: str) -> None:
    rows = [{"file": "a.csv", "problem": "p", "value": value} for value in HOSTILE]
    results = results_of(tmp_path, quality=rows)
    (path,) = export(results, tmp_path / "to", form, ["quality"], Masking(full=True))
    if form == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *cells = csv.reader(file)
    else:
        sheet = openpyxl.load_workbook(path).active
        assert all(cell.data_type != "f" for row in sheet for cell in row)
        header, *cells = [["" if v is None else str(v) for v in row] for row in sheet.values]
    values = [row[header.index("value")] for row in cells]
    assert len(values) == len(HOSTILE)
    for given, value in zip(HOSTILE, values, strict=True):
        assert not value.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert value.endswith(given.strip("\r\t"))
