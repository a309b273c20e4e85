"""One graph of three layers, people, money and information: what every format is written from."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.face.display import FIRMS, Display
from suyuan.face.evidence_rows import place
from suyuan.face.source import ResultTables
from suyuan.model.links import LINKS
from suyuan.model.results import FINDINGS
from suyuan.money.methods import DEFAULT

#: Rows that one link cites; the rest are counted.
ROWS_CITED = 20
#: Links of the exported graph beside those of the chain, and theirs to a report, by layer.
_PAYMENT = "paid"
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
        return "money" if self.link in {_PAYMENT, "traced"} else "people"


@dataclass(frozen=True, slots=True)
class Graph:
    """All nodes by subject, and all links between subjects; ``title`` names the case."""

    title: str
    nodes: Mapping[str, GraphNode]
    links: list[Link]

    def ends(self, link: Link) -> tuple[GraphNode, GraphNode]:
        return self.nodes[link.source], self.nodes[link.target]


def graph(source: ResultTables, display: Display, title: str) -> Graph:
    """The chain, what ties reports to numbers, accounts and rings, and the traced money."""
    rows = _rows_behind(source, display)
    links = [*_chain(source, rows), *_reports(source, rows), *_payments(source, display)]
    findings = _findings_over_threshold(source)
    subjects = {end for link in links for end in (link.source, link.target)} | set(findings)
    nodes = _nodes(subjects, findings, display)

    def place_of(link: Link) -> tuple[str, str, str]:
        return display.rank(link.source), display.rank(link.target), link.link

    return Graph(title, nodes, sorted(links, key=place_of))


def _nodes(
    subjects: Iterable[str], findings: Mapping[str, list[dict[str, Any]]], display: Display
) -> dict[str, GraphNode]:
    """In an order that tells nothing of the identifiers."""
    nodes: dict[str, GraphNode] = {}
    for subject in sorted(subjects, key=display.rank):
        kind = subject.partition(":")[0]
        label, own = display.subject(subject), findings.get(subject, [])
        best = max(own, key=lambda row: float(row["score"]), default=None)
        key = f"{kind}-{display.masking.id(subject)[:12]}"
        id_ = display.words(subject) if display.masking.full else key
        nodes[subject] = GraphNode(
            id_,
            kind,
            label.short,
            kind in ORGANISATIONS or _is_firm(subject, display),
            sorted({row["role"] for row in own}),
            best["score"] if best else None,
            display.cell(FINDINGS, best, "because_en") if best else "",
        )
    return nodes


def _is_firm(subject: str, display: Display) -> bool:
    return display.names.get(subject, ("", ""))[1] in FIRMS


def _findings_over_threshold(source: ResultTables) -> dict[str, list[dict[str, Any]]]:
    findings = source.table("findings")
    own: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in findings.filter(findings["decided"]).to_pylist():
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
        rows_by_link: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for entry in behind:
            if entry.get("node"):
                rows_by_link[entry["shows"], entry["node"]].append(entry)
        for (how, node), own in rows_by_link.items():
            tie = Link(node, report, how, row["ring_id"] or "", count=len(own))
            yield _cite(tie, own)


def _payments(source: ResultTables, display: Display) -> Iterable[Link]:
    """Money by the default method, summed from place to place."""
    traces = source.table("traces")
    own = traces.filter(pc.equal(traces["method"], DEFAULT))
    if own.num_rows == 0:
        return
    sums = own.group_by(["from", "to"]).aggregate(
        [
            ("amount", "sum"),
            ("at", "min"),
            ("at", "max"),
            ("payment_id", "distinct"),
            ("voucher_id", "distinct"),
        ]
    )
    at = _places(source, own, display)
    for row in sums.to_pylist():
        link = Link(row["from"], row["to"], _PAYMENT, amount=row["amount_sum"])
        link.first, link.last = row["at_min"], row["at_max"]
        ids = [*row["payment_id_distinct"], *row["voucher_id_distinct"]]
        places = [at[id_] for id_ in ids if id_ in at]
        link.count, link.rows = len(places), places[:ROWS_CITED]
        link.more = max(len(places) - ROWS_CITED, 0)
        yield link


def _places(source: ResultTables, traces: pa.Table, display: Display) -> dict[str, str]:
    """Where each payment and card event of a trace stands: ``file:line [hash]``."""
    places: dict[str, str] = {}
    for table, key in (("payments", "payment_id"), ("vouchers", "voucher_id")):
        ids = pc.unique(traces[key]).drop_null().to_pylist()
        for row in source.origins(table, key, ids).to_pylist():
            places.setdefault(row[key], _place(row, display))
    return places


def _rows_behind(source: ResultTables, display: Display) -> dict[str, list[dict[str, Any]]]:
    """Rows of evidence by id, the weightiest first, each with its ``place``."""
    ids = [*source.table("chain")["evidence_id"].to_pylist()]
    ids += source.table("series")["evidence_id"].to_pylist()
    behind: dict[str, list[dict[str, Any]]] = defaultdict(list)
    rows = source.where("evidence", "evidence_id", ids)
    for row in rows.sort_by([("weight", "descending"), ("row_id", "ascending")]).to_pylist():
        behind[row["evidence_id"]].append(row | {"place": _place(row, display)})
    return behind


def _place(row: Mapping[str, Any], display: Display) -> str:
    return f"{place(row, display)} [{row['sha256'][:12]}]"


def _cite(link: Link, rows: Iterable[Mapping[str, Any]]) -> Link:
    own = list(rows)
    link.rows = [row["place"] for row in own[:ROWS_CITED]]
    omissions = max((row["unlisted"] or 0 for row in own), default=0)
    link.more = max(len(own) - ROWS_CITED, 0) + omissions
    return link
