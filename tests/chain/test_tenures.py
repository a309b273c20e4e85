"""A number goes from one customer to the next: who of them stands behind the ring's calls."""

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pytest

from suyuan.chain.handsets import behind_handsets
from suyuan.identity.owners import owners
from suyuan.model.derived import TOUCHES
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine
from tables import given

NUMBER, OTHER = "17000000001", "17000000002"
NOBODY = pa.schema([("other", pa.string())]).empty_table()


@pytest.fixture
def engine() -> Iterator[Engine]:
    with DuckEngine() as duck:
        yield duck


def card(iccid: str, customer: str, day: str, number: str = NUMBER) -> dict[str, str]:
    return {"iccid": iccid, "msisdn": number, "customer_id": customer, "opened_at": f"2019-{day}"}


def call(day: str, handset: str, number: str = NUMBER) -> dict[str, str]:
    return {"caller": number, "callee": "1", "started_at": f"2019-{day}", "imei": handset}


def person(id_: str, *phones: str, device: str | None = None) -> dict[str, Any]:
    row = {"party_id": id_, "kind": "person", "phones": list(phones)}
    return row | ({"devices": [device]} if device else {})


def behind(engine: Engine, **tables: list[dict[str, Any]]) -> str:
    """Who is found behind a number of which a report tells on 5 May."""
    told = {"report_id": "a", "reported_at": "2019-05-06", "contacted_at": "2019-05-05"}
    made = given(engine, reports=[told | {"victim_phone": "1", "loss": 1}], **tables)
    made.put("owners", engine.keep(owners(made)))
    touch: dict[str, Any] = {
        "report_id": "a",
        "node": f"phone:{NUMBER}",
        "how": "called",
        "table": "calls",
    }
    touch |= {"key": "", "row_id": "r", "file": "f", "line": 1, "sha256": "0"}
    phones = engine.arrow(pa.Table.from_pylist([touch], schema=TOUCHES.schema))
    (row,) = engine.fetch(behind_handsets(phones, engine.arrow(NOBODY), made)).to_pylist()
    return str(row["entity"])


def test_who_was_given_the_number_later_is_not_behind_it(engine: Engine) -> None:
    found = behind(
        engine,
        calls=[call("05-05", "h1"), call("06-20", "h2")],
        sims=[card("1", "shell", "05-01"), card("2", "heir", "06-10")],
        parties=[person("heir", NUMBER, device="h2")],
    )
    assert found == f"phone:{NUMBER}"


def test_who_had_the_number_before_is_not_behind_it(engine: Engine) -> None:
    found = behind(
        engine,
        calls=[call("03-01", "h0"), call("05-05", "h1")],
        sims=[card("1", "past", "01-01"), card("2", "shell", "05-01")],
        parties=[person("past", NUMBER, device="h0")],
    )
    assert found == f"phone:{NUMBER}"


def test_whose_card_it_was_then_is(engine: Engine) -> None:
    found = behind(
        engine,
        calls=[call("05-05", "h1")],
        sims=[card("1", "caller", "05-01"), card("2", "heir", "06-10")],
        parties=[person("caller", NUMBER), person("heir", NUMBER)],
    )
    assert found == "party:caller"


def test_a_new_card_of_the_same_customer_changes_nothing(engine: Engine) -> None:
    found = behind(
        engine,
        calls=[call("05-05", "h1")],
        sims=[card("1", "caller", "05-01"), card("2", "caller", "06-10")],
        parties=[person("caller", NUMBER)],
    )
    assert found == "party:caller"


@pytest.mark.parametrize(
    ("opened", "entity"), [("06-10", f"phone:{NUMBER}"), ("01-01", "party:beside")]
)
def test_another_number_of_the_handset_speaks_for_its_customer_of_then(
    engine: Engine, opened: str, entity: str
) -> None:
    found = behind(
        engine,
        calls=[call("05-05", "h1"), call("05-07", "h1", OTHER)],
        sims=[card("1", "shell", "05-01"), card("2", "beside", opened, OTHER)],
        parties=[person("beside", OTHER)],
    )
    assert found == entity
