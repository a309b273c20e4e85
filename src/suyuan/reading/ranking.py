"""Fraud types by cases and by losses, month by month."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.results import FRAUD_RANKING
from suyuan.model.times import DEFAULT_ZONE

_KEYS: Final = ["month", "type"]


def ranking(reports: pa.Table, types: pa.Table, *, zone: str = DEFAULT_ZONE) -> pa.Table:
    """The ``fraud_ranking`` of `reports`, from the ``fraud_types`` read for them.

    ``cases`` and ``loss`` count each report under its likeliest type; the expected figures spread
    it over all types by their probability, and so carry the doubt. Months are of the case's zone.
    """
    by_month = _add_month(reports, zone)
    rows = types.filter(pc.field("in_force")).join(by_month, "report_id", join_type="inner")
    if not rows.num_rows:
        return FRAUD_RANKING.empty()
    spread = rows.append_column(
        "expected_loss", pc.multiply(rows["probability"], pc.cast(rows["loss"], pa.float64()))
    )
    expectation = spread.group_by([*_KEYS, "label"]).aggregate(
        [("probability", "sum"), ("expected_loss", "sum")]
    )
    counts = _likeliest(rows).group_by(_KEYS).aggregate([("report_id", "count"), ("loss", "sum")])
    # A list's name may change within a month: the commoner one stands.
    sums = expectation.sort_by([("probability_sum", "descending")]).group_by(
        _KEYS, use_threads=False
    )
    table = sums.aggregate(
        [("label", "first"), ("probability_sum", "sum"), ("expected_loss_sum", "sum")]
    ).join(counts, _KEYS, join_type="left outer")
    return _rank(table)


def _add_month(reports: pa.Table, zone: str) -> pa.Table:
    moments = pc.assume_timezone(reports["reported_at"], "UTC")
    local = pc.local_timestamp(pc.cast(moments, pa.timestamp("us", tz=zone)))
    return pa.table(
        {
            "report_id": reports["report_id"],
            "month": pc.strftime(local, format="%Y-%m"),
            "loss": pc.fill_null(reports["loss"], 0),
        }
    )


def _likeliest(rows: pa.Table) -> pa.Table:
    by_probability = rows.sort_by(
        [("report_id", "ascending"), ("probability", "descending"), ("type", "ascending")]
    )
    ids = by_probability["report_id"].combine_chunks()
    first = pa.concat_arrays(
        [pa.array([True]), pc.cast(pc.not_equal(ids[1:], ids[:-1]), pa.bool_())]
    )
    return by_probability.filter(first)


def _rank(totals: pa.Table) -> pa.Table:
    table = pa.table(
        {
            "month": totals["month"],
            "type": totals["type"],
            "label": totals["label_first"],
            "cases": pc.cast(pc.fill_null(totals["report_id_count"], 0), pa.int64()),
            "expected_cases": totals["probability_sum_sum"],
            "loss": pc.fill_null(totals["loss_sum"], 0),
            "expected_loss": pc.cast(pc.round(totals["expected_loss_sum_sum"]), pa.int64()),
        }
    )
    for name in ("loss", "cases"):
        column = f"expected_{name}"
        table = table.sort_by(
            [("month", "ascending"), (name, "descending"), (column, "descending")]
        )
        table = table.append_column(f"rank_{name}", _places(table["month"].combine_chunks()))
    return table.select(list(FRAUD_RANKING.names)).cast(FRAUD_RANKING.schema)


def _places(months: pa.Array) -> pa.Array:
    """Places from 1 within each run of equal `months`."""
    names = np.asarray(months.to_numpy(zero_copy_only=False))
    begins = np.flatnonzero(np.concatenate(([True], names[1:] != names[:-1])))
    lengths = np.diff(np.append(begins, len(names)))
    return pa.array(np.arange(len(names)) - np.repeat(begins, lengths) + 1, pa.int64())
