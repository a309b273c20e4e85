"""The page's twenty-one resellers, beside innocent ones: 21, 21 and 9 of 21, all others cleared."""

import random
from datetime import datetime, timedelta
from typing import Any

import pytest

from suyuan.rulebook import Rulebook, load_rules
from suyuan.store.duck import DuckEngine
from tables import given

Rows = list[dict[str, Any]]

SEGMENTS: Rows = [
    {"segment": "165", "owner": "r", "product": "personal"},
    {"segment": "1654", "owner": "r", "product": "industry"},
    {"segment": "170", "owner": "r", "product": "personal"},
]
PAGE = Rulebook(
    {name: load_rules()[name] for name in ("sim-segment", "sim-function", "sim-bulk-opening")}
)
GUILTY = [f"guilty-{n}" for n in range(21)]
BULK = GUILTY[:9]
INNOCENT = [f"fair-{n}" for n in range(12)]
START = datetime(2019, 1, 10)


class Market:
    """Cards of all resellers; of those of the innocent a share of `slips` is mis-keyed."""

    def __init__(self, seed: int, slips: float) -> None:
        self.rng = random.Random(seed)
        self.slips = slips
        self.rows: Rows = []
        for operator in GUILTY:
            self.guilty(operator)
        for operator in BULK:
            self.batch(operator, "170", ["sms"], 22)
        for operator in INNOCENT:
            self.innocent(operator)
        self.rng.shuffle(self.rows)
        self.rows = [row | {"iccid": f"c{n}"} for n, row in enumerate(self.rows)]

    def open(self, operator: str, head: str, functions: list[str], **more: object) -> None:
        rest = "".join(self.rng.choice("0123456789") for _ in range(11 - len(head)))
        hours = self.rng.randrange(2000)
        row = {"msisdn": head + rest, "operator": operator, "product": "industry"}
        row |= {"customer_kind": "company", "customer_id": f"company-{self.rng.random()}"}
        row |= {"opened_at": START + timedelta(hours=hours), "data_quota_mb": 50}
        self.rows.append(row | {"functions": functions} | more)

    def batch(self, operator: str, head: str, functions: list[str], many: int) -> None:
        for minute in range(many):
            when = START + timedelta(days=20, minutes=minute)
            self.open(operator, head, functions, customer_id=f"one-{operator}", opened_at=when)

    def guilty(self, operator: str) -> None:
        for _ in range(self.rng.randrange(12, 40)):
            self.open(operator, "1654", ["data"])
        for _ in range(self.rng.randrange(8, 20)):
            self.open(operator, "170", ["sms", "data"])

    def innocent(self, operator: str) -> None:
        for _ in range(self.rng.randrange(20, 120)):
            head = "1650" if self.rng.random() < self.slips else "1654"
            slipped = self.rng.random() < self.slips
            self.open(operator, head, ["data", "sms"] if slipped else ["data"])
        self.batch(operator, "1654", ["data"], 40)  # a lawful fleet, opened in one morning
        for _ in range(30):
            self.open(operator, "165", ["voice", "sms"], product="personal", customer_kind="person")


def market(seed: int, slips: float) -> Rows:
    return Market(seed, slips).rows


def by_operator(compliance, rule: str) -> dict[str, str]:
    return {
        row["subject"].removeprefix("operator:"): row["answer"]
        for row in compliance.to_pylist()
        if row["rule_id"] == rule and row["subject"].startswith("operator:")
    }


@pytest.mark.parametrize(("seed", "slips"), [(1, 0.0), (2, 0.01), (3, 0.02)])
def test_guilty_are_found_and_innocent_cleared(duck: DuckEngine, seed: int, slips: float) -> None:
    tables = given(duck, sims=market(seed, slips), number_segments=SEGMENTS)
    compliance = PAGE.check(tables).compliance
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
    compliance = PAGE.check(given(duck, sims=market(1, 0.0))).compliance
    assert set(by_operator(compliance, "sim-segment").values()) == {"cannot_tell"}
    assert {by_operator(compliance, "sim-function")[n] for n in GUILTY} == {"broken"}


def test_before_the_notice_nothing_was_in_force(duck: DuckEngine) -> None:
    early = [row | {"opened_at": datetime(2018, 10, 1)} for row in market(1, 0.0)]
    tables = given(duck, sims=early, number_segments=SEGMENTS)
    compliance = PAGE.check(tables).compliance
    assert set(by_operator(compliance, "sim-function").values()) == {"not_in_force"}
