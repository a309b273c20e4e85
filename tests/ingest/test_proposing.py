"""A mapping proposed for a file that no profile knows."""

from pathlib import Path

import duckdb
import pytest

from suyuan.ingest import import_case, propose_mapping, write_profile
from suyuan.ingest.proposing.cell_looks import luhn
from suyuan.ingest.proposing.header_words import COUNTERPARTY
from suyuan.model.errors import InputError

STRANGE = (
    "记号;刷卡人;收款人;几时;多少;经办\n"
    "a1;4111111111111111;5500005555555559;2019-04-29 09:05;1,200.00;王\n"
    "a2;4012888888881881;5105105105105100;2019-04-29 09:06;7.50;李\n"
)


def test_cells_tell_what_headers_do_not(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    file = case / "刷卡.csv"
    file.write_text(STRANGE, encoding="gb18030")
    proposal = propose_mapping(file, table="payments")
    assert {c.header: c.role for c in proposal.columns} == {
        "记号": None,
        "刷卡人": "payer",
        "收款人": "payee",
        "几时": "at",
        "多少": "amount",
        "经办": None,
    }
    assert proposal.missing_columns == ()
    assert proposal.columns[1].samples == ("4111111111111111", "4012888888881881")
    write_profile(case, "card readers", proposal.with_({"记号": "payment_id"}))
    imported = import_case(case, tmp_path / "out")
    (summary,) = imported.quality_summary.to_pylist()
    assert (summary["table"], summary["profile"]) == ("payments", "card-readers")
    assert (summary["rows_kept"], summary["columns_left_over"]) == (2, [])


def test_the_table_is_guessed(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text(
        "主叫号码,被叫号码,起始,通话时长\n13800138000,13900139000,2019-04-28 10:00,60\n"
    )
    proposal = propose_mapping(file)
    assert proposal.table == "calls"
    assert proposal.missing_columns == ()


def test_no_table(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(b"\x00\x01\x02" * 1000)
    with pytest.raises(InputError):
        propose_mapping(file)


@pytest.mark.parametrize(("digits", "sound"), [("79927398713", True), ("79927398710", False)])
def test_luhn(digits: str, sound: bool) -> None:
    assert luhn(digits) is sound


def test_a_statement_that_no_profile_knows(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    file = case / "某行 流水.csv"
    file.write_text(
        "账号:6222021234567890124\n日子,钱,方向,对家卡号,结余\n"
        '2019-04-29 09:05,"1,200.00",支出,6217000011112222333,800.00\n'
        "2019-04-29 09:06,5.00,收入,6228480000000000017,805.00\n"
    )
    proposal = propose_mapping(file)
    assert (proposal.table, proposal.missing_columns) == ("payments", ())
    assert proposal.own == "6222021234567890124"
    assert proposal.headers(COUNTERPARTY) == ["对家卡号"]
    written = write_profile(case, file.stem, proposal)
    assert written.name == "某行-流水.yml"
    imported = import_case(case, tmp_path / "out")
    assert imported.quality_summary["statement_gaps"].to_pylist() == [0]
    rows = duckdb.sql(
        f"SELECT payer, payee, amount, balance_after FROM "
        f"'{tmp_path}/out/records/payments/*.parquet' ORDER BY line"
    ).fetchall()
    assert rows == [
        ("6222021234567890124", "6217000011112222333", 120_000, 80_000),
        ("6228480000000000017", "6222021234567890124", 500, None),
    ]
