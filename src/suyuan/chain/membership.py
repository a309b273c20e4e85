"""Findings of the role ring_member: made here, since only the chain knows rings."""

import ibis
import ibis.expr.types as ir

from suyuan.chain.ring_evidence import COLUMNS
from suyuan.detect.cards import scorecard
from suyuan.detect.contract import Measurement
from suyuan.detect.evidence import rows
from suyuan.detect.scoring import SCORE_FLOOR, findings
from suyuan.store.steps import StepOutput
from suyuan.store.tables import Tables

ROLE = "ring_member"


def member_findings(members: ir.Table, tables: Tables) -> StepOutput:
    """``findings:ring_member`` and its kin, from rows of touches that name a member."""
    reports = tables["reports"].select(of="report_id", reported_at="reported_at").view()
    dates = members.inner_join(reports, members["report_id"] == reports["of"]).view()
    best = tables["findings:scam_caller"].select(phone="subject", caller="score").view()
    rows = dates.left_join(best, dates["node"] == best["phone"]).view()
    candidates = rows.group_by(subject="entity").aggregate(
        reports=rows["report_id"].nunique(),
        caller=rows["caller"].max(),
        tools=rows["report_id"].nunique(where=rows["how"] == "bought"),
        count=rows["report_id"].nunique(),
        first_seen=rows["reported_at"].min(),
        last_seen=rows["reported_at"].max(),
    )
    absent = frozenset(name for name in ("calls", "trades") if not tables.has(name))
    measurement = Measurement(candidates, _evidence(members))
    return findings(measurement, scorecard(ROLE), tables, absent, floor=SCORE_FLOOR)


def membership_grounds(members: ir.Table, tables: Tables) -> ir.Table:
    """Services of members to their own ring: link ``belongs_to``."""
    reports = tables["reports"].select(of="report_id", seen="reported_at").view()
    dates = members.inner_join(reports, members["report_id"] == reports["of"]).view()
    return dates.mutate(
        role=ibis.literal(ROLE),
        subject=dates["entity"],
        target="ring:" + dates["ring_id"],
        link=ibis.literal("belongs_to"),
        amount=ibis.null("int64"),
    ).select(*COLUMNS)


def _evidence(members: ir.Table) -> ir.Table:
    parts = []
    for table in ("reports", "calls", "accounts", "payments", "trades", "vouchers"):
        part = members.filter(members["table"] == table)
        signal = "tools" if table == "trades" else "reports"
        parts.append(rows(part, table=table, subject="entity", signal=signal))
    return ibis.union(*parts)
