"""FollowTheMoney entities (followthemoney), one JSON object a line: for Aleph and OpenAleph."""

import json
from collections.abc import Iterable
from pathlib import Path

from followthemoney import model
from followthemoney.proxy import EntityProxy

from suyuan.face.exchange.graph import Graph, Link, Node

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


def _entity(node: Node) -> EntityProxy:
    schema = "Organization" if node.organisation else SCHEMATA.get(node.kind, THING)
    made = _made(schema, node.id)
    made.add("name", node.label)
    made.add("notes", [f"role: {role}" for role in node.roles])
    if node.because:
        made.add("notes", f"score {node.score:.2f}: {node.because}")
    if node.kind == "bank_account":
        made.add("accountNumber", node.label)
    if schema == "UserAccount":
        made.add("service", node.kind)
        made.add("username", node.label)
    return made


def _links(graph: Graph) -> Iterable[EntityProxy]:
    """Payments between accounts, memberships of a ring, and links of another kind."""
    for number, link in enumerate(graph.links, start=1):
        one, other = graph.ends(link)
        schema, ends = "UnknownLink", ("subject", "object")
        if link.link == "belongs_to" and _may_join(one):
            schema, ends = "Membership", ("member", "organization")
        elif link.link == "paid" and one.kind == other.kind == "bank_account":
            schema, ends = "Payment", ("payerAccount", "beneficiaryAccount")
        made = _made(schema, f"e{number}")
        made.add(ends[0], _id(one.id))
        made.add(ends[1], _id(other.id))
        _tell(made, link, schema)
        yield made


def _may_join(node: Node) -> bool:
    return node.organisation or SCHEMATA.get(node.kind) in {"LegalEntity", "Organization"}


def _tell(made: EntityProxy, link: Link, schema: str) -> None:
    if schema == "Payment":
        made.add("amount", None if link.amount is None else str(link.amount))
        made.add("currency", "CNY")
        made.add("purpose", link.link)
    else:
        made.add("role", link.link)
        if link.amount is not None:
            made.add("description", f"{link.amount} CNY")
    made.add("startDate", link.first.date().isoformat() if link.first else None)
    made.add("endDate", link.last.date().isoformat() if link.last else None)
    if link.strength is not None:
        made.add("description", f"strength {link.strength:.2f}")
    made.add("description", [f"row {row}" for row in link.rows])
    if link.more:
        made.add("description", f"and {link.more} more rows")


def _made(schema: str, id_: str) -> EntityProxy:
    made = model.make_entity(schema)
    made.id = _id(id_)
    return made


def _id(written: str) -> str:
    """Ids of this format hold letters, digits and a few signs only."""
    return "suyuan-" + "".join(c if c.isalnum() or c in "-_." else f"_{ord(c):x}_" for c in written)
