"""A case folder in, canonical rows out."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.ingest import import_case
from suyuan.model.records import RECORDS
from suyuan.model.text import Text

PAYMENTS = """payment_id,at,payer,payee,amount,balance_after,note
P1,2019-04-29 09:05:00,6222021234567890123,zfb:abc,"50,000.00",1.50,x
P2,2019/4/29 9:06,6222 0212 3456 7890 123,B,49950,,y
P3,,A,B,1.00,,z
P4,2019年4月29日 9时5分,A,B,¥12元,-3.00,
P4,2019年4月29日 9时5分,A,B,¥12元,-3.00,
P4,2019年4月29日 9时5分,A,B,13,,
P5,20190429090500,6.22202E+18,B,1,,
P6,43584.37847222,A,B,(5.00),,
P7,2019-04-29T01:05:00Z,A,B,5.00,,
P8,1900-01-00 00:00:00,A,B,5.00,,
"""


def rows(out: Path, table: str, columns: str = "*") -> list[tuple]:
    return duckdb.sql(
        f"select {columns} from '{out}/records/{table}/*.parquet' order by file, line"
    ).fetchall()


def test_payments_in_many_writings(tmp_path: Path) -> None:
    case, out = tmp_path / "case", tmp_path / "case" / "suyuan"
    case.mkdir()
    (case / "payments.csv").write_text(PAYMENTS, encoding="gb18030")
    imported = import_case(case, out)
    assert imported.tables == {"payments"}
    nine_five = datetime(2019, 4, 29, 1, 5)
    assert rows(out, "payments", 'payment_id, line, "at", payer, amount, balance_after') == [
        ("P1", 2, nine_five, "6222021234567890123", 5_000_000, 150),
        ("P2", 3, datetime(2019, 4, 29, 1, 6), "6222021234567890123", 4_995_000, None),
        ("P4", 5, nine_five, "A", 1200, -300),
        ("P4", 6, nine_five, "A", 1200, -300),
        ("P4", 7, nine_five, "A", 1300, None),
        ("P7", 10, nine_five, "A", 500, None),
    ]
    quarantined = imported.quality.filter(pa.compute.field("action") == "quarantined")
    assert sorted(set(quarantined.column("line").to_pylist())) == [4, 8, 9, 11]
    excluded = pq.read_table(out / "records/_excluded/payments.parquet").to_pylist()
    assert [row["row_id"].split(":")[1] for row in excluded] == ["6"]
    summary = imported.quality_summary.to_pylist()[0]
    assert (summary["rows_read"], summary["rows_kept"], summary["quarantined"]) == (10, 5, 4)
    assert summary["duplicates"] == 1
    assert summary["columns_left_over"] == ["note"]


def test_stored_schema_is_the_tables_own(tmp_path: Path) -> None:
    (tmp_path / "reports.csv").write_text(
        "report_id,reported_at,victim_id,victim_phone,caller_numbers,loss\n"
        "R1,2019-04-30 10:00:00,V1,+86 138-0013-8000,0086 13900139000;+852 2345 6789,50000\n"
    )
    import_case(tmp_path, tmp_path / "suyuan")
    (path,) = (tmp_path / "suyuan/records/reports").glob("*.parquet")
    schema = pq.read_schema(path)
    ours = RECORDS["reports"].schema
    assert schema.names == [*ours.names, "known_at", "file", "sha256", "source_key", "line"]
    for field in ours:
        assert schema.field(field.name).type in (
            field.type,
            pa.list_(pa.field("element", pa.string())),
        )
    (row,) = pq.read_table(path).to_pylist()
    assert row["victim_phone"] == "13800138000"
    assert row["caller_numbers"] == ["13900139000", "85223456789"]
    assert row["loss"] == 5_000_000


def test_typed_parquet(tmp_path: Path) -> None:
    moment = datetime(2019, 4, 29, 1, 5, tzinfo=UTC)
    table = pa.table(
        {
            "payment_id": pa.array([1, 2]),
            "at": pa.array([moment, moment], pa.timestamp("ns", "Asia/Shanghai")),
            "payer": ["A", None],
            "payee": ["B", "C"],
            "amount": pa.array([Decimal("12.30"), Decimal("1.00")], pa.decimal128(18, 2)),
            "balance_after": pa.array([0.1, float("nan")]),
        }
    )
    (tmp_path / "payments").mkdir()
    pq.write_table(table, tmp_path / "payments" / "part-0.parquet")
    imported = import_case(tmp_path, tmp_path / "suyuan")
    assert rows(
        tmp_path / "suyuan", "payments", 'payment_id, "at", amount, balance_after, line'
    ) == [("1", datetime(2019, 4, 29, 1, 5), 1230, 10, 1)]
    assert imported.quality.column("line").to_pylist() == [2]


def test_quoted_newlines_keep_the_line(tmp_path: Path) -> None:
    (tmp_path / "messages.csv").write_text(
        'message_id,at,sender,receiver,text\nM1,2019-04-29 09:05:00,qq:1,qq:2,"a\nb\nc"\n'
        "M2,2019-04-29 09:05:00,qq:1,qq:2,d\n"
    )
    import_case(tmp_path, tmp_path / "suyuan")
    assert rows(tmp_path / "suyuan", "messages", "message_id, line, text") == [
        ("M1", 2, "a\nb\nc"),
        ("M2", 5, "d"),
    ]


def test_importing_again_reads_nothing_and_forgets_what_is_gone(tmp_path: Path) -> None:
    case, out = tmp_path / "case", tmp_path / "out"
    case.mkdir()
    header = "party_id,kind,phones\n"
    (case / "parties-1.csv").write_text(header + "A,person,13800138000\n")
    (case / "parties-2.csv").write_text(header + "B,company,\n")
    (case / "parties-3.csv").write_text(header + "B,company,\n")
    first = import_case(case, out)
    stored = {p: p.stat().st_mtime_ns for p in (out / "records/parties").iterdir()}
    assert len(stored) == 2
    again = import_case(case, out)
    assert {p: p.stat().st_mtime_ns for p in (out / "records/parties").iterdir()} == stored
    assert again.quality.equals(first.quality)
    assert again.quality_summary.equals(first.quality_summary)
    (case / "parties-2.csv").unlink()
    import_case(case, out)
    assert sorted(rows(out, "parties", "party_id, file")) == [
        ("A", "parties-1.csv"),
        ("B", "parties-3.csv"),
    ]


def test_overlapping_exports_without_a_key_count_once(tmp_path: Path) -> None:
    header = "caller,callee,started_at,duration\n"
    one, two = "A,B,2019-04-29 09:00:00,5\n", "A,B,2019-04-29 09:01:00,5\n"
    (tmp_path / "calls-1.csv").write_text(header + one + one + two)
    (tmp_path / "calls-2.csv").write_text(header + two + "A,C,2019-04-29 09:00:00,5\n")
    imported = import_case(tmp_path, tmp_path / "suyuan")
    # within one file two equal rows are two calls; in two files they are one
    assert imported.quality_summary.column("rows_kept").to_pylist() == [3, 1]
    assert imported.quality_summary.column("duplicates").to_pylist() == [0, 1]


def test_the_offset_of_a_zone_with_summer_time(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text('timezone = "Europe/Berlin"\ncurrency = "EUR"\n')
    (tmp_path / "payments.csv").write_text(
        "payment_id,at,payer,payee,amount\nP1,2019-01-29 09:00:00,A,B,5\n"
        "P2,2019-07-29 09:00:00,A,B,5\nP3,2019-07-29T09:00:00+08:00,A,B,5\n"
    )
    import_case(tmp_path, tmp_path / "suyuan")
    assert rows(tmp_path / "suyuan", "payments", '"at", currency') == [
        (datetime(2019, 1, 29, 8), "EUR"),
        (datetime(2019, 7, 29, 7), "EUR"),
        (datetime(2019, 7, 29, 1), "EUR"),
    ]


def test_parquet_in_every_arrow_type(tmp_path: Path) -> None:
    moment = datetime(2019, 4, 29, 9, 5)
    table = pa.table(
        {
            "payment_id": pa.array(["P1"]).dictionary_encode(),
            "at": pa.array([moment], pa.timestamp("ns")),
            "payer": pa.array([13800138000], pa.uint64()),
            "payee": pa.array(["B"], pa.large_string()),
            "amount": pa.array([12], pa.int32()),
            "balance_after": pa.array([Decimal("1.5")], pa.decimal128(38, 4)),
            "memo": pa.array([b"x"], pa.binary()),
            "known_at": pa.array([moment.date()], pa.date32()),
        }
    )
    pq.write_table(table, tmp_path / "payments.parquet")
    import_case(tmp_path, tmp_path / "suyuan")
    columns = 'payment_id, "at", payer, payee, amount, balance_after, memo, known_at'
    assert rows(tmp_path / "suyuan", "payments", columns) == [
        (
            "P1",
            datetime(2019, 4, 29, 1, 5),
            "13800138000",
            "B",
            1200,
            150,
            "x",
            datetime(2019, 4, 28, 16),
        )
    ]


def test_an_import_tells_its_own_step(tmp_path: Path) -> None:
    class Lines:
        def __init__(self) -> None:
            self.lines: list[object] = []

        def start(self, step: Text) -> None:
            self.lines.append(step)

        def advance(self, count: int, total: int | None) -> None:
            assert total is None or 0 <= count <= total
            self.lines.append("advance")

        def finish(self, rows: int, seconds: float) -> None:
            assert seconds > 0
            self.lines.append(rows)

    (tmp_path / "payments.csv").write_text(
        "payment_id,at,payer,payee,amount\nP1,2019-04-29,A,B,1\nP2,2019-04-30,A,B,1\n"
    )
    lines = Lines()
    import_case(tmp_path, tmp_path / "suyuan", progress=lines)
    first, *between, last = lines.lines
    assert isinstance(first, Text)
    assert set(between) == {"advance"}
    assert last == 2
