"""GEXF and GraphML (networkx): for Gephi, Cytoscape, yEd."""

from pathlib import Path

import networkx as nx

from suyuan.face.exchange.graph import Graph, GraphNode, Link


def write_gexf(graph: Graph, path: Path) -> None:
    nx.write_gexf(network(graph), path)


def write_graphml(graph: Graph, path: Path) -> None:
    nx.write_graphml(network(graph), path)


def network(graph: Graph) -> nx.MultiDiGraph:
    """Nodes and links with their attributes; what has no value is left out."""
    net = nx.MultiDiGraph(name=graph.title)
    for node in graph.nodes.values():
        net.add_node(node.id, **_of_node(node))
    for number, link in enumerate(graph.links, start=1):
        origin, target = graph.ends(link)
        net.add_edge(origin.id, target.id, key=f"e{number}", **_of_link(link))
    return net


def _of_node(node: GraphNode) -> dict[str, str | float]:
    attributes = {"label": node.label, "kind": node.kind, "roles": ";".join(node.roles)}
    reason = {"because": node.because} if node.because else {}
    return attributes | reason | ({} if node.score is None else {"score": float(node.score)})


def _of_link(link: Link) -> dict[str, str | float]:
    values: dict[str, str | float | None] = {
        "label": link.link,
        "layer": link.layer,
        "ring": link.ring or None,
        "yuan": None if link.amount is None else float(link.amount),
        "events": None if link.count is None else float(link.count),
        "first_seen": link.first.isoformat() if link.first else None,
        "last_seen": link.last.isoformat() if link.last else None,
        "strength": link.strength,
        "rows": ";".join(link.rows) or None,
        "rows_more": float(link.more) if link.more else None,
    }
    return {name: value for name, value in values.items() if value is not None}
