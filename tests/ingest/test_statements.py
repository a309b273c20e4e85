"""Statements beside one another: two sides of a payment, gaps, clocks."""

from pathlib import Path

import samples
from samples import read

A, B = "6222021234567890123", "6217000011112222333"
HEADER = "卡号,交易日期,交易时间,借贷标志,交易金额,余额,对方账号,对方户名,交易流水号\n"


def row(own: str, clock: str, flag: str, amount: str, balance: str, other: str, serial: str) -> str:
    return f"{own},20190429,{clock},{flag},{amount},{balance},{other},某,{serial}\n"


def test_two_sides_of_one_payment_are_one(tmp_path: Path) -> None:
    imported, con = read(tmp_path, flagged=samples.BANK_FLAGGED, other=samples.BANK_TWO_COLUMNS)
    rows = con.execute(f"SELECT payer, payee, amount FROM payments WHERE payee = '{B}'").fetchall()
    assert rows == [(A, B, 4_995_000)]
    by_file = {r["file"]: r["duplicates"] for r in imported.quality_summary.to_pylist()}
    assert by_file == {"flagged.csv": 0, "other.csv": 1}
    reasons = con.execute(
        f"SELECT reason FROM '{tmp_path}/out/records/_excluded/payments.parquet'"
    ).fetchall()
    assert reasons == [("second_side",)]


def test_two_payments_of_one_amount_stay_two(tmp_path: Path) -> None:
    gone = HEADER + row(A, "090000", "借", "100.00", "900.00", B, "1")
    gone += row(A, "090500", "借", "100.00", "800.00", B, "2")
    come = HEADER + row(B, "090005", "贷", "100.00", "100.00", A, "71")
    come += row(B, "090505", "贷", "100.00", "200.00", A, "72")
    _, con = read(tmp_path, gone=gone, come=come)
    assert con.execute("SELECT payment_id FROM payments ORDER BY ALL").fetchall() == [
        ("1",),
        ("2",),
    ]


def test_the_clocks_of_two_banks(tmp_path: Path) -> None:
    gone, come = HEADER, HEADER
    for n in range(5):
        gone += row(A, f"09{n}000", "借", f"{n + 1}.00", "", B, f"o{n}")
        come += row(B, f"09{n}0{40 + n}"[:4] + "47", "贷", f"{n + 1}.00", "", A, f"i{n}")
    imported, _ = read(tmp_path, gone=gone, come=come)
    (skew,) = [r for r in imported.quality.to_pylist() if "clock" in r["problem"]]
    assert (skew["file"], skew["value"]) == ("come.csv", "+47 s")
    assert "gone.csv" in skew["problem_zh"]


def test_one_payment_under_one_id_in_two_files(tmp_path: Path) -> None:
    header = "payment_id,at,payer,payee,amount,balance_after,memo\n"
    first = header + "P1,2019-04-29 09:00:00,A,B,5,,from b\nP2,2019-04-29 09:00:00,A,B,5,,\n"
    second = header + "P1,2019-04-29 09:00:03,A,B,5,10.00,from a\nP2,2019-04-29 09:00:00,A,C,5,,\n"
    _, con = read(tmp_path, first=first, second=second)
    rows = con.execute("SELECT payment_id, payee, memo FROM payments ORDER BY ALL").fetchall()
    assert rows == [("P1", "B", "from a"), ("P2", "B", None), ("P2", "C", None)]


def test_a_gap_is_where_the_balance_jumps(tmp_path: Path) -> None:
    whole = [
        row(A, "090000", "贷", "100.00", "100.00", B, "1"),
        row(A, "090100", "借", "30.00", "70.00", B, "2"),
        row(A, "090200", "借", "20.00", "50.00", B, "3"),
        row(A, "090300", "贷", "5.00", "55.00", B, "4"),
    ]
    assert gaps(tmp_path, "whole", whole) == {}
    assert gaps(tmp_path, "newest_first", whole[::-1]) == {}
    assert gaps(tmp_path, "torn", whole[:1] + whole[2:]) == {3: "-30.00"}


def gaps(folder: Path, name: str, rows: list[str]) -> dict[int, str]:
    (folder / name).mkdir()
    imported, _ = read(folder / name, statement=HEADER + "".join(rows))
    told = [r for r in imported.quality.to_pylist() if "balance" in r["problem"]]
    assert sum(imported.quality_summary.column("statement_gaps").to_pylist()) == len(told)
    return {r["line"]: r["value"] for r in told}


def test_gaps_in_the_standard_table(tmp_path: Path) -> None:
    text = (
        "payment_id,at,payer,payee,amount,balance_after\n"
        "P1,2019-04-29 09:00:00,A,B,10,90\nP2,2019-04-29 09:01:00,C,A,5,\n"
        "P3,2019-04-29 09:02:00,A,B,10,85\nP4,2019-04-29 09:03:00,A,B,10,70\n"
    )
    imported, _ = read(tmp_path, payments=text)
    told = [(r["line"], r["value"]) for r in imported.quality.to_pylist()]
    assert told == [(5, "-5.00")]
