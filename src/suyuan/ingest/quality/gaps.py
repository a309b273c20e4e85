"""Statement gaps: places where a balance does not follow from the one before.

For each account the running sum of what came and went is taken off the balances that are written;
in a complete statement what is left is one constant, the opening balance. Where it jumps, money
moved that the records do not show. Accounts are told apart by a hash of eight bytes: among twenty
million two are the same once in a hundred thousand cases, and then a gap too many is listed.

The engine reads, arrays are sorted: rows stand nearly in the order of time as they are, which its
windows cannot use. Accounts are taken in shares by their hash, so that memory does not grow.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import numpy.typing as npt

from suyuan.ingest.problems import Problem
from suyuan.model.text import Text
from suyuan.store.row_ids import ROW_ID

#: Gaps are listed up to here for each file; the summary counts them all.
LIST_LIMIT: Final = 1_000
#: So many rows (two movements each) are sorted at a time.
_SHARE: Final = 3_000_000
_NO_BALANCE: Final = int(np.iinfo(np.int64).min)
_ROWS: Final = """
SELECT hash(payer) AS giver, hash(payee) AS taker, amount, epoch_us("at") AS moment, line,
    n AS file, coalesce(balance_after, {none}) AS given, coalesce({taken}, {none}) AS taken
FROM read_parquet($names) JOIN shown USING (file) {sides} {struck}
WHERE coalesce(status, '') <> 'failed' AND payer <> payee {share}"""
_SIDES: Final = (
    "LEFT JOIN (SELECT source_key, line, own_balance FROM read_parquet($sides) WHERE NOT outward) "
    "AS side USING (source_key, line)"
)
_ANTI_JOIN: Final = f"ANTI JOIN excluded ON {ROW_ID} = excluded.row_id"

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Flows:
    """Movements, one of each side of a row: what each account gained, and its balance if told."""

    account: npt.NDArray[np.uint64]
    change: Numbers
    balance: Numbers
    moment: Numbers
    file: Numbers
    line: Numbers

    def at(self, order: npt.NDArray[np.intp]) -> "_Flows":
        rest = (self.change, self.balance, self.moment, self.file, self.line)
        return _Flows(self.account[order], *(column[order] for column in rest))


def find_gaps(
    con: duckdb.DuckDBPyConnection,
    files: Sequence[Path],
    sides: Sequence[Path],
    exclusions: Path,
    problems: list[Problem],
) -> Counter[str]:
    """Gaps by file; the first of each file are added to `problems`."""
    names: dict[str, object] = {"names": [str(path) for path in files]}
    rows, balances = con.execute(
        "SELECT count(*), count(balance_after) FROM read_parquet($names)", names
    ).fetchall()[0]
    if not sides and not balances:
        return Counter()
    if sides:
        names["sides"] = [str(path) for path in sides]
    labels = _prepare(con, files, exclusions)
    counts: Counter[str] = Counter()
    first: dict[int, list[tuple[int, int]]] = {}
    for flows in _shares(con, names, rows):
        file, line, differences = _jumps(flows)
        for n in np.unique(file):
            here = file == n
            counts[labels[n]] += int(here.sum())
            order = np.argsort(line[here], kind="stable")[:LIST_LIMIT]
            entries = zip(
                line[here][order].tolist(), differences[here][order].tolist(), strict=True
            )
            first[int(n)] = sorted([*first.get(int(n), []), *entries])[:LIST_LIMIT]
    con.execute("DROP TABLE shown; DROP TABLE excluded")
    problems.extend(
        Problem(
            labels[n], _GAP, "kept", line=line, column="balance_after", value=f"{fen / 100:+.2f}"
        )
        for n in sorted(first)
        for line, fen in first[n]
    )
    return counts


def _prepare(
    con: duckdb.DuckDBPyConnection, files: Sequence[Path], exclusions: Path
) -> dict[int, str]:
    """The tables ``shown`` (a number for each file) and ``excluded``; the files by number."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE shown AS SELECT file, row_number() OVER (ORDER BY file) AS n "
        "FROM (SELECT DISTINCT file FROM read_parquet(?))",
        [[str(path) for path in files]],
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE excluded AS SELECT row_id FROM read_parquet(?)",
        [str(exclusions)],
    )
    return {int(n): str(file) for file, n in con.execute("SELECT file, n FROM shown").fetchall()}


