"""Chinese that people read: full-width punctuation, and one word for one thing."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "suyuan"
HAN = "\u3400-\u9fff"
#: A half-width mark beside a Chinese character; ``name:value`` in words of the machine has none.
NARROW = re.compile(f"[{HAN}”）][,;:?!(]|[,;:?!)](?=[{HAN}“])")
#: What is said otherwise here, and how.
OTHERWISE = {"受害人": "被害人", "卷宗文件夹": "案件文件夹", "签头": "校验头"}
#: Cues and names of columns that are looked for in what others wrote.
OF_OTHERS = ("wording", "fraud_types", "profiles", "rules", "directories", "procedures")


def said() -> Iterator[tuple[str, str]]:
    """Each Chinese half of a ``Text`` in the code, figures in it left open, with its place."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Text":
                for half in node.args[1:2]:
                    yield f"{path.relative_to(SOURCE)}:{half.lineno}", _words(half)


def _words(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(_words(v) if isinstance(v, ast.Constant) else "{}" for v in node.values)
    return ""


def test_punctuation_is_as_wide_as_the_characters_beside_it():
    assert [(place, words) for place, words in said() if NARROW.search(words)] == []


@pytest.mark.parametrize("word", OTHERWISE)
def test_one_thing_has_one_name(word):
    files = [*SOURCE.rglob("*.py"), *SOURCE.rglob("*.html"), *(SOURCE / "catalog").rglob("*.yml")]
    own = [path for path in files if not set(OF_OTHERS) & set(path.parts)]
    assert [str(p) for p in own if word in p.read_text(encoding="utf-8")] == [], OTHERWISE[word]
