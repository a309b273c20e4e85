"""More than one table in a file, and headers that stand more than once."""

from pathlib import Path

import duckdb
import openpyxl
import pytest

from suyuan.ingest import CaseImport, import_case

OWN, OTHER, PEER = "6222021234567890123", "6228480000000000017", "6217000011112222333"
HEADER = "交易日期,交易时间,借贷标志,交易金额,余额,对方账号,交易流水号"
STATEMENTS = f"""客户交易明细
账号:{OWN},户名:张某,,
{HEADER}
20190429,090500,借,100.00,900.00,{PEER},F1
{HEADER}
20190429,090600,借,100.00,800.00,{PEER},F2
合计,,,200.00,,,

账号:{OTHER},户名:李某,,
{HEADER}
20190429,090500,贷,5.00,5.00,{PEER},G1

通话详单
主叫号码,被叫号码,通话日期,通话时间,通话时长(秒)
13800138000,13900139000,2019/4/28,9:05:01,83
"""
FLOWS = [("F1", OWN, PEER), ("F2", OWN, PEER), ("G1", PEER, OTHER)]


def as_csv(case: Path) -> str:
    (case / "两户.csv").write_text(STATEMENTS, encoding="gb18030")
    return "两户.csv"


def as_workbook(case: Path) -> str:
    book = openpyxl.Workbook()
    for line in STATEMENTS.split("\n"):
        book.active.append(line.split(","))
    book.save(case / "两户.xlsx")
    return "两户.xlsx#Sheet"


@pytest.mark.parametrize("written", [as_csv, as_workbook])
def test_two_accounts_and_calls_below_one_another(tmp_path: Path, written) -> None:
    file = written(tmp_path)
    imported = import_case(tmp_path, tmp_path / "out")
    assert rows(tmp_path, "payments", "payment_id, payer, payee") == FLOWS
    assert rows(tmp_path, "payments", "file, line") == [
        (file, 4),
        (file, 6),
        (f"{file}!10", 11),
    ]
    assert rows(tmp_path, "calls", "file, line, caller") == [(f"{file}!14", 15, "13800138000")]
    told = {(row["file"], row["line"]): row["problem"] for row in imported.quality.to_pylist()}
    assert "repeated" in told[file, 5]
    assert "another table" in told[f"{file}!10", 10]
    assert "another table" in told[f"{file}!14", 14]
    assert sum(row["quarantined"] for row in imported.quality_summary.to_pylist()) == 0


def rows(folder: Path, table: str, columns: str) -> list[tuple]:
    files = f"{folder}/out/records/{table}/*.parquet"
    return duckdb.sql(f"SELECT {columns} FROM '{files}' ORDER BY file, line").fetchall()


def one(folder: Path, text: str, name: str = "payments.csv") -> CaseImport:
    (folder / name).write_text(text)
    return import_case(folder, folder / "out")


def test_a_second_table_that_no_one_knows_is_told(tmp_path: Path) -> None:
    imported = one(
        tmp_path,
        "payment_id,at,payer,payee,amount\nP1,2019-04-29,A,B,3\n"
        "order_id,buyer_phone,address\nO1,13800138000,somewhere\n",
    )
    assert rows(tmp_path, "payments", "payment_id") == [("P1",)]
    told = [r for r in imported.quality.to_pylist() if r["file"] == "payments.csv!3"]
    assert [r["action"] for r in told] == ["kept", "quarantined"]
    assert "missing" in told[1]["problem"]


def test_rows_above_a_second_header_are_never_taken_for_its_title(tmp_path: Path) -> None:
    imported = one(
        tmp_path,
        "party_id,kind,name,phones\nX,person,,\nY,company,,\n"
        "order_id,ordered_at,platform,merchant_id\nO1,2019-04-01,tb,m\n",
        "parties.csv",
    )
    assert rows(tmp_path, "parties", "party_id") == [("X",), ("Y",)]
    assert imported.tables == {"parties", "orders"}


def test_words_of_headers_among_rows_are_rows(tmp_path: Path) -> None:
    text = "trade_id,at,seller,buyer,goods,price\n" + "at,2019-04-29,name,phone,sim,3\n" * 3
    one(tmp_path, text, "trades.csv")
    assert len(rows(tmp_path, "trades", "trade_id")) == 3


def test_a_quoted_second_header(tmp_path: Path) -> None:
    one(
        tmp_path,
        '"payment_id","at","payer","payee","amount"\n"P1","2019-04-29","A","B","3"\n'
        '"Order_ID","ordered_at","platform","merchant_id"\n"O1","2019-04-01","tb","m"',
    )
    assert rows(tmp_path, "payments", "payment_id") == [("P1",)]
    assert rows(tmp_path, "orders", "order_id, line") == [("O1", 4)]


@pytest.mark.parametrize(
    "again",
    [
        "交易日期,对方账号,对方户名,支出金额,收入金额,余额",
        "交易日期,对方账号,对方户名,支出金额(元),收入金额(元),余额(元)",
        "交易日期\uff08北京时间\uff09,对方帐号,对方户名,支出金额,收入金额,余额",
        " 交 易 日 期 , 对方账号,对方户名,支出 金额,收入金额,余 额,,",
        "`交易日期*,交易对手账号,对手户名,支出金额[元],收入金额[元],余额",
    ],
)
def test_a_page_repeats_the_header_in_another_width(tmp_path: Path, again: str) -> None:
    imported = one(
        tmp_path,
        "账号:6222000000000001\n交易日期,对方账号,对方户名,支出金额,收入金额,余额\n"
        f"2024-03-01,6222000000000002,白露,5.00,,95.00\n{again}\n"
        "2024-03-02,6222000000000002,白露,6.00,,89.00\n",
        "流水.csv",
    )
    assert [r["rows_read"] for r in imported.quality_summary.to_pylist()] == [2]
    assert len(rows(tmp_path, "payments", "line")) == 2


def test_a_page_repeats_a_first_header_that_nobody_knows(tmp_path: Path) -> None:
    header = "批 次,交易日期,对方账号,支出金额,收入金额,余额"
    imported = one(
        tmp_path,
        f"账号:6222000000000001\n{header}\nA,2024-03-01,6222000000000002,5.00,,95.00\n"
        "批次,交易日期,对方账号,支出金额,收入金额,余额\n"
        "A,2024-03-02,6222000000000002,6.00,,89.00\n",
        "流水.csv",
    )
    assert [r["rows_read"] for r in imported.quality_summary.to_pylist()] == [2]


def test_an_empty_first_table(tmp_path: Path) -> None:
    imported = one(
        tmp_path,
        "payment_id,at,payer,payee,amount\n\n"
        "order_id,ordered_at,platform,merchant_id\nO1,2019-04-01,tb,m\n",
    )
    summary = [
        (r["file"], r["table"], r["rows_read"]) for r in imported.quality_summary.to_pylist()
    ]
    assert summary == [("payments.csv", "payments", 0), ("payments.csv!3", "orders", 1)]
