"""Take tables away: the rest still runs, and says what it could not do."""

import os
from pathlib import Path

import pytest

from suyuan.model.records import RECORDS
from suyuan.model.times import DEFAULT_ZONE
from suyuan.run.order import steps
from suyuan.store.tables import Tables

from .changes import write
from .conftest import First, look_into
from .findings import found

#: What the tiny world has and somebody reads.
THERE = sorted(
    name
    for name in RECORDS
    if name not in {"decisions", "canaries", "measures"}
    and any(name in step.reads for step in steps())
)
#: Each table is absent from one of two whole runs; one for each would take a quarter of an hour.
GROUPS = (
    ("reports", "calls", "sims", "number_segments", "accesses", "payments"),
    ("orders", "leaked", "otps", "accounts", "logins", "parties", "bank_accounts", "vouchers",
     "trades"),
)  # fmt: skip


def test_every_table_is_taken_away_once() -> None:
    assert sorted(name for group in GROUPS for name in group) == THERE


@pytest.mark.parametrize("table", THERE)
def test_what_is_left_out_is_told(table: str) -> None:
    told = [step.without[table] for step in steps() if table in step.without]
    assert told
    assert all(text.en and text.zh for text in told)


@pytest.mark.parametrize("gone", GROUPS, ids="+".join)
def test_nobody_is_newly_accused(gone: tuple[str, ...], first: First, tmp_path: Path) -> None:
    case = {name: frame for name, frame in first.case.items() if name not in gone}
    now, was = found(look_into(write(case, tmp_path / "case"))), found(first.results)
    new = {key for key in now.decided - was.decided if now.scores[key] - was.scores.get(key, 0) > 0}
    assert len(new) <= 0.1 * len(was.decided), new


@pytest.mark.parametrize("gone", GROUPS, ids="+".join)
def test_the_rest_still_runs_and_says_so(
    gone: tuple[str, ...], first: First, tmp_path: Path
) -> None:
    """No rule is newly broken for what is not there, and every step's loss is written."""
    case = {name: frame for name, frame in first.case.items() if name not in gone}
    results = look_into(write(case, tmp_path / "case"))
    limits = {(row["step"], row["table"]) for row in results["limits"].to_pylist()}
    assert {(s.name, t) for s in steps() for t in gone if t in s.without} <= limits
    now, was = found(results), found(first.results)
    assert now.scores
    assert now.breaches <= was.breaches


@pytest.mark.skipif("SUYUAN_EACH_TABLE" not in os.environ, reason="minutes; on request")
@pytest.mark.parametrize("table", THERE)
def test_every_reader_of_a_table_runs_without_it(first: First, table: str) -> None:
    held = {name: rows for name, rows in first.tables.items() if name != table}
    tables = Tables(first.engine, zone=DEFAULT_ZONE, held=held)
    assert not tables.has(table)
    for step in (step for step in steps() if table in step.reads):
        written = step.run(tables.only(step.reads))
        assert set(written) <= set(step.writes)
        for name, rows in written.items():
            Tables(first.engine, zone=DEFAULT_ZONE).put(name, rows)  # has the declared columns
