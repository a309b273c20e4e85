"""One graph of three layers, people, money and information: what every format is written from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.face.display import FIRMS, Shown
from suyuan.face.evidence_rows import place
from suyuan.face.source import ResultTables
from suyuan.model.links import LINKS
from suyuan.model.results import FINDINGS
from suyuan.money.methods import DEFAULT

#: Rows that one link cites; the rest are counted.
CITED = 20
#: Links of the exported graph beside those of the chain, and theirs to a report, by layer.
_PAID = "paid"
#: Kinds of subject that are organisations by their nature.
ORGANISATIONS = frozenset(
    {"merchant", "courier", "platform", "software", "warehouse", "operator", "agent"}
)


@dataclass(slots=True)
class GraphNode:
    """Somebody or something: ``id`` is its subject, or one keyed by the case where masked."""

    id: str
    kind: str
    label: str
    organisation: bool
    roles: list[str] = field(default_factory=list)
    score: float | None = None
    because: str = ""


@dataclass(slots=True)
class Link:
    """What ties two nodes, with the rows behind it as ``file:line [hash]``."""

    source: str
    target: str
    link: str
    ring: str = ""
    amount: Decimal | None = None
    count: int | None = None
    first: datetime | None = None
    last: datetime | None = None
    strength: float | None = None
    rows: list[str] = field(default_factory=list)
    more: int = 0

    @property
    def layer(self) -> str:
        if self.link in LINKS:
            return LINKS[self.link].layer
        return "money" if self.link in {_PAID, "traced"} else "people"


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes by subject, and all links between subjects; ``title`` names the case."""

    title: str
    nodes: Mapping[str, GraphNode]
    links: list[Link]

    def ends(self, link: Link) -> tuple[GraphNode, GraphNode]:
        return self.nodes[link.source], self.nodes[link.target]


def graph(source: ResultTables, shown: Shown, title: str) -> Graph:
    """The chain, what ties reports to numbers, accounts and rings, and the traced money."""
    rows = _rows_behind(source, shown)
    links = [*_chain(source, rows), *_reports(source, rows), *_payments(source, shown)]
    findings = _decided(source)
    subjects = {end for link in links for end in (link.source, link.target)} | set(findings)
    nodes = _nodes(subjects, findings, shown)

    def place_of(link: Link) -> tuple[str, str, str]:
        return shown.rank(link.source), shown.rank(link.target), link.link

    return Graph(title, nodes, sorted(links, key=place_of))


def _nodes(
    subjects: Iterable[str], findings: Mapping[str, list[dict[str, Any]]], shown: Shown
) -> dict[str, GraphNode]:
    """In an order that tells nothing of the identifiers."""
    nodes: dict[str, GraphNode] = {}
    for subject in sorted(subjects, key=shown.rank):
        kind = subject.partition(":")[0]
        named, own = shown.subject(subject), findings.get(subject, [])
        best = max(own, key=lambda row: float(row["score"]), default=None)
        keyed = f"{kind}-{shown.masking.id(subject)[:12]}"
        id_ = shown.words(subject) if shown.masking.full else keyed
        nodes[subject] = GraphNode(
            id_,
            kind,
            named.short,
            kind in ORGANISATIONS or _is_firm(subject, shown),
            sorted({row["role"] for row in own}),
            best["score"] if best else None,
            shown.cell(FINDINGS, best, "because_en") if best else "",
        )
    return nodes


def _is_firm(subject: str, shown: Shown) -> bool:
    return shown.names.get(subject, ("", ""))[1] in FIRMS


def _decided(source: ResultTables) -> dict[str, list[dict[str, Any]]]:
    found = source.table("findings")
    own: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in found.filter(found["decided"]).to_pylist():
        own[row["subject"]].append(row)
    return own


def _chain(source: ResultTables, rows: Mapping[str, list[dict[str, Any]]]) -> Iterable[Link]:
    for edge in source.table("chain").to_pylist():
        link = Link(edge["source"], edge["target"], edge["link"], edge["ring_id"] or "")
        link.amount, link.count, link.strength = edge["amount"], edge["count"], edge["strength"]
        link.first, link.last = edge["first_seen"], edge["last_seen"]
        yield _cite(link, rows.get(edge["evidence_id"], ()))


def _reports(source: ResultTables, rows: Mapping[str, list[dict[str, Any]]]) -> Iterable[Link]:
    """A report's tie to its ring, and to each number, account and person in its rows."""
    for row in source.table("series").to_pylist():
        report, behind = f"report:{row['report_id']}", rows.get(row["evidence_id"], [])
        if row["ring_id"]:
            tie = Link(report, f"ring:{row['ring_id']}", "tied_to", row["ring_id"])
            tie.strength = row["strength"]
            yield _cite(tie, behind)
        touching: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for one in behind:
            how, _, node = str(one["note"] or "").partition(" ")
            if node:
                touching[how, node].append(one)
        for (how, node), own in touching.items():
            tie = Link(node, report, how, row["ring_id"] or "", count=len(own))
            yield _cite(tie, own)


def _payments(source: ResultTables, shown: Shown) -> Iterable[Link]:
    """Money by the default method, summed from place to place."""
    traces = source.table("traces")
    own = traces.filter(pc.equal(traces["method"], DEFAULT))
    if own.num_rows == 0:
        return
    summed = own.group_by(["from", "to"]).aggregate(
        [
            ("amount", "sum"),
            ("at", "min"),
            ("at", "max"),
            ("payment_id", "distinct"),
            ("voucher_id", "distinct"),
        ]
    )
    at = _places(source, own, shown)
    for row in summed.to_pylist():
        link = Link(row["from"], row["to"], _PAID, amount=row["amount_sum"])
        link.first, link.last = row["at_min"], row["at_max"]
        ids = [*row["payment_id_distinct"], *row["voucher_id_distinct"]]
        cited = [at[id_] for id_ in ids if id_ in at]
        link.count, link.rows = len(cited), cited[:CITED]
        link.more = max(len(cited) - CITED, 0)
        yield link


def _places(source: ResultTables, traces: pa.Table, shown: Shown) -> dict[str, str]:
    """Where each payment and card event of a trace stands: ``file:line [hash]``."""
    found: dict[str, str] = {}
    for table, key in (("payments", "payment_id"), ("vouchers", "voucher_id")):
        ids = pc.unique(traces[key]).drop_null().to_pylist()
        for row in source.origins(table, key, ids).to_pylist():
            found.setdefault(row[key], _place(row, shown))
    return found


def _rows_behind(source: ResultTables, shown: Shown) -> dict[str, list[dict[str, Any]]]:
    """Rows of evidence by id, the weightiest first, each with its ``place``."""
    ids = [*source.table("chain")["evidence_id"].to_pylist()]
    ids += source.table("series")["evidence_id"].to_pylist()
    behind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = source.where("evidence", "evidence_id", ids)
    for row in rows.sort_by([("weight", "descending"), ("row_id", "ascending")]).to_pylist():
        behind[row["evidence_id"]].append(row | {"place": _place(row, shown)})
    return behind


def _place(row: Mapping[str, Any], shown: Shown) -> str:
    return f"{place(row, shown)} [{row['sha256'][:12]}]"


def _cite(link: Link, rows: Iterable[Mapping[str, Any]]) -> Link:
    own = list(rows)
    link.rows = [row["place"] for row in own[:CITED]]
    unlisted = max((row["unlisted"] or 0 for row in own), default=0)
    link.more = max(len(own) - CITED, 0) + unlisted
    return link
