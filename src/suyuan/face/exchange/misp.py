"""A MISP event (pymisp): objects and their references, for your organisation only."""

import uuid
from pathlib import Path

from pymisp import MISPEvent, MISPObject

from suyuan.face.exchange.graph import Graph, GraphNode, Link

#: Template and the relation that holds the label, by kind of subject.
TEMPLATES = {
    "bank_account": ("bank-account", "account"),
    "account": ("user-account", "username"),
    "actor": ("user-account", "username"),
    "phone": ("phone", "msisdn"),
    "device": ("phone", "imei"),
    "sim": ("phone", "iccid"),
    "party": ("person", "full-name"),
    "report": ("incident", "name"),
}
#: Where a template of this kind keeps a free text.
TEXTS = {"organization": "description", "user-account": "description", "incident": "description"}
NAMESPACE = uuid.UUID("5a3f5c0e-6f0b-5c65-9c9a-0b8d2f3e7a11")


def write_misp(graph: Graph, path: Path) -> None:
    event = MISPEvent()
    event.info = f"suyuan: {graph.title}"
    event.distribution = 0  # your organisation only
    event.threat_level_id = 4  # undefined: leads, no verdicts
    event.analysis = 0
    objects = {subject: _object(node) for subject, node in graph.nodes.items()}
    for link in graph.links:
        origin = objects[link.source]
        reference = origin.add_reference(objects[link.target].uuid, link.link.replace("_", "-"))
        reference.comment = _comment(link)
    for misp_object in objects.values():
        event.add_object(misp_object)
    path.write_text(event.to_json(indent=1, sort_keys=True), "utf-8")


def _object(node: GraphNode) -> MISPObject:
    template, relation = ("organization", "name")
    if not node.organisation and node.kind in TEMPLATES:
        template, relation = TEMPLATES[node.kind]
    misp_object = MISPObject(template, strict=True)
    misp_object.uuid = str(uuid.uuid5(NAMESPACE, node.id))
    misp_object.comment = f"{node.kind}; leads: {', '.join(node.roles) or 'none'}"
    misp_object.add_attribute(relation, value=node.label, to_ids=False)
    if node.because:
        text = f"score {node.score:.2f}: {node.because}"
        misp_object.add_attribute(TEXTS.get(template, "text"), value=text, to_ids=False)
    return misp_object


def _comment(link: Link) -> str:
    parts = [] if link.amount is None else [f"{link.amount} CNY"]
    parts += [] if link.strength is None else [f"strength {link.strength:.2f}"]
    parts += [] if not link.first else [f"{link.first:%Y-%m-%d} to {link.last:%Y-%m-%d}"]
    rows = "; ".join(link.rows) + (f"; and {link.more} more" if link.more else "")
    return "; ".join([*parts, f"rows: {rows}"])
