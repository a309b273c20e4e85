"""An i2 Analyst's Notebook exchange chart (``.anx``), written against ``anx.xsd`` beside it."""

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from pathlib import Path

from suyuan.face.exchange.graph import Graph, GraphNode, Link

#: Icons of the standard palette that Analyst's Notebook has for each kind.
ICONS = {
    "party": "Person",
    "phone": "Phone",
    "sim": "Phone",
    "device": "Cell Phone",
    "account": "Account",
    "bank_account": "Account",
    "ring": "Group",
    "report": "Document",
    "voucher": "Card",
}
ATTRIBUTES = {
    "Roles": "AttText",
    "Score": "AttNumber",
    "Because": "AttText",
    "Ring": "AttText",
    "Yuan": "AttNumber",
    "Events": "AttNumber",
    "Strength": "AttNumber",
    "Rows": "AttText",
}
#: Colours as Windows writes them (blue, green, red from the highest byte).
COLOURS = {"money": 0x3C48B9, "information": 0x925D2F, "people": 0x955B6B}
APART = 220


def write_anx(graph: Graph, path: Path) -> None:
    chart = ET.Element("Chart", IdReferenceLinking="false", Rigorous="true")
    classes = ET.SubElement(chart, "AttributeClassCollection")
    for name, type_ in ATTRIBUTES.items():
        ET.SubElement(classes, "AttributeClass", Name=name, Type=type_)
    kinds = ET.SubElement(chart, "EntityTypeCollection")
    for icon in sorted({_icon(node) for node in graph.nodes.values()}):
        ET.SubElement(kinds, "EntityType", Name=icon)
    types = ET.SubElement(chart, "LinkTypeCollection")
    for name, layer in sorted({(link.link, link.layer) for link in graph.links}):
        ET.SubElement(types, "LinkType", Name=name, Colour=str(COLOURS[layer]))
    items = ET.SubElement(chart, "ChartItemCollection")
    wide = math.isqrt(len(graph.nodes)) + 1
    for number, node in enumerate(graph.nodes.values()):
        items.append(_entity(node, number % wide * APART, number // wide * APART))
    for link in graph.links:
        items.append(_link(link, *graph.ends(link)))
    ET.indent(chart)
    ET.ElementTree(chart).write(path, encoding="utf-8", xml_declaration=True)


def _icon(node: GraphNode) -> str:
    return "Organization" if node.organisation else ICONS.get(node.kind, "Other")


def _entity(node: GraphNode, x: int, y: int) -> ET.Element:
    item = ET.Element("ChartItem", Label=node.label, XPosition=str(x))
    end = ET.SubElement(item, "End", X=str(x), Y=str(y), Z="0")
    entity = ET.SubElement(
        end, "Entity", EntityId=node.id, Identity=node.id, LabelIsIdentity="false"
    )
    icon = ET.SubElement(entity, "Icon", TextX="0", TextY="16")
    ET.SubElement(icon, "IconStyle", Type=_icon(node))
    score = None if node.score is None else f"{node.score:.4f}"
    pairs = [("Roles", "; ".join(node.roles)), ("Score", score), ("Because", node.because)]
    _attributes(item, pairs)
    return item


def _link(link: Link, origin: GraphNode, target: GraphNode) -> ET.Element:
    item = ET.Element("ChartItem", Label=link.link.replace("_", " "))
    if link.first:
        item.attrib |= {
            "DateSet": "true",
            "TimeSet": "true",
            "DateTime": link.first.strftime("%Y-%m-%dT%H:%M:%S"),
        }
    element = ET.SubElement(item, "Link", End1Id=origin.id, End2Id=target.id)
    style = {"ArrowStyle": "ArrowOnHead", "Type": link.link}
    ET.SubElement(element, "LinkStyle", style)
    more = f" (+{link.more})" if link.more else ""
    pairs = [
        ("Ring", link.ring),
        ("Yuan", None if link.amount is None else str(link.amount)),
        ("Events", None if link.count is None else str(link.count)),
        ("Strength", None if link.strength is None else f"{link.strength:.4f}"),
        ("Rows", "; ".join(link.rows) + more),
    ]
    _attributes(item, pairs)
    return item


def _attributes(item: ET.Element, pairs: Iterable[tuple[str, str | None]]) -> None:
    values = [(name, value) for name, value in pairs if value]
    if values:
        own = ET.SubElement(item, "AttributeCollection")
        for name, value in values:
            ET.SubElement(own, "Attribute", AttributeClass=name, Value=value)
