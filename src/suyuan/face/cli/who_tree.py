"""The chain of an identifier as a tree in the terminal, each hop with its row and its time."""

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa
from rich.text import Text as Line
from rich.tree import Tree

from suyuan.face.display import Display
from suyuan.lookup.walk import ChainNode
from suyuan.model.roles import ROLES
from suyuan.model.subjects import KINDS
from suyuan.model.text import Language, Text
from suyuan.model.times import local

_KINDS: Mapping[str, Text] = KINDS | {
    "carrier": Text("carrier", "基础运营商"),
    "address": Text("address", "接收地址"),
    "item": Text("goods", "货物"),
}
_MORE = Text("… and {n} more: {what}", "……另有{n}个：{what}")
_ROWS = Text("{n} times", "{n}次")
_MENTIONS = Text("in {n} rows", "共{n}行记录")
_AGAIN = Text("see above", "见上")
_UNTIL = Text("{since} to {until}", "{since} 至 {until}")


def scores(findings: pa.Table) -> dict[str, tuple[float, str, bool]]:
    """The best finding of each subject: score, role, whether it is over the threshold."""
    best: dict[str, tuple[float, str, bool]] = {}
    for subject, score, role, is_decided in zip(
        *(findings[c].to_pylist() for c in ("subject", "score", "role", "decided")), strict=True
    ):
        if subject not in best or best[subject][0] < score:
            best[subject] = (score, role, is_decided)
    return best


def chain_tree(
    root: ChainNode,
    leads: Mapping[str, tuple[float, str, bool]],
    zone: str,
    language: Language,
    display: Display,
) -> Tree:
    """`root` and all below it; `leads` marks those of whom a detector said something."""

    def line(node: ChainNode) -> Line:
        label = Line()
        if node.relation is not None:
            label.append(f"{node.relation.in_(language)} ", style="dim")
        label.append(_name(node, language, display), style="bold" if node is root else "")
        if node.subject in leads:
            score, role, is_decided = leads[node.subject]
            mark = f"  ● {ROLES[role].title.in_(language)} {score:.2f}"
            label.append(mark, style="red" if is_decided else "yellow")
        for part in _source(node, zone, language, display):
            label.append(f"  {part}", style="dim")
        return label

    def grow(node: ChainNode, branch: Tree) -> None:
        for child in node.children:
            grow(child, branch.add(line(child)))
        for words, count in node.more:
            more = _MORE.format(n=f"{count:,}", what=words.in_(language)).in_(language)
            branch.add(Line(more, style="dim italic"))

    tree = Tree(line(root), guide_style="cyan")
    grow(root, tree)
    return tree


def _name(node: ChainNode, language: Language, display: Display) -> str:
    kind = _KINDS[node.kind].in_(language) if node.kind in _KINDS else node.kind
    id_ = display.subject(node.subject).id
    # What a relation calls it need not be said twice.
    is_repeated = node.relation is not None and kind.lower() in node.relation.in_(language).lower()
    return id_ if is_repeated else f"{kind} {id_}"


def _source(node: ChainNode, zone: str, language: Language, display: Display) -> list[str]:
    """When, where it stands, how often; nothing for the identifier asked about."""
    parts = []
    if node.at is not None:
        since, until = _clock(node.at, zone), _clock(node.until or node.at, zone)
        span = _UNTIL.format(since=since, until=until).in_(language)
        parts.append(since if since == until else span)
    if node.file:
        parts.append(f"{display.file(node.file)}:{node.line}")
    if node.count > 1:
        parts.append(_ROWS.format(n=f"{node.count:,}").in_(language))
    if node.again:
        parts.append(f"↑ {_AGAIN.in_(language)}")
    elif node.mentions > 1:
        parts.append(_MENTIONS.format(n=f"{node.mentions:,}").in_(language))
    return parts


def _clock(moment: datetime, zone: str) -> str:
    return f"{local(moment, zone):%Y-%m-%d %H:%M}"
