"""Names are the field's nouns: no participles or pronouns, and a class name has one meaning."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "suyuan"
#: What no module, class, function, argument or variable is called.
BANNED = frozenset(
    (
        *("told", "tells", "given", "gave", "whose", "whom", "seen", "made", "met", "said", "got"),
        *("ours", "mine", "hers", "theirs", "deeds", "scenes", "touches", "hands", "telling"),
        *("ways", "passing", "presence"),
    )
)
#: What is left, by room: it may shrink and never grow (rooms that were being changed
#: when this was written have twenty to spare), and a room that is clean leaves the list.
LEFT: dict[str, int] = {
    "model": 1,
}


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


def _banned(tree: ast.AST) -> list[str]:
    return [name for name in _bound(tree) if name.strip("_").lower() in BANNED]


def test_banned_names_only_grow_fewer() -> None:
    found: Counter[str] = Counter()
    where: dict[str, set[str]] = {}
    for room, path, tree in _modules():
        names = _banned(tree) + ([path.stem] if path.stem in BANNED else [])
        found[room] += len(names)
        where.setdefault(room, set()).update(f"{path.name}: {name}" for name in names)
    grown = {room: sorted(where[room]) for room in found if found[room] > LEFT.get(room, 0)}
    assert not grown, "call these by a noun"


def test_a_room_that_is_clean_leaves_the_list() -> None:
    found = Counter(room for room, _, tree in _modules() for _ in _banned(tree))
    assert [room for room in LEFT if not found[room]] == []


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
    "source", ["told = 1", "def whose(): ...", "def f(given): ...", "for _seen in x: ..."]
)
def test_a_banned_name_is_found_wherever_it_is_bound(source: str) -> None:
    assert len(_banned(ast.parse(source))) == 1


def test_a_column_may_be_called_as_the_contract_says() -> None:
    assert _banned(ast.parse("rows.mutate(seen=rows['told']).given")) == []


def test_a_file_of_tests_has_one_name() -> None:
    """Folders without ``__init__.py`` share one space of names: a second file hides the first."""
    tests = Path(__file__).parent
    files = [
        path for path in tests.rglob("test_*.py") if not (path.parent / "__init__.py").exists()
    ]
    several = [name for name, count in Counter(path.name for path in files).items() if count > 1]
    assert not several
