"""Which reports can have come through an order at all: fraud type as read, else as labelled."""

import ibis
import ibis.expr.types as ir

from suyuan.store.tables import Tables

#: The kind of fraud that needs an order record.
TYPE = "fake_customer_service"
LEAST, UNKNOWN_LABEL, SERVICE_LABEL, OTHER_LABEL = 0.1, 0.7, 0.97, 0.25


def relevance(tables: Tables) -> ir.Table:
    """``contact`` (report_id) and ``relevance``: the prior that the call came through an order."""
    reports = tables["reports"]
    label = reports["fraud_type"]
    by_label = ibis.cases(
        (label.isnull(), UNKNOWN_LABEL),
        (label.contains("客服") | label.contains("理赔") | (label == TYPE), SERVICE_LABEL),
        else_=OTHER_LABEL,
    )
    read = tables["fraud_types"]
    # Only a narrative tells more than the label.
    read = (
        read.filter(read["type"] == TYPE)
        .group_by("report_id")
        .aggregate(read=lambda t: t["probability"].max())
    )
    rows = reports.mutate(by_label=by_label).left_join(read, "report_id")
    facts = rows["narrative"].notnull() & rows["read"].notnull()
    value = ibis.ifelse(facts, rows["read"], rows["by_label"])
    return rows.select(contact=rows["report_id"], relevance=ibis.greatest(value, LEAST))
