"""Files and folders of a case that are not read are named."""

from pathlib import Path

from suyuan.ingest import import_case

ROWS = "payment_id,at,payer,payee,amount\nP1,2024-03-01 09:05:00,A1,B1,3.00\n"


def test_what_is_not_read_is_named(tmp_path: Path) -> None:
    case, out = tmp_path / "case", tmp_path / "out"
    for folder in ("", "suyuan", "old/records"):
        (case / folder).mkdir(parents=True, exist_ok=True)
    (case / "payments.csv").write_text(ROWS)
    (case / "suyuan" / "payments-2.csv").write_text(ROWS)
    (case / "old" / "records" / "manifest.json").write_text("{}")
    (case / "old" / "payments-3.csv").write_text(ROWS)
    (case / "page.html").write_text("<table><tr><td>1</td></tr></table>")
    imported = import_case(case, out)
    noted = {row["file"]: row["problem"] for row in imported.quality.to_pylist()}
    assert {"suyuan", "old", "page.html"} <= noted.keys()
    assert "output of this program" in noted["old"]
    assert imported.quality_summary["file"].to_pylist() == ["payments.csv"]


def test_the_output_in_force_is_not_named_each_time(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "payments.csv").write_text(ROWS)
    for _ in range(2):
        imported = import_case(case, case / "suyuan")
    assert imported.quality.num_rows == 0
