"""Look-up by identifier: the same rows that a scan would find."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from suyuan.lookup.index import Index, build_index, spellings
from suyuan.model.records import RECORDS
from suyuan.store.layout import Layout


def put(layout: Layout, table: str, rows: list[dict], key: str = "0" * 16) -> None:
    tail = [
        ("known_at", pa.timestamp("us")),
        ("file", pa.string()),
        ("sha256", pa.string()),
        ("source_key", pa.string()),
        ("line", pa.int64()),
    ]
    schema = pa.schema([*RECORDS[table].schema, *(pa.field(*f) for f in tail)])
    made = [
        row | {"file": f"{table}.csv", "source_key": key, "line": n + 2}
        for n, row in enumerate(rows)
    ]
    folder = layout.records / table
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(made, schema=schema), folder / f"{key}.parquet")


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    put(made, "parties", [{"party_id": "X", "kind": "person", "phones": ["13800138000", "1"]}])
    put(made, "calls", [{"caller": "13800138000", "callee": str(n)} for n in range(300)])
    return made


def test_every_mention_is_found(layout: Layout) -> None:
    with Index(layout) as index:
        hits = {hit.table: hit for hit in index.find("+86 138-0013-8000")}
        assert set(hits) == {"parties", "calls"}
        assert hits["calls"].count == 300
        assert hits["calls"].rows.num_rows == 200
        assert hits["parties"].rows["matched"].to_pylist() == ["phones"]
        (hit,) = index.find("party:X")
        assert hit.rows["row_id"].to_pylist() == ["0" * 16 + ":2"]
        assert [h.table for h in index.find("299")] == ["calls"]
        assert index.find("nobody") == []
        assert index.find("x' OR 1=1 --") == []


def test_struck_out_rows_are_not_found(layout: Layout) -> None:
    folder = layout.records / "_excluded"
    folder.mkdir()
    gone = pa.table({"row_id": ["0" * 16 + ":2"], "reason": ["duplicate"]})
    pq.write_table(gone, folder / "parties.parquet")
    with Index(layout) as index:
        assert index.find("X") == []


def test_it_is_built_anew_when_records_change(layout: Layout) -> None:
    built = build_index(layout).stat().st_mtime_ns
    assert build_index(layout).stat().st_mtime_ns == built
    put(layout, "otps", [{"msisdn": "15000000000"}])
    with Index(layout) as index:
        assert [hit.table for hit in index.find("15000000000")] == ["otps"]


def test_nothing_stored(tmp_path: Path) -> None:
    with Index(Layout(tmp_path)) as index:
        assert index.find("1") == []


def test_spellings() -> None:
    assert "13800138000" in spellings("phone:0086 13800138000")
    assert "qq:12" in spellings("account:qq:12")
