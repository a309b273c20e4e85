"""Seized rows find their orders through masks, gaps and typos, and only those."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pytest

from filled_tables import filled
from suyuan.identity.matching.blocking import WIDEST, pairs
from suyuan.identity.matching.match import matches
from suyuan.store.duck import DuckEngine
from suyuan.store.tables import Tables

SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红辉建文"
ITEMS = ["内衣", "手机壳", "保温杯", "运动鞋", "童装", "面膜", "充电器", "茶叶", "台灯", "雨伞"]
PLACES = ["苏州市姑苏区", "长沙市雨花区", "宿迁市沭阳县", "南京市江宁区", "株洲市天元区"]


def orders_of(rng: np.random.Generator, n: int) -> pa.Table:
    buyers = n // 3
    phones = [f"13{rng.integers(0, 10)}{rng.integers(0, 10**8):08d}" for _ in range(buyers)]
    names = [
        str(rng.choice(list(SURNAMES))) + "".join(rng.choice(list(GIVEN), rng.integers(1, 3)))
        for _ in range(buyers)
    ]
    streets = [f"{rng.choice(PLACES)}解放路{rng.integers(1, 400)}号" for _ in range(buyers)]
    buyer = rng.integers(0, buyers, n)
    at = np.datetime64("2019-04-01", "us") + (rng.random(n) * 42 * 86_400e6).astype(
        "timedelta64[us]"
    )
    return pa.table(
        {
            "order_id": [f"{rng.integers(10**15, 10**16)}{i}" for i in range(n)],
            "ordered_at": pa.array(at, pa.timestamp("us")),
            "buyer_phone": [phones[b] for b in buyer],
            "buyer_name": [names[b] for b in buyer],
            "address": [streets[b] for b in buyer],
            "item": rng.choice(ITEMS, n).tolist(),
            "amount": pa.array((rng.lognormal(4.2, 0.8, n) * 10).astype(np.int64) * 10),
            "waybill_id": [f"77{rng.integers(10**10, 10**11)}" for _ in range(n)],
        }
    )


def copied(rng: np.random.Generator, row: dict) -> dict:
    """One seized row: masked, gappy, mistyped."""
    phone, name = row["buyer_phone"], row["buyer_name"]
    if rng.random() < 0.5:
        phone = phone[:3] + "****" + phone[-4:]
    elif rng.random() < 0.05:
        cut = rng.integers(3, 10)
        phone = phone[:cut] + str(rng.integers(0, 10)) + phone[cut + 1 :]
    if rng.random() < 0.4:
        name = name[0] + "*" * (len(name) - 1)
    out = {
        "phone": phone, "name": name, "address": row["address"], "item": row["item"],
        "amount": row["amount"], "ordered_at": row["ordered_at"], "waybill_id": row["waybill_id"],
    }  # fmt: skip
    gaps = {"phone": 0.06, "name": 0.15, "address": 0.3, "item": 0.15, "amount": 0.15,
            "ordered_at": 0.25, "waybill_id": 0.7}  # fmt: skip
    for field, rate in gaps.items():
        if rng.random() < rate:
            out[field] = None
    return out


def seized_of(rng: np.random.Generator, orders: pa.Table, strangers: pa.Table, n: int) -> tuple:
    chosen = rng.choice(len(orders), n, replace=False)
    rows, truth = [], {}
    for i in chosen:
        truth[f"leaked:{len(rows)}"] = orders["order_id"][int(i)].as_py()
        rows.append(copied(rng, orders.slice(int(i), 1).to_pylist()[0]))
    rows.extend(copied(rng, strangers.slice(i, 1).to_pylist()[0]) for i in range(n // 2))
    for i, row in enumerate(rows):
        row |= {"leaked_id": f"L{i}", "exhibit_id": "E1"}
    types = {"amount": pa.int64(), "ordered_at": pa.timestamp("us")}
    schema = pa.schema([(k, types.get(k, pa.string())) for k in rows[0]])
    return pa.Table.from_pylist(rows, schema=schema), truth


@pytest.fixture
def tables() -> Iterator[Tables]:
    with DuckEngine(threads=1) as engine:
        yield Tables(engine, zone="Asia/Shanghai")


def test_pairwise_f1(tables: Tables) -> None:
    rng = np.random.default_rng(5)
    orders = orders_of(rng, 6000)
    leaked, truth = seized_of(rng, orders, orders_of(rng, 1000), 1500)
    tables.put("orders", filled("orders", orders))
    tables.put("leaked", filled("leaked", leaked))
    found = tables.engine.fetch(matches(tables)).to_pylist()
    named = {(r["leaked_row"], r["order_id"]) for r in found if r["probability"] >= 0.5}
    right = named & set(truth.items())
    precision, recall = len(right) / len(named), len(right) / len(truth)
    f1 = 2 * precision * recall / (precision + recall)
    assert f1 >= 0.95
    sure = [r["probability"] for r in found if r["probability"] >= 0.5]
    assert abs(np.mean(sure) - precision) < 0.05


def test_a_row_has_one_order_at_most(tables: Tables) -> None:
    rng = np.random.default_rng(6)
    orders = orders_of(rng, 2000)
    leaked, _ = seized_of(rng, orders, orders_of(rng, 400), 500)
    tables.put("orders", filled("orders", orders))
    tables.put("leaked", filled("leaked", leaked))
    found = tables.engine.fetch(matches(tables)).to_pylist()
    total: dict[str, float] = {}
    for row in found:
        total[row["leaked_row"]] = total.get(row["leaked_row"], 0.0) + row["probability"]
    assert found
    assert max(total.values()) <= 1.0 + 1e-9


def fields(side: str, **values: object) -> dict[str, object]:
    """A row of one side of the linkage, with nothing in the other fields."""
    texts = ("phone", "phone_key", "name", "initial", "address", "item", "waybill")
    empty = dict.fromkeys((*texts, "amount", "hour", "day"), None)
    return {side + name: value for name, value in (empty | {"masked": False} | values).items()}


def table_of(rows: list[dict[str, object]]) -> pa.Table:
    texts = (
        "row",
        "order_id",
        "phone",
        "phone_key",
        "name",
        "initial",
        "address",
        "item",
        "waybill",
    )
    types = {name: pa.string() if name.endswith(texts) else pa.int64() for name in rows[0]}
    types |= {name: pa.bool_() for name in rows[0] if name.endswith("masked")}
    return pa.Table.from_pylist(rows, schema=pa.schema(types.items()))


def pairs_of(left: list[dict[str, object]], right: list[dict[str, object]]) -> list[tuple]:
    with DuckEngine() as engine:
        sides = (engine.arrow(table_of(rows)) for rows in (left, right))
        found = engine.fetch(pairs(engine, *sides)).to_pylist()
    return sorted((row["leaked_row"], row["order_row"]) for row in found)


def test_a_pair_that_several_keys_find_is_one_pair() -> None:
    same = {"phone": "13800000000", "phone_key": "1380000", "amount": 900, "day": 7, "item": "茶叶"}
    left = [{"leaked_row": "l"} | fields("l_", **same)]
    right = [{"order_id": "o", "order_row": "r"} | fields("o_", **same)]
    assert pairs_of(left, right) == [("l", "r")]
    only_wide = same | {"amount": None, "day": None}  # number and goods: both wide keys
    left = [{"leaked_row": "l"} | fields("l_", **only_wide)]
    assert pairs_of(left, right) == [("l", "r")]


def test_a_key_that_a_crowd_shares_finds_nobody_and_bars_no_other() -> None:
    crowd = [
        {"order_id": f"o{n}", "order_row": f"r{n}"}
        | fields("o_", phone_key="1380000", day=7, waybill="7" if n == 3 else None)
        for n in range(WIDEST + 1)
    ]
    left = [{"leaked_row": "l"} | fields("l_", phone_key="1380000", day=7, waybill="7")]
    assert pairs_of(left, crowd) == [("l", "r3")]
    assert len(pairs_of(left, crowd[:WIDEST])) == WIDEST
