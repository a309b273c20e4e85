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


def findings(roles: Sequence[str], served: ir.Table, tables: Tables) -> ir.Table:
    """Findings of all roles; a supplier of several rings has a row for each."""
    found = ibis.union(*(tables[f"findings:{role}"] for role in roles))
    placed = served.select(of_role="role", of="subject", ring_id="ring_id").distinct().view()
    both = found.left_join(
        placed, (found["role"] == placed["of_role"]) & (found["subject"] == placed["of"])
    ).view()
    return both.mutate(
        finding_id=finding_id(both["role"], both["subject"], both["ring_id"]),
        because=both["because_en"],
        rivals=both["rivals_en"],
    ).select(*FINDINGS.schema.names)


def signals(roles: Sequence[str], final: ir.Table, tables: Tables) -> ir.Table:
    every = ibis.union(*(tables[f"signals:{role}"] for role in roles)).view()
    named = final.select("finding_id", of_role="role", of="subject").view()
    joined = every.inner_join(
        named, (every["role"] == named["of_role"]) & (every["subject"] == named["of"])
    )
    return joined.select(*SIGNALS.names)


def evidence(
    roles: Sequence[str], final: ir.Table, proofs: Sequence[str], tables: Tables
) -> ir.Table:
    """Rows behind findings, and those behind everything else that claims something."""
    every = ibis.union(*(tables[f"evidence:{role}"] for role in roles)).view()
    named = final.select("finding_id", of_role="role", of="subject").view()
    joined = every.inner_join(
        named, (every["role"] == named["of_role"]) & (every["subject"] == named["of"])
    ).view()
    own = joined.mutate(evidence_id=joined["finding_id"]).select(*EVIDENCE.names)
    return ibis.union(own, *(tables[f"proofs:{name}"] for name in proofs))
