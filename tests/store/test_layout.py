"""Every name in the output folder, and the id of a stored row, is defined in one place."""

import ast
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import suyuan
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout, exclusion_table, records_path
from suyuan.store.row_ids import ROW_ID, row_id, row_ids, source_key, source_of_file, source_of_row

SOURCE = Path(suyuan.__file__).parent
#: Names that stand in no other file, wherever; and those that also mean something else there.
NAMES = ("_excluded", "_whole", "_sides", "_quality", "ledger.sqlite", ".suyuan")
FOLDERS = ("records", "who", "index", "workbench", "steps")
ONCE = {"store/layout.py", "store/row_ids.py"}


def test_three_notations_give_one_id(tmp_path: Path) -> None:
    key = source_key("a.csv", "ab" * 32)
    rows = pa.table({"source_key": [key, key], "line": pa.array([2, 30], pa.int64())})
    path = records_path(tmp_path, "payments", key, 1)
    path.parent.mkdir()
    pq.write_table(rows, path)
    expected = [f"{key}:2", f"{key}:30"]
    query = f"SELECT {ROW_ID} AS id FROM '{path}' ORDER BY line"
    assert [id_ for (id_,) in duckdb.execute(query).fetchall()] == expected
    with DuckEngine(tmp_path / "work") as engine:
        stored = engine.parquet([path])
        ids = engine.fetch(stored.select(id=row_id(stored), line="line").order_by("line"))
    assert ids.column("id").to_pylist() == row_ids(rows).to_pylist() == expected
    assert source_of_row(expected[0]) == source_of_file(path) == key
    assert source_of_file(Layout(tmp_path).exclusions("payments")) is None


def test_lists_of_exclusions_are_told_from_rows(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    assert exclusion_table(layout.exclusions("calls")) == "calls"
    assert exclusion_table(records_path(layout.records, "calls", "0" * 16, 0)) is None


def test_no_other_file_types_these_names() -> None:
    found = {
        name: texts
        for path in sorted(SOURCE.rglob("*.py"))
        if (name := path.relative_to(SOURCE).as_posix()) not in ONCE
        and not name.startswith("lab/")  # stands below the store
        and (texts := set(_names(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert found == {}


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("out / 'records' / table", {"records"}),
        ("goods == 'records'", set()),
        ("path.parent.name == '_excluded'", {"_excluded"}),
        ("f\"SELECT source_key || ':' || line\"", {"row id"}),
        ("rows['source_key'] + ':' + line", {"row id"}),
    ],
)
def test_what_counts_as_such_a_name(line: str, found: set[str]) -> None:
    assert set(_names(ast.parse(line))) == found


def _names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from (name for name in NAMES if name in node.value.split("/"))
            if node.value.startswith(("records/", "seized-")):
                yield node.value
            if "source_key || " in node.value:
                yield "row id"
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            right = node.right
            if isinstance(right, ast.Constant) and right.value in FOLDERS:
                yield str(right.value)
        if isinstance(node, ast.BinOp) and ast.unparse(node).endswith("['source_key'] + ':'"):
            yield "row id"
