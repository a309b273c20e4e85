"""Columns of payments, taken in a part at a time; names found from whichever side is smaller."""

import pyarrow as pa
import pytest

from suyuan.money import payment_columns
from suyuan.money.payment_columns import SCHEMA, find, number_accounts

NAMES = [("b", "a"), ("c", "a"), ("a", "d"), ("b", "c"), ("e", "b")]


def batch(place: int, payer: str, payee: str) -> pa.RecordBatch:
    row = {"row_id": f"r{place}", "payer": payer, "payee": payee, "amount": place}
    return pa.RecordBatch.from_pylist([row | {"cash": False, "fee": False}], schema=SCHEMA)


@pytest.mark.parametrize("part", [1, 2, 100])
def test_accounts_are_numbered_alike_however_many_rows_are_read_at_once(part, monkeypatch):
    monkeypatch.setattr(payment_columns, "PART", part)
    accounts, columns = number_accounts(batch(i, *names) for i, names in enumerate(NAMES))
    assert accounts.to_pylist() == ["a", "b", "c", "d", "e"]
    ends = zip(columns["payer"].tolist(), columns["payee"].tolist(), strict=True)
    assert [("abcde"[payer], "abcde"[payee]) for payer, payee in ends] == NAMES
    assert columns["row_id"].to_pylist() == ["r0", "r1", "r2", "r3", "r4"]
    assert columns["amount"].tolist() == [0, 1, 2, 3, 4]


def test_no_payments():
    accounts, columns = number_accounts([])
    assert len(accounts) == len(columns["at"]) == len(columns["row_id"]) == 0


@pytest.mark.parametrize("among", [["x", "y", "x", None], ["x", "y", "x", None, "z", "z", "w"]])
def test_a_name_is_found_where_it_stands_first(among):
    names = pa.array(["z", None, "x", "q", "y", "x"])
    found = find(names, pa.array(among))
    wanted = [among.index(n) if n in among and n else -1 for n in names.to_pylist()]
    assert found.tolist() == wanted
