"""Helpers of a ring in words: every helping role is in them, and they add up."""

import re

from suyuan.face.role_counts import ROLE_HEADS, helper_counts, role_counts
from suyuan.model.roles import HELPERS, ROLES

RING = {
    "data_brokers": 1,
    "account_merchants": 4,
    "sim_suppliers": 6,
    "mules": 9,
    "middlemen": 2,
    "card_merchants": 1_000,
}


def test_helpers_add_up_in_both_languages() -> None:
    words = helper_counts(RING)
    assert words.en == "1 data broker, 4 account merchants, 2 middlemen, 1,000 card merchants"
    assert words.zh == "料商1人，号商4人，中间人2人，卡商1,000人"
    whole = sum(RING[ROLES[name].count_column] for name in HELPERS)
    for text in (words.en, words.zh):
        assert sum(int(n.replace(",", "")) for n in re.findall(r"\d[\d,]*\d|\d", text)) == whole


def test_a_table_has_a_head_for_each_count() -> None:
    assert [head.en for head in ROLE_HEADS][:3] == [
        "data brokers",
        "account merchants",
        "SIM suppliers",
    ]
    assert role_counts(RING) == ["1", "4", "6", "9", "2", "1,000"]
