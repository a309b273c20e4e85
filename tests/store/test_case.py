"""A case and its results: read once, anew when written again; pages that share no row."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from random import Random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import suyuan
from suyuan.model.errors import InputError
from suyuan.model.results import FINDINGS
from suyuan.store.case import Case, Results
from suyuan.store.conditions import Condition
from suyuan.store.generations import generation
from suyuan.store.parquet_cache import SHARED, ParquetCache
from suyuan.store.publish import write

ROLES = ("mule_account", "data_broker", "middleman")


@pytest.fixture
def results(tmp_path: Path) -> Results:
    dice = Random(5)
    rows = [
        dict.fromkeys(FINDINGS.names)
        | {
            "finding_id": f"{number:04d}",
            "role": ROLES[number % 3],
            "subject": f"bank_account:{number}",
            "score": dice.randrange(4) / 4,
            "decided": number % 2 == 0,
            "amount": Decimal(number) if number % 5 else None,
            "first_seen": datetime(2019, 5, 1 + number % 28, tzinfo=UTC),
            "because_en": f"Passed on {number} payments.",
        }
        for number in range(300)
    ]
    dice.shuffle(rows)
    results = Case(tmp_path, "Asia/Shanghai").results()
    put(results, pa.Table.from_pylist(rows, FINDINGS.file_schema))
    return results


def put(results: Results, rows: pa.Table) -> None:
    with generation(results.layout) as made:
        write(rows, made.layout.result("findings"))
        made.commit({"kind": "written by hand", "records": {}})


def test_a_table_is_read_once_and_anew_when_it_was_written_again(results: Results) -> None:
    before = SHARED.reads
    first = results["findings"]
    assert results["findings"] is first
    assert Case(results.case.path, "UTC").results()["findings"] is first
    assert SHARED.reads == before + 1
    generation = results.generation()
    put(results, first.slice(0, 3))
    assert results["findings"].num_rows == 3
    assert SHARED.reads == before + 2
    assert results.generation() != generation


def test_the_table_asked_for_longest_ago_is_given_up(tmp_path: Path) -> None:
    table = pa.table({"a": list(range(1000))})
    paths = [tmp_path / f"{name}.parquet" for name in "abc"]
    for path in paths:
        pq.write_table(table, path)
    held = ParquetCache().read(paths[0]).nbytes
    cache = ParquetCache(budget=2 * held)
    for path in (paths[0], paths[1], paths[0], paths[2], paths[0]):
        cache.read(path)
    assert cache.reads == 3
    cache.read(paths[1])
    assert cache.reads == 4


@pytest.mark.parametrize("order", [(), ("score",), ("-amount",), ("role", "-first_seen")])
def test_pages_share_no_row_and_leave_none_out(results: Results, order: tuple[str, ...]) -> None:
    pages = [results.page("findings", order=order, limit=7, offset=n) for n in range(0, 300, 7)]
    assert {page.count for page in pages} == {300}
    ids = [id_ for page in pages for id_ in page.rows["finding_id"].to_pylist()]
    assert len(ids) == len(set(ids)) == 300
    whole = pa.concat_tables([page.rows for page in pages])
    for name in order[:1]:
        values = [v for v in whole[name.removeprefix("-")].to_pylist() if v is not None]
        assert values == sorted(values, reverse=name.startswith("-"))


def test_a_page_has_the_types_of_the_table(results: Results) -> None:
    assert results.page("findings").rows.schema == FINDINGS.file_schema
    some = results.page("findings", limit=1, columns=["first_seen", "amount"])
    assert some.rows.schema.names == ["first_seen", "amount"]


@pytest.mark.parametrize(
    ("condition", "fits"),
    [
        (Condition("role", "=", "middleman"), lambda r: r["role"] == "middleman"),
        (Condition("role", "in", ROLES[:2]), lambda r: r["role"] in ROLES[:2]),
        (Condition("score", ">=", 0.5), lambda r: r["score"] >= 0.5),
        (Condition("amount", "<", 50), lambda r: r["amount"] is not None and r["amount"] < 50),
        (Condition("amount", "empty"), lambda r: r["amount"] is None),
        (Condition("amount", "filled"), lambda r: r["amount"] is not None),
        (Condition("because_en", "has", "ON 29"), lambda r: "on 29" in r["because_en"]),
        (
            Condition("first_seen", "<", datetime(2019, 5, 9, tzinfo=UTC)),
            lambda r: r["first_seen"] < datetime(2019, 5, 9, tzinfo=UTC),
        ),
    ],
)
def test_a_page_holds_what_fulfils_its_conditions(results, condition, fits) -> None:
    expected = {row["finding_id"] for row in results["findings"].to_pylist() if fits(row)}
    page = results.page("findings", [condition], limit=300)
    assert expected
    assert set(page.rows["finding_id"].to_pylist()) == expected
    assert page.count == len(expected)


def test_a_cell_that_looks_like_sql_is_a_value(results: Results) -> None:
    page = results.page("findings", [Condition("subject", "=", "x' OR '1'='1")])
    assert (page.count, page.rows.num_rows) == (0, 0)
    with pytest.raises(InputError, match="No such column"):
        results.page("findings", order=['score"; DROP TABLE x'])


def test_the_zone_is_handed_in_and_asked_for_once(tmp_path: Path) -> None:
    asked: list[Path] = []

    def zone(path: Path) -> str:
        asked.append(path)
        return "Europe/Berlin"

    case = Case(tmp_path, zone)
    assert asked == []
    assert (case.zone, case.zone) == ("Europe/Berlin", "Europe/Berlin")
    assert asked == [tmp_path]


def test_the_public_case_reads_its_zone_from_its_settings(tmp_path: Path) -> None:
    (tmp_path / "case.toml").write_text("timezone = 'Europe/Berlin'", "utf-8")
    case = suyuan.Case(tmp_path)
    assert isinstance(case, Case)
    assert case.zone == "Europe/Berlin"
    assert isinstance(case.results(), suyuan.Results)


def test_what_is_not_there_is_an_error_that_helps(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Case folder not found"):
        suyuan.Case(tmp_path / "none")
    with pytest.raises(InputError, match="suyuan investigate"):
        suyuan.Case(tmp_path).results().page("findings")
    with pytest.raises(InputError, match="No such result table"):
        suyuan.Case(tmp_path).results()["culprits"]
