"""Every procedure of the catalog may be used; every hole that the linter knows is found."""

from importlib.resources import files

import pytest

from suyuan.casework.compiled import compile_procedure, load_procedures
from suyuan.casework.declare import ProcedureSpec
from suyuan.casework.law import Law
from suyuan.casework.soundness import flaws
from suyuan.model.catalog_files import as_shape, plain_text
from suyuan.model.errors import CatalogError
from suyuan.rulebook import load_rules

LAW = Law(load_rules())
TEXT = (files("suyuan.catalog") / "procedures" / "stop-payment.yml").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(load_procedures()))
def test_the_catalog_is_sound(name: str) -> None:
    assert [f"{flaw.where}: {flaw.text.en}" for flaw in flaws(load_procedures()[name], LAW)] == []


def with_hole(path: str, value: object) -> list[str]:
    """The flaws of stop-payment with one value changed; ``…`` takes the key away."""
    content = plain_text(TEXT, "x")
    *way, last = path.split("/")
    there = content["versions"][0]
    for key in way:
        there = there[key]
    if value is ...:
        del there[last]
    else:
        there[last] = value
    return [
        flaw.text.en
        for flaw in flaws(compile_procedure(as_shape(content, ProcedureSpec, "x")), LAW)
    ]


@pytest.mark.parametrize(
    ("path", "value", "flaw"),
    [
        ("acts/freeze/four_eyes", False, "one person alone may do an adverse act"),
        ("acts/freeze/by", ["police", "clock"], "a deadline may trigger an adverse act"),
        ("acts/stop/carries_out", ..., "one person can start it alone"),
        ("acts/stop/carries_out", "refuse", "what it carries out is not an act of two persons"),
        ("acts/stop/by", [], "nobody may do it"),
        ("acts/stop/by", "nobody", "no role nobody"),
        ("acts/stop/form", ["colour"], "no field colour"),
        ("duties/check/within", ..., "it needs a deadline: `within` or `until`"),
        ("duties/check/by", "holder", "its owner has no act that fulfils it"),
        ("duties/check/clause", "no-rule", "no rule no-rule"),
        (
            "duties/check/then",
            "release",
            "the act that follows a breach is not one that a deadline triggers",
        ),
        (
            "duties/check/within",
            {"hours": "stop-payment.moons"},
            "A procedure names an unknown parameter",
        ),
        ("duties/check/paused_by", "appeal", "a pause needs an end"),
        ("duties/check/if", "colour == 'red'", "unknown name colour"),
        ("duties/check/if", "times('stop') > 1", "times is for conditions of acts"),
        ("duties/check/if", "name == 'x'", "name is sealed: no state can read it"),
        ("duties/check/if", "count_of('fly') > 1", "no act fly"),
        ("duties/check/if", "in_window('spring')", "no window spring"),
        ("duties/check/if", "case_of('no-rule') == 'x'", "no rule no-rule"),
        ("acts/stop/needs", [{"rule": "no-rule"}], "no rule no-rule"),
        ("acts/stop/own_item", "bank", "it names no items to be one's own"),
        ("acts/stop/own_item", "holder", "holder may not do it at all"),
        ("acts/stop/title", {"en": "stop", "zh": "stop"}, "it is not written in both languages"),
        ("duties/check/title", {"en": "", "zh": "核对"}, "it is not written in both languages"),
        (
            "acts/stop/needs",
            [{"if": "matching", "else": {"en": "不一致", "zh": "不一致"}}],
            "it is not written in both languages",
        ),
        ("measures/stop/notice", "check", "its start does not bring about the notice"),
        ("measures/stop/notice", "none", "it gives no notice to those it affects"),
        ("measures/stop/appeal", "none", "no act none"),
        ("measures/stop/release", "renew", "its release does not end it"),
        ("measures/stop/release", [], "it has no release"),
        ("measures/stop/expired", "release", "no deadline ends it"),
        (
            "acts/remind",
            {"title": {"en": "r", "zh": "r"}, "by": "clock"},
            "no deadline triggers it",
        ),
    ],
)
def test_a_hole_is_found(path: str, value: object, flaw: str) -> None:
    assert any(found.startswith(flaw) for found in with_hole(path, value)), with_hole(path, value)


def test_a_choice_without_words_is_found() -> None:
    content = plain_text(TEXT, "x")
    field = {"type": "text", "words": ["x"], "title": {"en": "kind", "zh": "种类"}}
    content["fields"]["kind_of_stop"] = field
    found = flaws(compile_procedure(as_shape(content, ProcedureSpec, "x")), LAW)
    assert [flaw.where for flaw in found] == ["stop-payment fields.kind_of_stop.x"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("acts/stop/colour", "red"),
        ("acts/stop/needs", [{"if": "matching"}]),
        ("acts/stop/needs", [{"rule": "freeze", "if": "matching"}]),
        ("measures/stop/appeal", ...),
        ("duties/check/done", ...),
        ("duties/check/within", {"moons": 3}),
        ("acts/stop/title", {"en": "stop"}),
    ],
)
def test_a_file_of_another_shape_is_refused(path: str, value: object) -> None:
    with pytest.raises(CatalogError):
        with_hole(path, value)


def test_words_stay_words() -> None:
    assert plain_text("{on: no, a: 0755, b: 2020-11-20T23:59:59, c: true, d: 0.5}", "x") == {
        "on": "no",
        "a": "0755",
        "b": "2020-11-20T23:59:59",
        "c": True,
        "d": 0.5,
    }
    with pytest.raises(CatalogError, match="twice"):
        plain_text("{a: 1, a: 2}", "x")
