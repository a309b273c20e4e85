"""Results as an oracle would give them, made from a world's truth."""

from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.model.results import RESULTS

DEFAULTS = {pa.string(): "x", pa.float64(): 1.0, pa.bool_(): False, pa.int64(): 0}


def read(folder: Path, name: str) -> list[dict[str, object]]:
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def put(folder: Path, name: str, rows: list[dict[str, object]]) -> None:
    """Write a result table; cells that are not given get a value of their type."""
    schema = RESULTS[name].file_schema
    filled = [{f.name: row.get(f.name, DEFAULTS.get(f.type)) for f in schema} for row in rows]
    for row in filled:
        for field in schema:
            if pa.types.is_decimal(field.type) and row[field.name] is None:
                row[field.name] = Decimal(0)
    pq.write_table(pa.Table.from_pylist(filled, schema=schema), folder / f"{name}.parquet")


def oracle(truth: Path, out: Path) -> Path:
    """All results just as the truth has them."""
    out.mkdir(parents=True, exist_ok=True)
    roles = [row for row in read(truth, "roles") if row["counts"]]
    put(
        out,
        "findings",
        [
            {
                "finding_id": f"f{i}",
                "role": r["role"],
                "subject": r["subject"],
                "ring_id": r["ring_id"],
                "score": 0.99,
                "decided": True,
                "mechanism": r["mechanism"],
            }
            for i, r in enumerate(roles)
        ],
    )
    put(
        out,
        "signals",
        [{"finding_id": f"f{i}", "signal": "s", "value": 1.0} for i in range(len(roles))],
    )
    reports = read(truth, "reports")
    put(
        out,
        "series",
        [
            {"report_id": r["report_id"], "series_id": r["hand"], "ring_id": r["ring_id"]}
            for r in reports
        ],
    )
    put(out, "chain", [dict(row) for row in read(truth, "edges")])
    exits = read(truth, "exits")
    put(out, "exits", [{**row, "method": "fifo"} for row in exits])
    put(
        out,
        "traces",
        [
            {
                "report_id": row["report_id"],
                "method": "fifo",
                "hop": 0,
                "to": row["exit"],
                "amount": row["amount"],
            }
            for row in exits
        ],
    )
    put(out, "compliance", [dict(row) for row in read(truth, "rules")])
    put(out, "at_risk", [{"order_id": "1", "buyer_phone": "2"}])
    return out
