"""FollowTheMoney entities (followthemoney), one JSON object a line: for Aleph and OpenAleph."""

import json
from collections.abc import Iterable
from pathlib import Path

from followthemoney import model
from followthemoney.proxy import EntityProxy

from suyuan.face.exchange.graph import Graph, GraphNode, Link

SCHEMATA = {
    "bank_account": "BankAccount",
    "account": "UserAccount",
    "phone": "UserAccount",
    "actor": "UserAccount",
    "ring": "Organization",
    "report": "Event",
    "party": "LegalEntity",
}
#: What is neither person, organisation nor account: a card, a device, a SIM.
THING = "Asset"


def write_ftm(graph: Graph, path: Path) -> None:
    entities = [*map(_entity, graph.nodes.values()), *_links(graph)]
    with path.open("w", encoding="utf-8") as file:
        for entity in entities:
            file.write(json.dumps(entity.to_dict(), ensure_ascii=False, sort_keys=True) + "\n")


def _entity(node: GraphNode) -> EntityProxy:
    schema = "Organization" if node.organisation else SCHEMATA.get(node.kind, THING)
    entity = _proxy(schema, node.id)
    entity.add("name", node.label)
    entity.add("notes", [f"role: {role}" for role in node.roles])
    if node.because:
        entity.add("notes", f"score {node.score:.2f}: {node.because}")
    if node.kind == "bank_account":
        entity.add("accountNumber", node.label)
    if schema == "UserAccount":
        entity.add("service", node.kind)
        entity.add("username", node.label)
    return entity


def _links(graph: Graph) -> Iterable[EntityProxy]:
    """Payments between accounts, memberships of a ring, and links of another kind."""
    for number, link in enumerate(graph.links, start=1):
        origin, target = graph.ends(link)
        schema, ends = "UnknownLink", ("subject", "object")
        if link.link == "belongs_to" and _may_join(origin):
            schema, ends = "Membership", ("member", "organization")
        elif link.link == "paid" and origin.kind == target.kind == "bank_account":
            schema, ends = "Payment", ("payerAccount", "beneficiaryAccount")
        entity = _proxy(schema, f"e{number}")
        entity.add(ends[0], _id(origin.id))
        entity.add(ends[1], _id(target.id))
        _tell(entity, link, schema)
        yield entity


def _may_join(node: GraphNode) -> bool:
    return node.organisation or SCHEMATA.get(node.kind) in {"LegalEntity", "Organization"}


def _tell(entity: EntityProxy, link: Link, schema: str) -> None:
    if schema == "Payment":
        entity.add("amount", None if link.amount is None else str(link.amount))
        entity.add("currency", "CNY")
        entity.add("purpose", link.link)
    else:
        entity.add("role", link.link)
        if link.amount is not None:
            entity.add("description", f"{link.amount} CNY")
    entity.add("startDate", link.first.date().isoformat() if link.first else None)
    entity.add("endDate", link.last.date().isoformat() if link.last else None)
    if link.strength is not None:
        entity.add("description", f"strength {link.strength:.2f}")
    entity.add("description", [f"row {row}" for row in link.rows])
    if link.more:
        entity.add("description", f"and {link.more} more rows")


def _proxy(schema: str, id_: str) -> EntityProxy:
    entity = model.make_entity(schema)
    entity.id = _id(id_)
    return entity


def _id(text: str) -> str:
    """Ids of this format hold letters, digits and a few signs only."""
    return "suyuan-" + "".join(c if c.isalnum() or c in "-_." else f"_{ord(c):x}_" for c in text)
