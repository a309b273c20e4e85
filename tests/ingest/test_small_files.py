"""Hundreds of small files go through one plan together, and each keeps what is its own."""

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from suyuan.ingest import import_case, workers
from suyuan.store.row_ids import source_key
from suyuan.store.seal import file_digest

HEADER = "交易日期,交易时间,借贷标志,交易金额,余额,对方账号,交易流水号\n"


def statements(case: Path, count: int) -> None:
    """Statements of as many accounts, each of which stands above the header only."""
    case.mkdir()
    for n in range(count):
        rows = "".join(f"20190429,0905{k:02},借,{k + 1}.00,,B{n},F{n}-{k}\n" for k in range(n % 4))
        odd = {1: "20190429,never,借,1.00,,B,X\n", 2: '20190429,090500,借,"2",,B"q,Y\n'}.get(
            n % 5, ""
        )
        wide = "20190429,090500,借,1.00,,B,Z,,extra\n" if n % 7 == 0 else ""
        text = f"账号:{6222021234567890000 + n}\n{HEADER}{rows}{odd}{wide}合计,,,1.00,,,\n"
        (case / f"流水{n:03}.csv").write_text(text, encoding="gb18030" if n % 2 else "utf-8")


def outcome(case: Path, out: Path):
    imported = import_case(case, out)
    rows = duckdb.sql(
        f"SELECT * FROM '{out}/records/payments/*.parquet' ORDER BY file, line"
    ).fetchall()
    sides = duckdb.sql(f"SELECT * FROM '{out}/records/_sides/*.parquet' ORDER BY ALL").fetchall()
    files = sorted(p.name for p in (out / "records/payments").iterdir())
    quality = sorted(imported.quality.to_pylist(), key=str)
    return rows, sides, files, quality, imported.quality_summary.to_pylist()


def test_together_they_give_what_each_gives_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = tmp_path / "case"
    statements(case, 30)
    together = outcome(case, tmp_path / "together")
    monkeypatch.setattr(workers, "SMALL", -1)
    alone = outcome(case, tmp_path / "alone")
    assert together == alone
    rows = duckdb.sql(
        "SELECT file, sha256, source_key, payer FROM read_parquet($files)",
        params={"files": f"{tmp_path}/together/records/payments/*.parquet"},
    ).fetchall()
    for file, sha256, key, payer in rows:
        assert sha256 == file_digest(case / file)
        assert key == source_key(file, sha256)
        assert payer == str(6222021234567890000 + int(file[2:5]))


def test_what_cannot_be_stored_together_is_stored_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = tmp_path / "case"
    statements(case, 12)
    whole = outcome(case, tmp_path / "whole")
    plain = workers.convert

    def fragile(con, load, ways, scratch):
        if not load.alone:
            raise duckdb.InvalidInputException("not together")
        return plain(con, load, ways, scratch)

    monkeypatch.setattr(workers, "convert", fragile)
    assert outcome(case, tmp_path / "one-by-one") == whole


def test_one_changed_file_of_many_is_the_only_one_read_again(tmp_path: Path) -> None:
    case, out = tmp_path / "case", tmp_path / "out"
    statements(case, 20)
    outcome(case, out)
    before = {p.name: p.stat().st_mtime_ns for p in (out / "records/payments").iterdir()}
    changed = (case / "流水003.csv").read_bytes()
    (case / "流水003.csv").write_bytes(changed.replace(b"1.00", b"9.00"))
    outcome(case, out)
    after = {p.name: p.stat().st_mtime_ns for p in (out / "records/payments").iterdir()}
    assert len(before.items() - after.items()) == len(after.items() - before.items()) == 1


def test_small_parquet_files_of_two_schemas(tmp_path: Path) -> None:
    folder = tmp_path / "parties"
    folder.mkdir()
    for n in range(8):
        ids = pa.array([n]) if n % 2 else pa.array([str(n)])
        pq.write_table(pa.table({"party_id": ids, "kind": ["person"]}), folder / f"p{n}.parquet")
    import_case(tmp_path, tmp_path / "out")
    found = duckdb.sql(
        f"SELECT file, party_id FROM '{tmp_path}/out/records/parties/*.parquet' ORDER BY 1"
    ).fetchall()
    assert found == [(f"parties/p{n}.parquet", str(n)) for n in range(8)]
