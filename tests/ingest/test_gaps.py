"""Gaps against a plain reference: ties in time, lists that begin with the newest, shares."""

import random
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from pyarrow import parquet

from suyuan.ingest.problems import Problem
from suyuan.ingest.quality import gaps

DAY = datetime(2024, 3, 1)


def payments(seed: int) -> list[dict[str, object]]:
    chance = random.Random(seed)
    rows = []
    for file in ("a.csv", "b.csv"):
        days = sorted(chance.randrange(9) for _ in range(150))
        for line, day in enumerate(days if file == "a.csv" else days[::-1], 2):
            payer, payee = chance.sample("ABCDEF", 2)
            balance = chance.choice([None, chance.randrange(500)])
            status = chance.choice(["settled", None, "failed"])
            at = DAY + timedelta(days=day)
            amount = chance.randrange(1, 100)
            rows.append(
                {"file": file, "source_key": file, "line": line, "at": at, "payer": payer}
                | {"payee": payee, "amount": amount, "balance_after": balance, "status": status}
            )
    return rows


def expected(rows: list[dict]) -> dict[str, list[tuple[int, int]]]:
    flows = defaultdict(list)
    for row in rows:
        if row["status"] != "failed":
            here = (row["at"], row["line"], row["file"])
            flows[row["payer"]].append((here, -row["amount"], row["balance_after"]))
            flows[row["payee"]].append((here, row["amount"], None))
    found = defaultdict(list)
    for theirs in flows.values():
        theirs.sort(key=lambda flow: flow[0])
        turned = -1 if theirs[0][0][1] > theirs[-1][0][1] else 1
        theirs.sort(key=lambda flow: (flow[0][0], turned * flow[0][1], flow[0][2]))
        total, before = 0, None
        for (_, line, file), moved, balance in theirs:
            total += moved
            if balance is not None:
                if before is not None and balance - total != before:
                    found[file].append((line, balance - total - before))
                before = balance - total
    return {file: sorted(jumps) for file, jumps in found.items()}


@pytest.mark.parametrize("share", [3_000_000, 40])
@pytest.mark.parametrize("seed", range(5))
def test_gaps_are_those_of_the_reference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int, share: int
) -> None:
    monkeypatch.setattr(gaps, "_SHARE", share)
    rows = payments(seed)
    parquet.write_table(pa.Table.from_pylist(rows), tmp_path / "rows.parquet")
    none = pa.table({"row_id": pa.array([], pa.string())})
    parquet.write_table(none, tmp_path / "excluded.parquet")
    problems: list[Problem] = []
    counts = gaps.find_gaps(
        duckdb.connect(), [tmp_path / "rows.parquet"], [], tmp_path / "excluded.parquet", problems
    )
    found = defaultdict(list)
    for problem in problems:
        found[problem.file].append((problem.line, round(float(problem.value or 0) * 100)))
    assert found == expected(rows)
    assert counts == {file: len(jumps) for file, jumps in found.items()}
