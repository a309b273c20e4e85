"""Each shipped profile on an invented export in its layout."""

# ruff: noqa: E501  # exports are as wide as they are

from datetime import timedelta
from pathlib import Path

import pyarrow.compute as pc
import pytest
import samples
from samples import china, read

from suyuan.ingest.mapping.profile_files import catalog_profiles, parse
from suyuan.model.errors import CatalogError
from suyuan.model.records import RECORDS

FLOWS = 'SELECT "at", payer, payee, amount, balance_after FROM payments ORDER BY "at"'
OWN, LI, WANG = "6222021234567890123", "6217000011112222333", "6228480000000000017"


def profile_of(imported) -> list[str]:
    return imported.quality_summary.column("profile").to_pylist()


def test_bank_with_flag_preamble_and_totals(tmp_path: Path) -> None:
    imported, con = read(tmp_path, export=samples.BANK_FLAGGED)
    assert profile_of(imported) == ["bank-flagged"]
    assert con.execute(FLOWS).fetchall() == [
        (china(2019, 4, 29, 9, 1), "8800", OWN, 5_000_000, None),
        (china(2019, 4, 29, 9, 5), OWN, LI, 4_995_000, 5000),
        (china(2019, 4, 30, 10, 11, 12), OWN, "ATM取现", 5000, 0),
    ]
    (summary,) = imported.quality_summary.to_pylist()
    assert (summary["rows_read"], summary["quarantined"]) == (3, 0)
    kept = imported.quality.filter(pc.field("action") == "kept")
    assert kept.column("line").to_pylist() == [8]  # the totals: told, not counted


def test_bank_with_signed_amounts(tmp_path: Path) -> None:
    imported, con = read(tmp_path, export=samples.BANK_SIGNED)
    assert profile_of(imported) == ["bank-signed"]
    assert con.execute(FLOWS).fetchall() == [
        (china(2019, 4, 29, 9, 1), "8800", OWN, 5_000_000, None),
        (china(2019, 4, 29, 9, 5, 30), OWN, LI, 4_995_000, 5000),
    ]


def test_bank_with_two_columns(tmp_path: Path) -> None:
    imported, con = read(tmp_path, export=samples.BANK_TWO_COLUMNS)
    assert profile_of(imported) == ["bank-two-columns"]
    assert con.execute(FLOWS).fetchall() == [
        (china(2019, 4, 29, 9, 5), OWN, LI, 4_995_000, None),
        (china(2019, 4, 29, 9, 6), LI, WANG, 2_000_000, 2_995_000),
    ]


def test_wechat(tmp_path: Path) -> None:
    imported, con = read(tmp_path, export=samples.WECHAT)
    assert profile_of(imported) == ["wechat-pay-bill"]
    rows = con.execute("SELECT payment_id, payer, payee, amount, status FROM payments").fetchall()
    assert rows == [
        ("1000039801", "wechat:阿明", "小红", 20000, "settled"),
        ("1000039802", "小红", "wechat:阿明", 8888, "settled"),
    ]


def test_alipay(tmp_path: Path) -> None:
    imported, con = read(tmp_path, export=samples.ALIPAY)
    assert profile_of(imported) == ["alipay-records"]
    rows = con.execute('SELECT payment_id, "at", payer, payee, amount FROM payments').fetchall()
    paid = china(2019, 4, 29, 9, 0, 5)
    assert rows == [("2019042922001", paid, "alipay:amin@example.com", "李某", 30000)]
    assert imported.quality_summary.column("quarantined").to_pylist() == [0]
    assert imported.quality_summary.column("columns_left_over").to_pylist() == [[]]


def test_alipay_in_its_later_layout(tmp_path: Path) -> None:
    imported, con = read(tmp_path, export=samples.ALIPAY_LATER)
    assert profile_of(imported) == ["alipay-bill"]
    own = "alipay:amin@example.com"
    rows = "SELECT payment_id, payer, payee, amount, status FROM payments ORDER BY line"
    assert con.execute(rows).fetchall() == [
        ("2019042922001", own, "li***@example.com", 30_000, "settled"),
        ("2019043022002", "shop@example.com", own, 1250, "settled"),  # it arrived
    ]


