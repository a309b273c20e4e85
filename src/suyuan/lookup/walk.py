"""The whole chain of an identifier: account to number to card to outlet to carrier, and back.

A breadth-first walk over the index: two look-ups for each depth, whatever the case holds, and a
row for each hop that is shown. What is tied to very many is named with its number and not followed
from, since a carrier ties everyone to everyone.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from suyuan.lookup.index import Index, spellings
from suyuan.lookup.relations import ENDS, ITEM, RELATIONS, End, Relation
from suyuan.model.records import RECORDS
from suyuan.model.subjects import KINDS
from suyuan.model.text import Text

#: Neighbours shown for each relation, first at the identifier asked about, then further off.
WIDTH: Final = (6, 3)
#: From so many neighbours in one relation on, a node is a hub: those shown are not followed.
HUB: Final = 100
#: Nodes of one depth that are followed.
MOST_NODES: Final = 40
DEPTH: Final = 2


@dataclass(slots=True)
class ChainNode:
    """An identifier in the chain of another, and the row that says so.

    `relation` tells how it is tied to the node above; `count` is in how many rows, of which the
    first is at `file`:`line` and the last at `until`. `more` are neighbours that are not shown, for
    each relation; `mentions` is in how many rows at all it stands, where it was not followed.
    `again` marks one that stands elsewhere in the tree, `cut` one whose own neighbours were left
    out.
    """

    kind: str
    id: str
    relation: Text | None = None
    file: str = ""
    line: int = 0
    at: datetime | None = None
    until: datetime | None = None
    count: int = 1
    mentions: int = 0
    again: bool = False
    cut: bool = False
    children: list["ChainNode"] = field(default_factory=list)
    more: list[tuple[Text, int]] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return f"{self.kind}:{self.id}"

    def walk(self) -> Iterator["ChainNode"]:
        """Itself and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def walk(index: Index, identifier: str, *, depth: int = DEPTH) -> ChainNode | None:
    """The tree of `identifier` (as it is, as ``kind:id``, as a phone); None: in no record."""
    forms = spellings(identifier)
    places = index.places(forms, limit=1)
    cell = next((form for form in forms if form in places), None)
    if cell is None:
        return None
    kind, _, id_ = identifier.strip().partition(":")
    kind_given = kind if kind in KINDS and id_ and cell != identifier.strip() else None
    kinds = [_kind(place.table, place.column, cell) for place in places[cell]]
    root = ChainNode(kind_given or next((k for k in kinds if k), "party"), cell)
    # Untold, the identifier may be of several kinds: a shop's id is a person's elsewhere.
    _Walk(index, depth, {kind_given} if kind_given else {k for k in kinds if k}).expand(root)
    return root


def _kind(table: str, column: str, cell: str) -> str | None:
    for relation in RELATIONS:
        if relation.table == table and relation.of.column == column:
            return relation.of.kind_of(cell)
    return RECORDS[table].column(column).kind


