"""Findings completed: each gets the ring it serves, its id, its signals and its rows."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from suyuan.model.results import EVIDENCE, FINDINGS, SIGNALS
from suyuan.store.tables import Tables


def finding_id(
    role: ir.StringValue, subject: ir.StringValue, ring: ir.StringValue
) -> ir.StringValue:
    """Hash of role, subject and ring: the same when more evidence arrives."""
    return (role + "|" + subject + "|" + ibis.coalesce(ring, "")).hexdigest("md5")


def findings(roles: Sequence[str], services: ir.Table, tables: Tables) -> ir.Table:
    """Findings of all roles; a supplier of several rings has a row for each."""
    leads = ibis.union(*(tables[f"findings:{role}"] for role in roles))
    ring_of_subject = (
        services.select(of_role="role", of="subject", ring_id="ring_id").distinct().view()
    )
    leads_in_rings = leads.left_join(
        ring_of_subject,
        (leads["role"] == ring_of_subject["of_role"]) & (leads["subject"] == ring_of_subject["of"]),
    ).view()
    return leads_in_rings.mutate(
        finding_id=finding_id(
            leads_in_rings["role"], leads_in_rings["subject"], leads_in_rings["ring_id"]
        ),
        because=leads_in_rings["because_en"],
        rivals=leads_in_rings["rivals_en"],
    ).select(*FINDINGS.schema.names)


def signals(roles: Sequence[str], final: ir.Table, tables: Tables) -> ir.Table:
    every = ibis.union(*(tables[f"signals:{role}"] for role in roles)).view()
    ids = final.select("finding_id", of_role="role", of="subject").view()
    rows = every.inner_join(
        ids, (every["role"] == ids["of_role"]) & (every["subject"] == ids["of"])
    )
    return rows.select(*SIGNALS.names)


def evidence(
    roles: Sequence[str], final: ir.Table, proofs: Sequence[str], tables: Tables
) -> ir.Table:
    """Rows behind findings, and those behind everything else that claims something."""
    every = ibis.union(*(tables[f"evidence:{role}"] for role in roles)).view()
    ids = final.select("finding_id", of_role="role", of="subject").view()
    rows = every.inner_join(
        ids, (every["role"] == ids["of_role"]) & (every["subject"] == ids["of"])
    ).view()
    own = rows.mutate(evidence_id=rows["finding_id"], node=ibis.null("string"))
    own = own.select(*EVIDENCE.names)
    return ibis.union(own, *(tables[f"proofs:{name}"] for name in proofs))
