from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.reading import read_text
from suyuan.reading.fraud_types import list_on, model, police_lists, type_of_label


def test_probabilities_add_up_and_an_empty_story_gives_the_base_rates() -> None:
    types = dict(read_text("", None).types)
    assert sum(types.values()) == pytest.approx(1)
    assert types["brushing"] == pytest.approx(0.2206, abs=0.001)


def test_a_label_moves_the_odds_but_does_not_decide() -> None:
    text = "对方自称快递客服,说我的快递丢失要理赔"
    plain = dict(read_text(text, None).types)
    wrong = dict(read_text(text, None, label="虚假贷款").types)
    assert wrong["fake_loan"] > plain["fake_loan"]
    assert max(wrong, key=wrong.__getitem__) == "fake_customer_service"
    assert dict(read_text("", None, label="冒充客服").types)["fake_customer_service"] > 0.1


@pytest.mark.parametrize(
    ("label", "type_"),
    [
        ("fake_customer_service", "fake_customer_service"),
        ("冒充购物客服退款诈骗", "fake_customer_service"),
        ("冒充客服类", "fake_customer_service"),
        ("刷单返利类诈骗", "brushing"),
        ("某种新骗术", None),
        (None, None),
    ],
)
def test_a_label_is_known_by_any_lists_name(label: str | None, type_: str | None) -> None:
    assert type_of_label(label) == type_


def test_lists_are_dated_and_name_known_types_only() -> None:
    years = [each.year for each in police_lists()]
    assert years == sorted(years)
    assert {2019, 2022, 2024} <= set(years)
    for each in police_lists():
        assert each.labels.keys() <= model().titles.keys()


def test_the_list_in_force_on_a_day() -> None:
    assert list_on(date(2019, 4, 28)).year == 2019
    assert list_on(date(2022, 5, 10)).year == 2019
    assert list_on(date(2022, 5, 11)).year == 2022
    assert list_on(date(2010, 1, 1)).year == 2019
    assert list_on(date(2024, 12, 31)).year == 2024


@given(st.text())
def test_any_text_has_a_type(text: str) -> None:
    types = read_text(text, None).types
    assert sum(p for _, p in types) == pytest.approx(1)
