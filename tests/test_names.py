"""Names are the field's nouns: no participles or pronouns, and a class name has one meaning.

A participle in one word (``found``, ``held``, ``known``) says what was done and not what the thing
is, a pronoun (``one``, ``each``, ``who``) says nothing of it. An adjective and a noun
(``known_numbers``) is fine.
"""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "suyuan"
#: Participles and pasts that no ending gives away, and some words that say nothing.
IRREGULAR = frozenset(
    """began begun born bought bound broken brought built came caught chosen dealt done drawn driven
    dug eaten fallen felt flown forgotten fought found frozen gave given gone got gotten grown heard
    held hidden hurt kept known lain laid led lent lost made meant met paid proven rang ridden risen
    run rung said saw seen sent shaken shown shut slept sold sought spent spoken stolen stood struck
    sung sunk sworn swept swung taken taught tells thought thrown told took torn undone understood
    unknown unpaid unread unseen went woken won worn wound written wrote
    deeds hands scenes ways presence""".split()  # noqa: SIM905  # a list of words
)
PRONOUNS = frozenset(
    """all another any anybody both each everybody everything he her hers him his it its me mine
    nobody none one ones other others ours same she some somebody something such that theirs
    them these they this those us we what which who whom whose you""".split()  # noqa: SIM905
)
#: Nouns, however they end; and a company.
NOUNS = frozenset(
    """acting arising batching bed beginning binding blocking browsing building calling casing
    ceiling clearing crossing cutting dealing decoding drafting drawing embed encoding ending
    evening feed filing finding folding gathering grouping hashing heading holding hundred
    indeed indexing judging keeping keyring king laundering learning listing mapping masking
    matching meaning morning moving need nesting numbering opening padding pairing parsing
    paying pooling posting pricing ranking rating reading rebinding rebuilding recording
    registering rendering reweighing ring rounding run sampling scaling scanning scoring
    sealing seed serving setting shed sibling signing spacing speed spelling spring standing
    string suning testing thing timing touches tracing training warning watching wing
    wording""".split()  # noqa: SIM905
)
#: Between the words of a class name.
_CAMEL = re.compile("(?<=[a-z])(?=[A-Z])")
#: What is left, by room: it may shrink and never grow.
LEFT: dict[str, int] = {
    "casework": 11,
    "detect": 4,
    "face": 34,
    "identity": 1,
    "ingest": 21,
    "lab": 3,
    "live": 4,
    "model": 5,
    "money": 14,
    "reading": 1,
    "rulebook": 5,
    "run": 11,
    "store": 11,
}


def _banned(name: str) -> bool:
    if name.startswith("__"):
        return False
    word = _CAMEL.split(name.strip("_"))[-1].lower()
    if "_" in word or word in NOUNS:
        return False
    regular = (word.endswith("ed") and len(word) > 4) or (word.endswith("ing") and len(word) > 5)
    return regular or word in IRREGULAR or word in PRONOUNS


def _modules() -> Iterator[tuple[str, Path, ast.Module]]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield path.relative_to(SOURCE).parts[0], path, ast.parse(path.read_text(encoding="utf-8"))


def _bound(tree: ast.AST) -> Iterator[str]:
    """Names that a module binds; columns of tables are strings and attributes, and not meant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id


def _banned_names(tree: ast.AST) -> list[str]:
    """Those of a module; ``left`` is a side where there is a ``right``."""
    names = list(_bound(tree))
    sides = {"left", "LEFT"} if {"right", "RIGHT"} & set(names) else set()
    return [name for name in names if _banned(name) and name not in sides]


def test_participles_and_pronouns_only_grow_fewer() -> None:
    found: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    for room, path, tree in _modules():
        names = _banned_names(tree) + ([path.stem] if _banned(path.stem) else [])
        found[room] += len(names)
        where.setdefault(room, set()).update(f"{path.name}: {name}" for name in names)
    grown = {room: sorted(where[room]) for room in found if found[room] > LEFT.get(room, 0)}
    assert not grown, "call these by a noun"


def test_what_is_left_is_not_more_than_there_is() -> None:
    found = Counter(
        room
        for room, path, tree in _modules()
        for _ in _banned_names(tree) + ([path.stem] if _banned(path.stem) else [])
    )
    assert {room: found[room] for room in LEFT} == LEFT, "a room has fewer now: lower its number"


def test_a_class_name_has_one_meaning() -> None:
    meanings = Counter(
        node.name
        for _, _, tree in _modules()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    )
    several = {name for name, count in meanings.items() if count > 1}
    assert several == set(), "these classes need names of their own"


@pytest.mark.parametrize(
    "source",
    [
        *("told = 1", "def whose(): ...", "def f(given): ...", "for _seen in x: ..."),
        *("class Shown: ...", "marked: int = 0", "[each for each in x]", "lambda found: 0"),
    ],
)
def test_a_banned_name_is_found_wherever_it_is_bound(source: str) -> None:
    assert len(_banned_names(ast.parse(source))) == 1


@pytest.mark.parametrize("name", ["known_numbers", "finding", "seed", "evening", "is_paid", "when"])
def test_nouns_and_nouns_with_an_adjective_are_fine(name: str) -> None:
    assert not _banned(name)


def test_a_column_may_be_called_as_the_contract_says() -> None:
    assert _banned_names(ast.parse("rows.mutate(seen=rows['told']).given")) == []


def test_a_file_of_tests_has_one_name() -> None:
    """Folders without ``__init__.py`` share one space of names: a second file hides the first."""
    tests = Path(__file__).parent
    files = [
        path for path in tests.rglob("test_*.py") if not (path.parent / "__init__.py").exists()
    ]
    several = [name for name, count in Counter(path.name for path in files).items() if count > 1]
    assert not several
