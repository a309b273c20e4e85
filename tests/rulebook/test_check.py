"""Rules over tables: where facts come from, whom they concern, and the rows behind them."""

import hashlib
from datetime import date, datetime

import pytest

from suyuan.model.results import COMPLIANCE, EVIDENCE
from suyuan.rulebook import RuleAnswers, load_rules
from suyuan.rulebook.book import Rulebook
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine
from tables import given

BOOK = load_rules()
SIM = {"iccid": "1", "operator": "o", "product": "industry", "opened_at": "2019-05-10T04:00"}


def check(engine: Engine, rule: str, on: date | None = None, **tables: list) -> RuleAnswers:
    return Rulebook({rule: BOOK[rule]}).check(given(engine, **tables), on)


def answers(checked: RuleAnswers) -> dict[str, str]:
    return {row["subject"]: row["answer"] for row in checked.compliance.to_pylist()}


def sims(*changes: dict) -> list[dict]:
    return [SIM | {"iccid": str(n)} | change for n, change in enumerate(changes, start=1)]


def test_on_every_engine(engine: Engine) -> None:
    segments = [
        {"segment": "165", "owner": "x", "product": "personal"},
        {"segment": "1654", "owner": "x", "product": "industry"},
    ]
    cards = sims(
        {"msisdn": "16541234567", "customer_id": "a", "functions": ["data"]},
        {"msisdn": "16511234567", "customer_id": "a", "functions": ["sms"]},
        {"msisdn": None, "customer_id": "b"},
    )
    book = Rulebook({r: BOOK[r] for r in ("sim-segment", "sim-bulk-opening", "sim-person-limit")})
    tables = given(engine, sims=cards, number_segments=segments)
    checked = book.check(tables)
    found = {(r["rule_id"], r["subject"]): r["answer"] for r in checked.compliance.to_pylist()}
    assert found["sim-segment", "sim:1"] == "kept"
    assert found["sim-segment", "sim:2"] == "broken"
    assert found["sim-segment", "sim:3"] == "cannot_tell"
    assert found["sim-segment", "operator:o"] == "broken"
    assert found["sim-bulk-opening", "operator:o"] == "kept"


def test_shape_ids_and_evidence(duck: DuckEngine) -> None:
    cards = sims(*({"functions": ["sms"]} for _ in range(70)), {"functions": ["data"]})
    checked = check(duck, "sim-function", sims=cards)
    assert checked.compliance.schema == COMPLIANCE.schema
    assert checked.evidence.schema == EVIDENCE.schema
    rows = {row["subject"]: row for row in checked.compliance.to_pylist()}
    one = rows["sim:1"]
    assert one["evidence_id"] == hashlib.md5(b"sim-function|sim:1|2019-05-10").hexdigest()
    assert (one["value"], one["limit"], one["condition"]) == (1, 0, "opened")
    by_answer: dict[str, list[dict]] = {}
    for row in checked.evidence.to_pylist():
        by_answer.setdefault(row["evidence_id"], []).append(row)
    assert by_answer.keys() == {row["evidence_id"] for row in rows.values()}
    for behind in by_answer.values():
        assert sum(row["weight"] for row in behind) == pytest.approx(1)
    whole = by_answer[rows["operator:o"]["evidence_id"]]
    assert len(whole) == 50
    assert whole[0]["unlisted"] == 20
    assert "71" not in {row["key"] for row in whole}  # the lawful card is not evidence of a breach


def test_the_day_is_that_of_beijing(duck: DuckEngine) -> None:
    late = {"opened_at": "2018-10-31T16:00", "functions": ["sms"]}  # 1 November in Beijing
    early = {"opened_at": "2018-10-31T15:59:59", "functions": ["sms"]}
    checked = check(duck, "sim-function", sims=sims(late, early))
    rows = {row["subject"]: row for row in checked.compliance.to_pylist()}
    assert (rows["sim:1"]["answer"], rows["sim:2"]["answer"]) == ("broken", "not_in_force")
    assert rows["sim:1"]["on_date"] == datetime(2018, 11, 1)
    assert rows["sim:2"]["on_date"] == datetime(2018, 10, 31)


def test_acts_after_the_day_asked_about_are_left_out(duck: DuckEngine) -> None:
    cards = sims({"functions": ["sms"]}, {"functions": ["sms"], "opened_at": "2019-06-01T00:00"})
    found = answers(check(duck, "sim-function", date(2019, 5, 10), sims=cards))
    assert found == {"sim:1": "broken", "operator:o": "broken"}


def test_a_key_that_repeats_gets_one_row_the_worst(duck: DuckEngine) -> None:
    twice = [SIM | {"functions": ["data"]}, SIM | {"functions": ["voice"]}]
    checked = check(duck, "sim-function", sims=twice)
    assert answers(checked)["sim:1"] == "broken"
    assert checked.compliance.num_rows == 2


def test_a_closed_card_makes_room_for_another(duck: DuckEngine) -> None:
    person = {"product": "personal", "customer_kind": "person", "customer_id": "p"}
    cards = sims(*(person | {"opened_at": f"2019-05-0{n}T00:00"} for n in range(1, 8)))
    assert [
        answers(check(duck, "sim-person-limit", sims=cards))[f"sim:{n}"] for n in (5, 6, 7)
    ] == [
        "kept",
        "broken",
        "broken",
    ]
    cards[0]["closed_at"] = cards[1]["closed_at"] = "2019-05-05T12:00"
    found = answers(check(duck, "sim-person-limit", sims=cards))
    assert {found[f"sim:{n}"] for n in range(1, 8)} == {"kept"}