class _Walk:
    """One walk under way."""

    def __init__(self, index: Index, depth: int, kinds: Iterable[str]) -> None:
        self._index, self._depth, self._kinds = index, depth, frozenset(kinds)
        self._seen: dict[str, ChainNode] = {}
        self._new: list[ChainNode] = []

    def expand(self, root: ChainNode) -> None:
        self._seen = {root.subject: root}
        frontier = [root]
        for level in range(self._depth):
            width = WIDTH[min(level, len(WIDTH) - 1)]
            cells = [node.id for node in frontier]
            places = self._index.places(cells, limit=width + 1)
            pairs = self._index.pairs(cells, limit=width + 1)
            for node in frontier:
                by_place = {(p.table, p.column): p for p in places.get(node.id, [])}
                kinds = self._kinds if node is root else frozenset({node.kind})
                for relation in RELATIONS:
                    if not _fits(relation, kinds):
                        continue
                    if relation.events:
                        self._events(node, relation, pairs.get(node.id, []), width)
                    elif place := by_place.get((relation.table, relation.of.column)):
                        self._rows(node, relation, place.rows, place.count, width)
            frontier = self._next()
        self._weigh(root)

    def _next(self) -> list[ChainNode]:
        new, self._new = self._new, []
        follow = [n for n in new if not n.again and not n.cut and n.kind not in ENDS]
        for node in follow[MOST_NODES:]:
            node.cut = True
        return follow[:MOST_NODES]

    def _weigh(self, root: ChainNode) -> None:
        """How often whatever was not followed stands in the records."""
        ends = [node for node in root.walk() if node.kind in ENDS or node.cut]
        places = self._index.places((node.id for node in ends), limit=1)
        for node in ends:
            node.mentions = sum(place.count for place in places.get(node.id, []))

    def _rows(
        self, node: ChainNode, relation: Relation, numbers: Iterable[int], count: int, width: int
    ) -> None:
        """The neighbours that single rows name."""
        time = RECORDS[relation.table].event_time
        columns = dict.fromkeys([*_columns(relation), *([time] if time else [])])
        numbers = list(numbers)
        lines, rest = 0, count - len(numbers)
        for number in numbers:
            row = self._index.row(relation.table, number, columns)
            if node.id not in _cells(row[relation.of.column]):
                continue  # two identifiers may share a hash: the cell decides
            for cell in _cells(row[relation.to.column]):
                if lines == width:
                    rest += 1
                    continue
                child = _node(relation.to, cell, row, row[time] if time else None)
                if self._put(node, child, hub=count > HUB):
                    lines += 1
                    self._climb(child, relation, row)
        if rest:
            node.more.append((relation.to.words, rest))

    def _climb(self, child: ChainNode, relation: Relation, row: Mapping[str, Any]) -> None:
        """What stands above in the same row, each rung under the one before."""
        for ladder in relation.ladders:
            under = child
            for step in ladder:
                for cell in _cells(row[step.column])[:1]:
                    above = _node(step, cell, row, None)
                    if not under.again and self._put(under, above, hub=child.cut):
                        under = above

    def _events(
        self, node: ChainNode, relation: Relation, pairs: list[tuple[int, Any]], width: int
    ) -> None:
        """The neighbours that stand with it in events, the most frequent first."""
        edges = [
            (many, pair)
            for many, pair in pairs
            if (pair.table, pair.column, pair.other_column)
            == (relation.table, relation.of.column, relation.to.column)
        ]
        columns = dict.fromkeys(_columns(relation))
        for many, pair in edges[:width]:
            row = self._index.row(relation.table, pair.row, columns)
            if row[relation.of.column] != node.id:
                continue
            child = _node(relation.to, row[relation.to.column], row, pair.since)
            child.until, child.count = pair.until, pair.count
            if self._put(node, child, hub=many > HUB):
                self._climb(child, relation, row)
        if edges and edges[0][0] > width:
            node.more.append((relation.to.words, edges[0][0] - width))

    def _put(self, node: ChainNode, child: ChainNode, *, hub: bool) -> bool:
        """Hang `child` under `node`; one that stands there already, or above, is left out."""
        twins = [sibling for sibling in node.children if sibling.subject == child.subject]
        if twins or child.subject == node.subject:
            return False
        first = self._seen.setdefault(child.subject, child)
        if first is not child:
            child.again = True
            if any(below is node for below in first.children) or node in first.walk():
                return False
        child.cut = hub
        node.children.append(child)
        self._new.append(child)
        return True


def _fits(relation: Relation, kinds: frozenset[str]) -> bool:
    """Whether an identifier of `kinds` may stand in the column that the relation starts from."""
    of = relation.of.kind
    return of is None or of in kinds or ITEM in kinds


def _columns(relation: Relation) -> list[str]:
    """What is read of a row to show a hop along `relation`."""
    above = (step.column for ladder in relation.ladders for step in ladder)
    return ["file", "line", relation.of.column, relation.to.column, *above]


def _node(step: End, cell: str, row: Mapping[str, Any], at: datetime | None) -> ChainNode:
    return ChainNode(step.kind_of(cell), cell, step.words, row["file"], row["line"], at)


def _cells(cell: Any) -> list[str]:
    if cell is None:
        return []
    return cell if isinstance(cell, list) else [cell]
