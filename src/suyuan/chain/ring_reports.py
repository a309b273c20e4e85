"""The reports of rings: which ring each belongs to, and rows of reports with their ring."""

import ibis.expr.types as ir


def ring_of_report(series: ir.Table) -> ir.Table:
    """``of`` (a report) and ``ring_id``, for each report of `series` that is in a ring."""
    return series.filter(series["ring_id"].notnull()).select(of="report_id", ring_id="ring_id")


def with_ring(rows: ir.Table, series: ir.Table) -> ir.Table:
    """Rows that name a report (``report_id``) of a ring, with its ``ring_id``; others drop out."""
    rings = ring_of_report(series).view()
    return rows.inner_join(rings, rows["report_id"] == rings["of"]).drop("of").view()
