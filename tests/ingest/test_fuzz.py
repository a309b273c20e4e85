"""Readers and cleaning under made-up input; what was found once stands as an @example."""

# ruff: noqa: E501  # exports are as wide as they are

import csv
import io
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from suyuan.ingest import import_case
from suyuan.ingest.cleaning.cells import clean_cell
from suyuan.ingest.formats.scanning import scan
from suyuan.model.records import RECORDS

FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
MANY = settings(max_examples=200, deadline=None)
HEADER = "message_id,at,sender,receiver,text\n"


def imported(data: bytes, name: str = "messages.csv"):
    with tempfile.TemporaryDirectory() as folder:
        case, out = Path(folder) / "case", Path(folder) / "out"
        case.mkdir()
        (case / name).write_bytes(data)
        result = import_case(case, out)
        files = f"{out}/records/messages/*.parquet"
        found = list((out / "records").glob("messages/*.parquet"))
        rows = (
            duckdb.sql(f"SELECT line, message_id, text FROM '{files}'").fetchall() if found else []
        )
        return result, rows


@FEW
@given(st.binary(max_size=300))
@example(b"\xff\xfe")
@example(b'"')
@example(b"\n\n\n")
@example(b"\xef\xbb\xbf")
@example(b"PK\x03\x04")
@example(b"PAR1PAR1")
def test_any_bytes_are_survived(data: bytes) -> None:
    result, rows = imported(data)
    assert sum(one["rows_kept"] for one in result.quality_summary.to_pylist()) == len(rows)


@FEW
@given(st.binary(max_size=200))
@example(b'M1,2019-04-29,a,b,"\nM2,2019-04-29,a,b,c\n')
@example(b"M1,2019-04-29,a,b,\x81\n")
@example(b"\x00M1,2019-04-29,a,b,c\r\r\n")
@example(b'M1,2019-04-29,a,b,"x"y",\n')
def test_every_record_is_kept_or_quarantined(body: bytes) -> None:
    result, rows = imported(HEADER.encode() + body)
    for summary in result.quality_summary.to_pylist():
        lost = summary["rows_read"] - summary["rows_kept"]
        assert lost == summary["quarantined"] + summary["duplicates"]
        assert summary["rows_kept"] == len(rows)


CELL = st.text(
    st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00\r"), max_size=12
)


@FEW
@given(
    st.lists(CELL, min_size=1, max_size=6),
    st.sampled_from([",", "\t", ";"]),
    st.sampled_from(["utf-8", "gb18030", "utf-16"]),
    st.sampled_from(["\n", "\r\n"]),
)
@example(['a"b', "x\ny", " ", ""], ",", "utf-8", "\r\n")
@example(["=1+1", "'", '"'], ";", "gb18030", "\n")
def test_written_text_comes_back_with_its_line(
    cells: list[str], delimiter: str, encoding: str, end: str
) -> None:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator=end)
    writer.writerow(HEADER.strip().split(","))
    lines = []
    for n, cell in enumerate(cells):
        lines.append(buffer.getvalue().count("\n") + 1)
        writer.writerow([f"M{n}", "2019-04-29", "qq:a", "qq:b", cell])
    _, rows = imported(buffer.getvalue().encode(encoding))
    assert sorted(rows) == sorted(
        (line, f"M{n}", _plain(cell) or None)
        for n, (cell, line) in enumerate(zip(cells, lines, strict=True))
    )


def _plain(cell: str) -> str:
    """A cell without blanks around it, and without the mark that some banks set before text."""
    blanks = " \t\r\n\v\f\u00a0\u3000\ufeff\u200b"
    return cell.strip(blanks).removeprefix("`").strip(blanks)