def test_amlsim(tmp_path: Path) -> None:
    imported, con = read(
        tmp_path, transactions=samples.AMLSIM_TRANSACTIONS, nodes=samples.AMLSIM_NODES
    )
    assert profile_of(imported) == ["amlsim-nodes", "amlsim-transactions"]
    rows = 'SELECT payer, payee, amount, "at" FROM payments ORDER BY line'
    first, second = con.execute(rows).fetchall()
    assert first[:3] == ("11", "12", 5550)
    assert second[:3] == ("12", "13", 2000)
    assert second[3] - first[3] == timedelta(days=3)
    accounts = con.execute("SELECT account_no, opening_balance FROM bank_accounts").fetchall()
    assert accounts == [("11", 100_050)]
    # the labels of the simulation never reach a table
    assert con.execute("SELECT count(memo) FROM payments").fetchall() == [(0,)]


@pytest.mark.parametrize(
    ("text", "profile", "expected"),
    [
        (
            samples.CDR_MOBILE,
            "cdr-mobile",
            [
                ("13700137000", "13800138000", china(2019, 4, 28, 10, 5), 60, None, None),
                ("13800138000", "13900139000", china(2019, 4, 28, 10), 83, "868120000000001", "A1"),
            ],
        ),
        (
            samples.CDR_UNICOM,
            "cdr-unicom",
            [
                (
                    "13800138000",
                    "13900139000",
                    china(2019, 4, 28, 9, 5, 1),
                    83,
                    "868120000000001",
                    "B7",
                )
            ],
        ),
        (
            samples.CDR_TELECOM,
            "cdr-telecom",
            [("13900139000", "13800138000", china(2019, 4, 28, 9, 5, 1), 83, None, None)],
        ),
    ],
)
def test_call_records(tmp_path: Path, text: str, profile: str, expected: list[tuple]) -> None:
    imported, con = read(tmp_path, export=text)
    assert profile_of(imported) == [profile]
    rows = con.execute(
        "SELECT caller, callee, started_at, duration, imei, cell FROM calls"
    ).fetchall()
    assert sorted(rows) == expected


def test_orders_of_two_shop_systems(tmp_path: Path) -> None:
    imported, con = read(tmp_path, first=samples.SHOP, second=samples.MALL)
    assert profile_of(imported) == ["shop-orders", "mall-orders"]
    rows = con.execute(
        "SELECT order_id, buyer_name, buyer_phone, amount, waybill_id, platform FROM orders "
        "ORDER BY order_id"
    ).fetchall()
    assert rows == [
        ("M1", "郑某", "138****8000", 6200, "ZT9", "jd"),
        ("T1", "郑*", "13800138000", 6200, "YT123", "taobao"),
    ]


def test_case_toml_names_a_profile_and_columns(tmp_path: Path) -> None:
    case = tmp_path / "case"
    case.mkdir()
    (case / "case.toml").write_text(
        '[[file]]\npath = "odd.csv"\ntable = "payments"\nheader_row = 3\n'
        'columns = {id = "payment_id", when = "at", von = "payer", an = "payee", betrag = "amount"}\n'
        'ignore = ["x"]\n'
    )
    imported, con = read(
        tmp_path, odd="\nsome words\nid,when,von,an,betrag,x,y\n1,2019-04-29,A,B,3,4,5\n"
    )
    assert con.execute("SELECT payment_id, payer, amount, line FROM payments").fetchall() == [
        ("1", "A", 300, 4)
    ]
    assert imported.quality_summary.column("columns_left_over").to_pylist() == [["y"]]


@pytest.mark.parametrize("profile", catalog_profiles(), ids=lambda profile: profile.name)
def test_a_shipped_profile_fills_every_required_column(profile) -> None:
    sides = profile.sides
    filled = {*profile.columns, *((sides.giver, sides.taker, "amount") if sides else ())}
    filled |= {"payment_id"} if sides else set()
    assert {c.name for c in RECORDS[profile.table] if c.mandatory} <= filled
    assert profile.title.en
    assert profile.title.zh


@pytest.mark.parametrize(
    "text",
    [
        "",
        "table: payments",
        "table: nothing\nknown_by: [a]",
        "known_by: [a\n",
        "table: payments\nknown_by: [a]\ncolumns: {no_such: a}",
        "table: payments\nknown_by: [a]\ncolumns: {at: {from: a, step: fortnight, since: 2019-01-01}}",
    ],
)
def test_a_profile_that_is_not_well_formed_is_refused(text: str) -> None:
    with pytest.raises(CatalogError):
        parse(text, "mine")
