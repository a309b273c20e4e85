"""Closed lists that several rooms speak are typed once, in the module that owns them."""

import ast
from pathlib import Path

import pytest

import suyuan
from suyuan.chain import touch_kinds
from suyuan.detect import dealing
from suyuan.face.rule_answers import ANSWERS
from suyuan.model.evidence_words import TOUCH_KINDS
from suyuan.model.exits import EXIT_REASONS
from suyuan.model.results import EXITS
from suyuan.rulebook.declare import Answer

SOURCE = Path(suyuan.__file__).parent
LISTS = {
    "kinds of touch": set(touch_kinds.CONTACTS),
    "a ring's tools": set(dealing.TOOLS),
    "exit reasons": {"balance", "pooled_account", "not_located"},
    "answers": {"kept", "broken", "cannot_tell", "not_in_force"},
}
#: Longer lists that hold one of these: the words of all touches, all goods of a trade.
SUPERSETS = {
    "kinds of touch": {"model/evidence_words.py"},
    "a ring's tools": {"model/records.py"},
}


def _words(node: ast.AST) -> set[str]:
    """The strings that a literal list holds, or the keys of a literal mapping."""
    parts = node.keys if isinstance(node, ast.Dict) else getattr(node, "elts", ())
    return {p.value for p in parts if isinstance(p, ast.Constant) and isinstance(p.value, str)}


@pytest.fixture(scope="module")
def literals() -> list[tuple[str, set[str]]]:
    """Each literal list of the package: its file, its strings."""
    found = []
    for path in SOURCE.rglob("*.py"):
        name = path.relative_to(SOURCE).as_posix()
        tree = ast.parse(path.read_text(encoding="utf-8"))
        found += [(name, words) for node in ast.walk(tree) if (words := _words(node))]
    return found


@pytest.mark.parametrize("name", LISTS)
def test_a_closed_list_is_typed_at_most_once(
    name: str, literals: list[tuple[str, set[str]]]
) -> None:
    found = {file for file, words in literals if words >= LISTS[name]}
    found -= SUPERSETS.get(name, set())
    assert len(found) <= 1, sorted(found)


def test_kinds_of_touch_all_have_words() -> None:
    assert set(touch_kinds.SAME_HAND) | set(touch_kinds.WORTH) <= set(TOUCH_KINDS)


def test_the_contract_lists_every_exit_reason() -> None:
    assert EXITS.column("reason").meaning.split(", ") == list(EXIT_REASONS)


def test_every_answer_has_a_sign_and_words() -> None:
    assert set(ANSWERS) == {answer.value for answer in Answer}
