"""Each ring as its chain: who stands in which column, and what ties them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.chain.edge_roles import FindingKey, edge_role, finding_keys
from suyuan.face.display import Display
from suyuan.face.evidence_rows import EvidenceRow, evidence_row
from suyuan.face.source import ResultTables
from suyuan.model.roles import ON_CHAIN

#: Rows told of each in the table under a drawing; all are in ``evidence.parquet``.
ROWS_CITED = 3


@dataclass(slots=True)
class Stand:
    """Somebody on a ring's chain: the edges from there, summed."""

    subject: str
    role: str
    amount: Decimal = Decimal(0)
    count: int = 0
    strength: float = 0.0
    targets: set[str] = field(default_factory=set)
    evidence: list[str] = field(default_factory=list)
    rows: list[EvidenceRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class RingView:
    """One row of ``rings``, with its people by role and what it laundered."""

    row: Mapping[str, Any]
    by_role: Mapping[str, list[Stand]]
    laundering: list[dict[str, Any]]

    @property
    def id(self) -> str:
        return str(self.row["ring_id"])


def rings(source: ResultTables, only: str | None = None) -> list[RingView]:
    """All rings (or `only` one), the costliest first."""
    table = source.table("rings").sort_by([("loss", "descending"), ("ring_id", "ascending")])
    if only is not None:
        table = table.filter(pc.equal(table["ring_id"], only))
    findings = finding_keys(source.table("findings"))
    edges = _by_ring(source.table("chain"))
    laundering = _by_ring(source.table("ring_laundering"))
    return [
        RingView(row, _stands(edges[row["ring_id"]], findings), laundering[row["ring_id"]])
        for row in table.to_pylist()
    ]


def cite(ring_views: Iterable[RingView], source: ResultTables, display: Display) -> None:
    """Give everybody on these chains the first rows behind the edges from there."""
    by_id: dict[str, list[Stand]] = defaultdict(list)
    for ring in ring_views:
        for stand in (own for stands in ring.by_role.values() for own in stands):
            for id_ in stand.evidence:
                by_id[id_].append(stand)
    rows = source.where("evidence", "evidence_id", by_id)
    for row in rows.sort_by([("weight", "descending"), ("row_id", "ascending")]).to_pylist():
        line = evidence_row(row, display)
        for stand in by_id[row["evidence_id"]]:
            places = [earlier.place for earlier in stand.rows]
            if len(places) < ROWS_CITED and line.place not in places:
                stand.rows.append(line)


def _by_ring(rows: pa.Table) -> dict[str, list[dict[str, Any]]]:
    own: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.to_pylist():
        own[row["ring_id"]].append(row)
    return own


def _stands(edges: Iterable[dict[str, Any]], findings: Set[FindingKey]) -> dict[str, list[Stand]]:
    by_key: dict[tuple[str, str], Stand] = {}
    for edge in edges:
        role = edge_role(edge, findings)
        stand = by_key.setdefault((role, edge["source"]), Stand(edge["source"], role))
        stand.amount += edge["amount"] or 0
        stand.count += edge["count"] or 0
        stand.strength = max(stand.strength, edge["strength"])
        stand.targets.add(edge["target"])
        stand.evidence.append(edge["evidence_id"])
    by_role: dict[str, list[Stand]] = {role: [] for role in ON_CHAIN}
    for stand in by_key.values():
        by_role[stand.role].append(stand)
    for stands in by_role.values():
        stands.sort(key=lambda entry: (-entry.amount, -entry.count, entry.subject))
    return by_role
