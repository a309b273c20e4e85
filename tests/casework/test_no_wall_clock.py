"""The clock is handed in: nothing in casework or the ledger asks what time it is."""

import ast
from pathlib import Path

import pytest

import suyuan

ROOT = Path(suyuan.__file__).parent
FILES = sorted([*(ROOT / "casework").glob("*.py"), *(ROOT / "store" / "ledger").glob("*.py")])
ASKING = {"now", "today", "utcnow", "time", "monotonic", "time_ns", "localtime", "gmtime"}


def asks(source: str) -> list[str]:
    """Calls such as ``datetime.now()``, ``date.today()``, ``time.time()``."""
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ASKING
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in {"datetime", "date", "time", "dt"}
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_no_file_asks_the_wall_clock(path: Path) -> None:
    assert asks(path.read_text("utf-8")) == []


def test_the_lint_finds_what_it_looks_for() -> None:
    for source in ("datetime.now(UTC)", "date.today()", "time.time()"):
        assert asks(source)