def _shares(
    con: duckdb.DuckDBPyConnection, names: dict[str, object], rows: int
) -> Iterator[_Flows]:
    """All movements, share by share of the accounts, in the order of time."""
    has_exclusions = con.execute("SELECT count(*) FROM excluded").fetchone() != (0,)
    shares = -(-rows // _SHARE) or 1
    for share in range(shares):
        remainder = f"% {shares} = {share}"
        sql = _ROWS.format(
            none=_NO_BALANCE,
            taken="own_balance" if "sides" in names else "NULL",
            sides=_SIDES if "sides" in names else "",
            struck=_ANTI_JOIN if has_exclusions else "",
            share=f"AND (hash(payer) {remainder} OR hash(payee) {remainder})" if shares > 1 else "",
        )
        flows = _flows(con.execute(sql, names).fetchnumpy())
        if shares > 1:
            flows = flows.at(np.flatnonzero(flows.account % np.uint64(shares) == share))
        yield flows


def _flows(rows: dict[str, npt.NDArray[np.int64]]) -> _Flows:
    """Both sides of each row side by side, so that rows in order leave movements in order."""
    order = np.lexsort((rows["file"], rows["line"], rows["moment"]))
    amount = rows["amount"][order]

    def both_sides(giver: npt.NDArray[np.int64], taker: npt.NDArray[np.int64]) -> Numbers:
        whole = np.empty(2 * len(order), giver.dtype)
        whole[0::2], whole[1::2] = giver, taker
        return whole

    def twice(name: str) -> Numbers:
        return np.repeat(rows[name][order], 2)

    return _Flows(
        both_sides(rows["giver"][order], rows["taker"][order]).astype(np.uint64, copy=False),
        both_sides(-amount, amount),
        both_sides(rows["given"][order], rows["taken"][order]),
        twice("moment"),
        twice("file"),
        twice("line"),
    )


def _jumps(flows: _Flows) -> tuple[Numbers, Numbers, Numbers]:
    """(file, line, what is missing) of each balance that does not follow from the one before."""
    flows = flows.at(np.argsort(flows.account, kind="stable"))
    flows = flows.at(_downwards(flows))
    # Sums run on from one account to the next (and may turn over): only differences count.
    opening = flows.balance - np.cumsum(flows.change)
    positions = np.flatnonzero(flows.balance != _NO_BALANCE)
    before, after = positions[:-1], positions[1:]
    difference = opening[after] - opening[before]
    jump = (flows.account[before] == flows.account[after]) & (difference != 0)
    return flows.file[after[jump]], flows.line[after[jump]], difference[jump]


def _downwards(flows: _Flows) -> npt.NDArray[np.intp]:
    """The order of movements where statements that begin with the newest are turned round."""
    order = np.arange(len(flows.account))
    if not len(order):
        return order
    starts = np.flatnonzero(np.r_[True, flows.account[1:] != flows.account[:-1]])
    ends = np.r_[starts[1:], len(order)]
    newest_first = flows.line[starts] > flows.line[ends - 1]
    indices = np.flatnonzero(np.repeat(newest_first, ends - starts))
    keys = (
        flows.file[indices],
        -flows.line[indices],
        flows.moment[indices],
        flows.account[indices],
    )
    order[indices] = indices[np.lexsort(keys)]
    return order


_GAP = Text(
    "the balance does not match the previous one: some payments are missing",
    "余额与前一笔不衔接：有交易缺失",
)
