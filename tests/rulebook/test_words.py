"""What people read of rules and terms, in both languages."""

from datetime import date
from pathlib import Path

import pytest

from suyuan.model.records import RECORDS
from suyuan.model.results import RESULTS
from suyuan.model.roles import ROLES
from suyuan.model.subjects import KINDS
from suyuan.rulebook import load_rules
from suyuan.rulebook.__main__ import MARK, docs_tables
from suyuan.rulebook.glossary import load_glossary
from suyuan.rulebook.show import list_rules, show_rule

TERMS = load_glossary()
DESIGNED = {
    *("料商", "号商", "卡商", "中间人", "养号", "接码平台", "猫池", "跑分人员", "泄露源头", "团伙"),
    *("串并案", "资金穿透", "止付", "冻结", "资金返还", "线索", "卷宗", "报案"),
}


def test_roles_and_subjects_agree_with_the_model() -> None:
    assert {i: TERMS["role", i].term for i in ROLES} == {r.name: r.title for r in ROLES.values()}
    assert {i: TERMS["subject", i].term for i in KINDS} == KINDS
    assert {i: TERMS["role", i].meaning for i in ROLES} == {
        r.name: r.meaning for r in ROLES.values()
    }


@pytest.mark.parametrize(("kind", "tables"), [("record", RECORDS), ("result", RESULTS)])
def test_tables_agree_with_the_model(kind: str, tables: dict) -> None:
    named = {id_ for of, id_ in TERMS if of == kind}
    assert named == set(tables)
    assert all(TERMS[kind, name].term.zh == table.zh for name, table in tables.items())


def test_every_term_of_the_design_stands_in_it() -> None:
    assert {term.term.zh for term in TERMS.values()} >= DESIGNED


def test_terms_have_both_languages() -> None:
    for term in TERMS.values():
        assert term.term.en.isascii()
        assert not term.term.zh.isascii() or term.id == "ip"
        assert term.meaning.en
        assert term.meaning.zh


@pytest.mark.parametrize("page", ["rulebook.md", "glossary.md"])
def test_generated_pages_are_up_to_date(page: str) -> None:
    written = (Path("docs") / page).read_text(encoding="utf-8")
    assert written.partition(MARK)[2] == docs_tables()[page], "run python -m suyuan.rulebook docs"


def test_rules_are_listed_and_shown_as_of_a_day() -> None:
    book = load_rules()
    assert len(list_rules(book)) == len(book.rules)
    before = {line["id"].en for line in list_rules(book, date(2019, 5, 1))}
    assert "sim-segment" in before
    assert "afl-code-relay" not in before
    shown = {head.en: text for head, text in show_rule(book["sim-person-limit"])}
    assert shown["phone cards on one document"].en.startswith("5 cards / one company (2016-09-23")
    assert shown["quality of the source"].zh == "二手来源"
    assert all(text.zh for text in shown.values())
