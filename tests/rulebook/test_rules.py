"""Every rule of the catalog: its worked cases, its dates and its cases."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from suyuan.model.errors import CatalogError, InputError
from suyuan.rulebook import Rule, load_rules
from suyuan.rulebook.book import judge_given
from suyuan.rulebook.dates import date_problems
from suyuan.rulebook.declare import Answer, DatedValue, Period, Quality, RuleKind
from suyuan.rulebook.language import parse
from suyuan.rulebook.soundness import case_problems

BOOK = load_rules()
RULES = pytest.mark.parametrize("rule", list(BOOK), ids=lambda rule: rule.id)


@RULES
def test_worked_cases(rule: Rule) -> None:
    answers = judge_given(rule, [(example.day, example.facts) for example in rule.examples])
    for example, judged in zip(rule.examples, answers, strict=True):
        assert judged.answer == example.answer, example
        assert example.case in (None, judged.condition), example
        assert judged.reason.en
        assert judged.reason.zh
        assert "{" not in judged.reason.en + judged.reason.zh


@RULES
def test_worked_cases_reach_every_case(rule: Rule) -> None:
    answers = judge_given(rule, [(example.day, example.facts) for example in rule.examples])
    if rule.kind is RuleKind.TABLE:
        assert {case.id for case in rule.cases} <= {judged.condition for judged in answers}
        assert Answer.BROKEN not in {case.answer for case in rule.cases}
    else:
        assert {Answer.KEPT, Answer.BROKEN} <= {judged.answer for judged in answers}


@RULES
def test_dates_and_cases_are_sound(rule: Rule) -> None:
    assert date_problems(rule) == []
    assert case_problems(rule) == []


@RULES
def test_assumptions_are_marked(rule: Rule) -> None:
    named = {name: p.values for name, p in rule.parameters.items()}
    for name in ("mistaken_share", "mistaken_sigmas", "many", "services_from"):
        assert all(v.source.quality is Quality.ASSUMPTION for v in named.get(name, ()))


def test_gap_and_overlap_between_cases_are_found() -> None:
    rule = BOOK["sim-quota"]
    within, over = rule.cases
    gap = replace(rule, cases=(within, replace(over, condition=parse("data_quota_mb > 101"))))
    assert [p.en[:3] for p in case_problems(gap)] == ["gap"]
    twice = replace(rule, cases=(within, replace(over, condition=parse("data_quota_mb >= 100"))))
    assert [p.en[:7] for p in case_problems(twice)] == ["overlap"]


def test_gap_and_overlap_between_dated_values_are_found() -> None:
    rule = BOOK["sim-quota"]
    parameter = rule.parameters["monthly_data"]
    source = parameter.values[0].source

    def with_periods(*periods: Period) -> Rule:
        values = tuple(DatedValue(p, 100, source) for p in periods)
        return replace(
            rule,
            parameters=rule.parameters | {"monthly_data": replace(parameter, values=values)},
        )

    start, middle, later = date(2018, 11, 1), date(2020, 1, 1), date(2021, 1, 1)
    assert not date_problems(with_periods(Period(start, middle), Period(middle)))
    (gap,) = date_problems(with_periods(Period(start, middle), Period(later)))
    assert "no value on 2020-01-01" in gap.en
    (overlap,) = date_problems(with_periods(Period(start, later), Period(middle)))
    assert "two values on 2020-01-01" in overlap.en


def test_value_on_a_day() -> None:
    dated = BOOK.value_on("sim-person-limit", "cards", date(2019, 5, 1))
    assert dated is not None
    assert (dated.value, dated.scope) == (5, "one company")
    assert BOOK.value_on("sim-person-limit", "cards", date(2016, 9, 22)) is None
    iot = BOOK.value_on("sim-person-limit", "iot_cards", date(2019, 5, 1))
    assert iot is not None
    assert iot.value is None
    with pytest.raises(InputError):
        BOOK.value_on("sim-person-limit", "nothing", date(2019, 5, 1))
    with pytest.raises(InputError):
        BOOK.value_on("nothing", "cards", date(2019, 5, 1))


def test_facts_that_the_rule_does_not_ask_for_are_refused() -> None:
    with pytest.raises(InputError):
        BOOK.judge("sim-quota", {"colour": "red"}, date(2019, 5, 1))


GOOD = Path("src/suyuan/catalog/rules/sim-quota.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("kind: duty", "kind: whim"),
        ("kind: duty", "kind: duty\nsurprise: 1"),
        ("quality: secondary", "quality: excellent"),
        ("applies: product", "applies: colour"),
        ("from: 2018-11-01", "from: soon"),
        ("table: sims", "table: simms"),
        ("id: sim-quota", "id: other"),
        ("if: data_quota_mb <= monthly_data", "if: exec('x')"),
        ("id: sim-quota", "id: [sim-quota"),
        ("id: sim-quota", "id: !!python/object/apply:os.getcwd []"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, old: str, new: str) -> None:
    assert old in GOOD
    (tmp_path / "sim-quota.yml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogError):
        load_rules(tmp_path)
