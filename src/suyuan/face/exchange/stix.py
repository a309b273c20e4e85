"""A STIX 2.1 bundle (stix2): for threat-intelligence platforms."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import stix2

from suyuan.face.exchange.graph import Graph, GraphNode, Link

#: Ids are hashes within this namespace: the same node, the same id.
NAMESPACE = uuid.UUID("5a3f5c0e-6f0b-5c65-9c9a-0b8d2f3e7a10")
#: Kinds that are logins or money accounts: cyber-observable objects of their own.
ACCOUNTS = frozenset({"phone", "account", "bank_account", "actor"})


def write_stix(graph: Graph, path: Path) -> None:
    now = datetime.now(UTC)
    maker = stix2.Identity(
        id=_id("identity", "suyuan"),
        name="suyuan",
        identity_class="system",
        created=now,
        modified=now,
    )
    nodes = {subject: _node(node, maker, now) for subject, node in graph.nodes.items()}
    links = list(_links(graph, nodes, maker, now))
    bundle = stix2.Bundle(objects=[maker, *nodes.values(), *links])
    path.write_text(bundle.serialize(ensure_ascii=False, indent=1), "utf-8")


def _node(node: GraphNode, maker: stix2.Identity, now: datetime) -> Any:
    if node.kind in ACCOUNTS:
        return stix2.UserAccount(
            id=_id("user-account", node.id),
            user_id=node.id,
            account_login=node.label,
            display_name=node.label,
            account_type=node.kind.replace("_", "-"),
        )
    fields = {"created_by_ref": maker.id, "created": now, "modified": now, "name": node.label}
    if node.kind == "report":
        return stix2.Incident(id=_id("incident", node.id), **fields)
    description = f"score {node.score:.2f}: {node.because}" if node.because else None
    return stix2.Identity(
        id=_id("identity", node.id),
        identity_class=_class(node),
        roles=node.roles or None,
        description=description,
        labels=[node.kind],
        **fields,
    )


def _class(node: GraphNode) -> str:
    if node.kind == "ring":
        return "group"
    if node.organisation:
        return "organization"
    return "individual" if node.kind == "party" else "unknown"


def _links(
    graph: Graph, nodes: dict[str, Any], maker: stix2.Identity, now: datetime
) -> Iterable[stix2.Relationship]:
    for number, link in enumerate(graph.links, start=1):
        later = link.first and link.last and link.last > link.first
        origin, target = graph.ends(link)
        yield stix2.Relationship(
            id=_id("relationship", f"{number}|{origin.id}|{target.id}|{link.link}"),
            relationship_type=link.link.replace("_", "-"),
            source_ref=nodes[link.source].id,
            target_ref=nodes[link.target].id,
            created_by_ref=maker.id,
            created=now,
            modified=now,
            confidence=None if link.strength is None else round(link.strength * 100),
            start_time=link.first,
            stop_time=link.last if later else None,
            description=_description(link),
        )


def _description(link: Link) -> str:
    parts = [] if link.amount is None else [f"{link.amount} CNY"]
    parts += [] if link.count is None else [f"{link.count} rows"]
    rows = "; ".join(link.rows) + (f"; and {link.more} more" if link.more else "")
    return ". ".join([*parts, f"Rows: {rows}"])


def _id(kind: str, text: str) -> str:
    return f"{kind}--{uuid.uuid5(NAMESPACE, text)}"