@MANY
@given(st.lists(st.lists(st.text('a",;\n ', max_size=4), min_size=2, max_size=3), max_size=5))
def test_the_kernel_finds_the_records_that_csv_finds(rows: list[list[str]]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\n").writerows(rows)
    text = buffer.getvalue()
    seen = scan(text.encode(), ",", last=True)
    reader = csv.reader(io.StringIO(text, newline=""))
    lines, before = [], 0
    for _ in reader:
        lines.append(before + 1)
        before = reader.line_num
    assert seen.lines.tolist() == lines
    assert seen.line_count == text.count("\n")


con = duckdb.connect()


def clean(table: str, name: str, text: str) -> tuple[object, int]:
    column = RECORDS[table].column(name)
    made = clean_cell(column, "t", "w", "VARCHAR", "Asia/Shanghai")
    return con.execute(
        f"SELECT {made.value}, {made.problem or 0} FROM (SELECT t, {made.work} AS w FROM "
        "(SELECT ?::VARCHAR AS t))",
        [text],
    ).fetchone()


@MANY
@given(st.integers(-(10**13) + 1, 10**13 - 1))
def test_money_in_every_writing_is_the_same_fen(fen: int) -> None:
    yuan, rest = divmod(abs(fen), 100)
    plain, grouped = f"{yuan}.{rest:02}", f"{yuan:,}.{rest:02}"
    wide = grouped.translate({ord(a): ord(a) + 0xFEE0 for a in "0123456789.,"})
    for text in (plain, grouped, wide, f"{plain}元", f"¥{grouped}", f"¥{plain}", f"CNY {plain}"):
        assert clean("payments", "amount", text)[0] == abs(fen), text
    if fen < 0:
        for text in (f"-{plain}", f"({grouped})", f"{grouped}-", f"({plain})", f"-{wide}"):
            assert clean("payments", "balance_after", text)[0] == fen, text
        assert clean("payments", "amount", f"-{plain}")[0] is None


@MANY
@given(st.datetimes(datetime(1992, 1, 1), datetime(2099, 12, 30)))
def test_a_time_in_every_writing_is_the_same_instant(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    utc = moment - timedelta(hours=8)
    serial = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    writings = [
        f"{moment:%Y-%m-%d %H:%M:%S}",
        f"{moment:%Y-%m-%dT%H:%M:%S}",
        f"{moment:%Y%m%d%H%M%S}",
        f"{moment:%Y/%m/%d %H:%M:%S}",
        f"{moment:%Y%m%d %H%M%S}",
        f"{moment:%Y.%m.%d %H:%M:%S}",
        f"{moment.year}/{moment.month}/{moment.day} {moment.hour}:{moment:%M:%S}",
        f"{moment.year}年{moment.month}月{moment.day}日 {moment.hour}时{moment.minute}分{moment.second}秒",
        f"{utc:%Y-%m-%dT%H:%M:%S}Z",
        f"{moment:%Y-%m-%dT%H:%M:%S}+08:00",
        f"{serial:.9f}",
    ]
    for text in writings:
        assert clean("payments", "at", text) == (utc, 0), text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019/4/28 9:05", datetime(2019, 4, 28, 1, 5)),
        ("2019年4月28日 9时5分", datetime(2019, 4, 28, 1, 5)),
        ("2019年4月28日9时", datetime(2019, 4, 28, 1)),
        ("2019-04-28", datetime(2019, 4, 27, 16)),
        ("20190428", datetime(2019, 4, 27, 16)),
        ("1556413500", datetime(2019, 4, 28, 1, 5)),
        ("1556413500000", datetime(2019, 4, 28, 1, 5)),
        ("2019-04-28 09:05:00.25", datetime(2019, 4, 28, 1, 5, 0, 250000)),
        ("2019-04-28 09:05:00 +0800", datetime(2019, 4, 28, 1, 5)),
        ("2019-04-27T21:05:00-04:00", datetime(2019, 4, 28, 1, 5)),
        ("1990-07-01 12:00:00", datetime(1990, 7, 1, 3)),  # summer time, as China then kept it
        ("epoch", None),
        ("infinity", None),
        ("2019-13-01", None),
        ("25:00", None),
        ("0", None),
        ("2019-04-28 25:00:00", None),
        ("1900-01-01", None),
        ("2100-01-01", None),
    ],
)
def test_times(text: str, expected: datetime | None) -> None:
    assert clean("payments", "at", text)[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("+86 138-0013-8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("138****8000", "138****8000"),
        ("+1 (212) 555-0100", "12125550100"),
        ("00852 2345 6789", "85223456789"),
        ("006381322982", "6381322982"),
        ("00000000000", "00000000000"),
        ("010-12345678", "01012345678"),
        ("+86 10 1234 5678", "01012345678"),
        ("10086", "10086"),
        ("13800138000.0", "13800138000"),
        ("400-800-1234", "4008001234"),
        ("+86 95588", "95588"),
        ("unknown", "unknown"),
        ("1.38E+10", None),
        ("13800138000", "13800138000"),
    ],
)
def test_phones(text: str, expected: str | None) -> None:
    assert clean("calls", "caller", text)[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6222 0212 3456 7890 123", "6222021234567890123"),
        ("6222-0212-3456-7890-123", "6222021234567890123"),
        ("'6222021234567890123", "6222021234567890123"),
        ("6.22202E+18", None),
        ("12-3456", "12-3456"),
        ("A 1", "A 1"),
        ("wx-pay 7", "wx-pay 7"),
    ],
)
def test_account_numbers(text: str, expected: str | None) -> None:
    assert clean("payments", "payer", text)[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("83", 83),
        ("1分23秒", 83),
        ("00:01:23", 83),
        ("83秒", 83),
        ("83.0", 83),
        ("1小时", 3600),
        ("-1", None),
        ("long", None),
        ("1,234", 1234),
    ],
)
def test_durations(text: str, expected: int | None) -> None:
    assert clean("calls", "duration", text)[0] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("郑先生", "郑*"), ("张伟 女士", "张伟"), ("郑*", "郑*"), ("先生", "先生")],
)
def test_names(text: str, expected: str) -> None:
    assert clean("orders", "buyer_name", text)[0] == expected
