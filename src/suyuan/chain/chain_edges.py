"""The chain as edges, and the rows behind each edge: sums over grounds."""

import ibis
import ibis.expr.types as ir

from suyuan.model.derived import SERVES
from suyuan.model.privacy import Privacy
from suyuan.model.results import CHAIN, EVIDENCE
from suyuan.store.tables import Tables

#: An edge with thousands of rows shows this many as evidence.
MOST_ROWS = 20


def serves(grounds: ir.Table, tables: Tables) -> ir.Table:
    """Who serves which ring in which role: grounds summed for each end and link."""
    owners = tables["owners"]
    sole = owners.group_by("subject").aggregate(person=owners["entity"].min()).view()
    sums = (
        grounds.group_by(["ring_id", "role", "subject", "target", "link"])
        .aggregate(
            amount=grounds["amount"].sum(),
            count=grounds["row_id"].nunique(),
            first_seen=grounds["seen"].min(),
            last_seen=grounds["seen"].max(),
        )
        .view()
    )
    persons = sums.left_join(sole, sums["subject"] == sole["subject"]).view()
    return persons.mutate(
        entity=ibis.coalesce(persons["person"], persons["subject"]),
        # One row may be a slip; each further one halves the doubt that is left.
        strength=1.0
        - ibis.literal(0.5).cast("float64") ** (persons["count"].cast("float64") + 1.0),
    ).select(*SERVES.names)


def edges(services: ir.Table) -> ir.Table:
    """The upper chain: one edge for each pair of ends and link."""
    return services.select(
        source="subject",
        target="target",
        link="link",
        ring_id="ring_id",
        amount="amount",
        count="count",
        first_seen="first_seen",
        last_seen="last_seen",
        strength="strength",
        evidence_id=edge_id(
            services["subject"], services["target"], services["link"], services["ring_id"]
        ),
    ).select(*CHAIN.names)


def edge_id(
    source: ir.StringValue, target: ir.StringValue, link: ir.StringValue, ring: ir.StringValue
) -> ir.StringValue:
    """Id of an edge: the same when more evidence arrives."""
    return (source + "|" + target + "|" + link + "|" + ibis.coalesce(ring, "")).hexdigest("md5")


def edge_proofs(grounds: ir.Table) -> ir.Table:
    """The rows behind each edge, equally weighed, the first by time."""
    proof_rows = grounds.mutate(
        evidence_id=edge_id(
            grounds["subject"], grounds["target"], grounds["link"], grounds["ring_id"]
        ),
        note=grounds["link"],
        shows=grounds["link"],
        node=ibis.null("string"),
        note_class=ibis.literal(Privacy.PUBLIC.value),
    ).view()
    return proofs(proof_rows, "seen")


def proofs(proof_rows: ir.Table, order: str) -> ir.Table:
    """Rows with an ``evidence_id`` and what they show: the first few, equally weighed."""
    columns = ["evidence_id", "table", "row_id"]
    groups = proof_rows.group_by(columns).aggregate(
        key=proof_rows["key"].max(),
        file=proof_rows["file"].max(),
        line=proof_rows["line"].max(),
        sha256=proof_rows["sha256"].max(),
        note=proof_rows["note"].max(),
        # Whoever has the largest note has one code and one node with it.
        shows=proof_rows["shows"].argmax(proof_rows["note"]),
        node=proof_rows["node"].argmax(proof_rows["note"]),
        # Of two, the narrower (``mention`` before ``public``).
        note_class=proof_rows["note_class"].min(),
        when=proof_rows[order].min(),
    )
    ranks = groups.mutate(
        rank=ibis.row_number().over(group_by="evidence_id", order_by=["when", "row_id"]),
        total=groups.count().over(group_by="evidence_id"),
    )
    first = ranks.filter(ranks["rank"] < MOST_ROWS)
    more = ibis.greatest(first["total"] - MOST_ROWS, 0).cast("int64")
    part = 1.0 / ibis.least(first["total"], MOST_ROWS).cast("float64")
    return first.mutate(weight=part, unlisted=more).select(*EVIDENCE.names)
