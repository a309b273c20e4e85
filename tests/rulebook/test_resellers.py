"""The page's twenty-one resellers, beside innocent ones: 21, 21 and 9 of 21, all others cleared."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from suyuan.rulebook import load_rules
from suyuan.store.duck import DuckEngine
from tables import given

Rows = list[dict[str, Any]]

SEGMENTS: Rows = [
    {"segment": "165", "owner": "r", "product": "personal"},
    {"segment": "1654", "owner": "r", "product": "industry"},
    {"segment": "170", "owner": "r", "product": "personal"},
]
GUILTY = [f"guilty-{n}" for n in range(21)]
BULK = GUILTY[:9]
INNOCENT = [f"fair-{n}" for n in range(12)]
START = datetime(2019, 1, 10)


def card(
    rng: random.Random, operator: str, head: str, functions: list[str], **more: object
) -> dict:
    rest = "".join(rng.choice("0123456789") for _ in range(11 - len(head)))
    return {
        "msisdn": head + rest,
        "operator": operator,
        "product": "industry",
        "customer_kind": "company",
        "customer_id": f"company-{rng.random()}",
        "opened_at": START + timedelta(hours=rng.randrange(2000)),
        "functions": functions,
        "data_quota_mb": 50,
    } | more


def market(seed: int, slips: float) -> Rows:
    """Cards of all resellers; of those of the innocent a share of `slips` is mis-keyed."""
    rng = random.Random(seed)
    rows = []
    for operator in GUILTY:
        for _ in range(rng.randrange(12, 40)):
            rows.append(card(rng, operator, "1654", ["data"]))
        for _ in range(rng.randrange(8, 20)):
            rows.append(card(rng, operator, "170", ["sms", "data"]))
    for operator in BULK:
        for n in range(22):
            when = START + timedelta(days=20, minutes=n)
            rows.append(
                card(rng, operator, "170", ["sms"], customer_id=f"shell-{operator}", opened_at=when)
            )
    for operator in INNOCENT:
        for n in range(rng.randrange(20, 120)):
            slip = rng.random() < slips
            rows.append(card(rng, operator, "165" + "04"[not slip], ["data"]))
            if rng.random() < slips:
                rows[-1]["functions"] = ["data", "sms"]
        for n in range(40):  # a lawful fleet, opened in one morning
            when = START + timedelta(days=9, minutes=n)
            rows.append(
                card(
                    rng, operator, "1654", ["data"], customer_id=f"fleet-{operator}", opened_at=when
                )
            )
        for _ in range(30):
            rows.append(
                card(rng, operator, "165", ["voice", "sms", "data"], product="personal")
                | {"customer_kind": "person"}
            )
    rng.shuffle(rows)
    return [row | {"iccid": f"c{n}"} for n, row in enumerate(rows)]


def by_operator(compliance, rule: str) -> dict[str, str]:
    return {
        row["subject"].removeprefix("operator:"): row["answer"]
        for row in compliance.to_pylist()
        if row["rule_id"] == rule and row["subject"].startswith("operator:")
    }


@pytest.mark.parametrize(("seed", "slips"), [(1, 0.0), (2, 0.01), (3, 0.02)])
def test_guilty_are_found_and_innocent_cleared(duck: DuckEngine, seed: int, slips: float) -> None:
    tables = given(duck, sims=market(seed, slips), number_segments=SEGMENTS)
    compliance = load_rules().check(tables).compliance
    for rule, guilty in (
        ("sim-segment", GUILTY),
        ("sim-function", GUILTY),
        ("sim-bulk-opening", BULK),
    ):
        answers = by_operator(compliance, rule)
        assert answers.keys() == {*GUILTY, *INNOCENT}
        assert {name for name, answer in answers.items() if answer == "broken"} == set(guilty)
        assert {answers[name] for name in INNOCENT} == {"kept"}


def test_without_segments_nobody_is_accused_of_a_wrong_segment(duck: DuckEngine) -> None:
    compliance = load_rules().check(given(duck, sims=market(1, 0.0))).compliance
    assert set(by_operator(compliance, "sim-segment").values()) == {"cannot_tell"}
    assert set(by_operator(compliance, "sim-function")[n] for n in GUILTY) == {"broken"}


def test_before_the_notice_nothing_was_in_force(duck: DuckEngine) -> None:
    early = [row | {"opened_at": datetime(2018, 10, 1)} for row in market(1, 0.0)]
    tables = given(duck, sims=early, number_segments=SEGMENTS)
    compliance = load_rules().check(tables).compliance
    assert set(by_operator(compliance, "sim-function").values()) == {"not_in_force"}