def test_one_document_is_one_person_under_any_customer_id(duck: DuckEngine) -> None:
    person = {"product": "personal", "customer_kind": "person"}
    cards = sims(*(person | {"customer_id": f"c{n}"} for n in range(6)))
    assert answers(check(duck, "sim-person-limit", sims=cards))["operator:o"] == "kept"
    parties = [{"party_id": f"c{n}", "kind": "person", "id_number": "X"} for n in range(6)]
    found = answers(check(duck, "sim-person-limit", sims=cards, parties=parties))
    assert sorted(found[f"sim:{n}"] for n in range(1, 7)) == ["broken"] + ["kept"] * 5


def test_strangers_without_a_customer_are_not_one_customer(duck: DuckEngine) -> None:
    cards = sims(*({} for _ in range(40)))
    assert set(answers(check(duck, "sim-bulk-opening", sims=cards)).values()) == {"cannot_tell"}


def test_segments_have_dates_and_masked_numbers_cannot_be_told(duck: DuckEngine) -> None:
    until = [
        {"segment": "165", "owner": "o", "product": "personal"},
        {"segment": "1654", "owner": "o", "product": "industry", "valid_to": "2019-05-01T00:00"},
        {"segment": "1700", "owner": "o", "product": "industry", "valid_from": "2019-05-01T00:00"},
    ]
    cards = sims(
        {"msisdn": "16540000000"},
        {"msisdn": "16540000000", "opened_at": "2019-04-01T00:00"},
        {"msisdn": "17000000000"},
        {"msisdn": "165********"},
        {"msisdn": "13800000000"},
    )
    found = answers(check(duck, "sim-segment", sims=cards, number_segments=until))
    told = [found[f"sim:{n}"] for n in range(1, 6)]
    assert told == ["broken", "kept", "kept", "cannot_tell", "broken"]


def test_only_reported_numbers_make_fraud_calls(duck: DuckEngine) -> None:
    calls = [
        {"caller": caller, "callee": str(n), "started_at": "2019-05-10T00:00"}
        for caller, many in (("scam", 500), ("near", 499), ("desk", 900))
        for n in range(many)
    ]
    reports = [
        {"report_id": "r", "reported_at": "2019-05-11T00:00"} | {"caller_numbers": ["scam", "near"]}
    ]
    found = answers(check(duck, "fraud-calls", calls=calls, reports=reports))
    assert found == {"phone:scam": "broken", "phone:near": "kept"}


def test_half_as_many_records_suffice_for_an_insider(duck: DuckEngine) -> None:
    leaked = [
        {"leaked_id": f"{who}{n}", "holder_id": who, "item": "x", "ordered_at": "2019-04-01T00:00"}
        for who, many in (("clerk", 250), ("stranger", 250), ("broker", 500), ("small", 249))
        for n in range(many)
    ]
    log = [{"access_id": "1", "at": "2019-04-01T00:00", "org": "m", "actor_id": "clerk"}]
    found = answers(check(duck, "personal-data-records", leaked=leaked, accesses=log))
    assert found == {
        "party:clerk": "broken",
        "party:stranger": "cannot_tell",  # whether she had them in the course of duty is not known
        "party:broker": "broken",
        "party:small": "kept",
    }


def test_money_is_shown_in_yuan(duck: DuckEngine) -> None:
    payments = [
        {"payment_id": str(n), "at": "2020-05-01T00:00", "payer": "v", "payee": "mule"}
        | {"amount": 10_000_000, "status": status}
        for n, status in enumerate(["settled", None, "reversed"])
    ]
    reports = [{"report_id": "r", "reported_at": "2020-05-02T00:00", "payee_accounts": ["mule"]}]
    checked = check(duck, "aid-settlement", payments=payments, reports=reports)
    (row,) = checked.compliance.to_pylist()
    assert (row["answer"], row["value"], row["limit"]) == ("broken", 200_000, 200_000)


def test_large_purchases_of_cards_on_one_day(duck: DuckEngine) -> None:
    cards = [
        {"voucher_id": f"{who}{n}", "event": "issue", "at": f"2019-05-0{day}T02:00"}
        | {"kind": "suning", "face_value": 100_000, "to_party": who, "payment_id": f"{who}{n}"}
        for who, day, many in (("wallet", 1, 60), ("bank", 1, 60), ("few", 2, 49))
        for n in range(many)
    ]
    payments = [
        {"payment_id": card["payment_id"], "at": card["at"], "payer": "a", "payee": "b"}
        | {"amount": 100_000, "channel": "bank" if card["to_party"] == "bank" else "wallet"}
        for card in cards
    ]
    parties = [{"party_id": who, "kind": "person"} for who in ("wallet", "bank", "few")]
    tables = {"vouchers": cards, "payments": payments, "parties": parties}
    assert answers(check(duck, "prepaid-transfer", **tables)) == {"party:wallet": "broken"}
    named = answers(check(duck, "prepaid-real-name", **tables))
    assert set(named.values()) == {"cannot_tell"}  # no table says whether the shop took a name


def test_rules_whose_table_is_missing_are_named(duck: DuckEngine) -> None:
    checked = BOOK.check(given(duck))
    assert checked.compliance.num_rows == checked.evidence.num_rows == 0
    assert ("sim-segment", "sims") in checked.omissions
    assert {"sims", "number_segments", "reports"} <= set(BOOK.reads)
