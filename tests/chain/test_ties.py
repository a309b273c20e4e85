"""What ties two reports: each fact once, nobody's number never, a farm's device never."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from suyuan.chain import linkage, rings
from suyuan.chain.steps import LINK
from suyuan.identity.named_numbers import named_numbers
from suyuan.model.derived import TOUCHES
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine
from tables import given

FARMED = {"role": "farmed_account", "score": 0.9, "decided": True, "detector": "x", "version": "1"}
FARMED |= {"because_en": "", "because_zh": "", "rivals_en": "", "rivals_zh": ""}


@pytest.fixture
def engine() -> Iterator[Engine]:
    with DuckEngine() as duck:
        yield duck


def report(id_: str, **more: Any) -> dict[str, Any]:
    base = {"report_id": id_, "reported_at": "2019-05-03 12:00", "victim_phone": f"139{id_}"}
    return base | {"contacted_at": "2019-05-03 10:00", "loss": 1000} | more


def owned(no: str) -> dict[str, str]:
    return {
        "subject": f"bank_account:{no}",
        "entity": "party:M",
        "table": "parties",
        "row_id": no,
    }


def strengths(engine: Engine, **tables: Any) -> dict[str, float]:
    made = given(engine, **tables)
    made.put("named_numbers", engine.keep(named_numbers(made)))
    rows = LINK.run(made)["ring_series"].to_pylist()
    return {row["report_id"]: row["strength"] for row in rows}


def test_the_holder_of_a_shared_account_adds_nothing(engine: Engine) -> None:
    reports = [report(id_, payee_accounts=["6200"]) for id_ in ("a", "b")]
    alone = strengths(engine, reports=reports)
    assert alone["a"] > 0.8
    assert strengths(engine, reports=reports, owners=[owned("6200")]) == alone


def test_the_holder_of_two_accounts_ties_their_reports(engine: Engine) -> None:
    reports = [report("a", payee_accounts=["6200"]), report("b", payee_accounts=["6201"])]
    owners = [owned("6200"), owned("6201")]
    assert strengths(engine, reports=reports)["a"] == 0.0
    assert strengths(engine, reports=reports, owners=owners)["a"] > 0.8


def test_two_accounts_of_one_farm_tie_nobody(engine: Engine) -> None:
    reports = [report("a", chat_accounts=["qq:1"]), report("b", chat_accounts=["qq:2"])]
    accounts = [
        {"account_id": f"qq:{n}", "platform": "qq", "registered_at": "2019-05-01", "device": "86"}
        for n in (1, 2)
    ]
    assert strengths(engine, reports=reports, accounts=accounts)["a"] > 0.8
    farmed = {"findings:farmed_account": [FARMED | {"subject": "account:qq:1"}]}
    assert strengths(engine, reports=reports, accounts=accounts, **farmed)["a"] == 0.0


@pytest.mark.parametrize(("number", "ties"), [("95188", 0), ("4008823823", 0), ("17000000001", 1)])
def test_a_number_of_service_ties_nobody(engine: Engine, number: str, ties: int) -> None:
    reports = [report(id_, caller_numbers=[number]) for id_ in ("a", "b")]
    assert (strengths(engine, reports=reports)["a"] > 0.5) == bool(ties)


def test_a_hotline_ties_by_the_handset_that_posed_as_it(engine: Engine) -> None:
    def call(caller: str, callee: str, imei: str) -> dict[str, Any]:
        at = "2019-05-03 10:01"
        return {"caller": caller, "callee": callee, "started_at": at, "duration": 60, "imei": imei}

    reports = [report("a", caller_numbers=["95188"]), report("b", caller_numbers=["17000000001"])]
    scammer = FARMED | {"role": "scam_caller", "subject": "phone:17000000001"}
    found = {"findings:scam_caller": [scammer]}
    for imei, tied in (("86", True), ("87", False)):
        calls = [call("95188", "139a", imei), call("17000000001", "139b", "86")]
        strength = strengths(engine, reports=reports, calls=calls, **found)
        assert (strength["a"] > 0.5) == tied


def test_what_was_sold_twice_is_the_last_buyers(engine: Engine) -> None:
    sold = {"goods": "chat_account", "seller": "S", "quantity": 3, "price": 1, "items": ["qq:1"]}
    more = {"goods": "sim", "seller": "S", "quantity": 3, "price": 1, "items": ["1"]}
    trades = [
        {"trade_id": f"{buyer}{n}", "at": f"2019-05-{day:02}", "buyer": buyer} | goods
        for buyer, day in (("X", 1), ("Y", 2), ("Z", 9))
        for n, goods in enumerate((sold, more))
    ]
    tables = given(
        engine,
        reports=[report("a", chat_accounts=["qq:1"])],
        trades=trades,
        aliases=[
            {"name": name, "subject": f"party:{name}", "entity": f"party:{name}"} for name in "XYZS"
        ],
    )
    touch: dict[str, Any] = {
        "report_id": "a",
        "node": "account:qq:1",
        "how": "named",
        "table": "reports",
    }
    touch |= {"key": "a", "row_id": "r", "file": "f", "line": 1, "sha256": "0"}
    links = engine.arrow(pa.Table.from_pylist([touch], schema=TOUCHES.schema))
    bought = engine.fetch(rings.purchases(links, tables)).to_pylist()
    assert [row["node"] for row in bought] == ["party:Y"]


def grouped(more: list[tuple[int, int, float]], reports: int) -> list[str]:
    """Groups of 40 reports that are all tied, 40 others, and what `more` ties."""
    odds = [(i + o, j + o, 2.0) for o in (0, 40) for i in range(40) for j in range(i + 1, 40)]
    names = [f"r{n:03}" for n in range(reports)]
    left, right, weight = zip(*odds, *more, strict=True)
    pairs = pa.table(
        {
            "left": [names[n] for n in left],
            "right": [names[n] for n in right],
            "log_odds": np.array(weight),
        }
    )
    made = linkage.series(pairs, pa.table({"report_id": names}), linkage.ONE_RING)
    return [str(name) for name in made["name"].to_pylist()]


def test_a_report_alone_joins_whom_its_one_tie_is_with() -> None:
    made = grouped([(3, 80, 1.5)], 82)
    assert made[80] == made[3] == "r000"
    assert made[81] == "r081"


def test_a_report_tied_to_two_groups_alike_joins_none() -> None:
    assert grouped([(3, 80, 1.5), (43, 80, 1.5)], 81)[80] == "r080"


def test_a_report_that_somebody_parted_joins_none() -> None:
    assert grouped([(3, 80, 1.5), (4, 80, -linkage.DECISION_ODDS)], 81)[80] == "r080"
