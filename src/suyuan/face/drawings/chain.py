"""One ring's chain as a picture: roles as columns, money from left to right."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from suyuan.chain.flow_graph import FlowGraph
from suyuan.chain.ring_flows import RING, RingFlow
from suyuan.face.display import Display, SubjectDisplay, money, number, yuan
from suyuan.face.drawings.ring_money import ring_money
from suyuan.face.rings import RingView, Stand
from suyuan.face.terms import KINDS
from suyuan.face.wording import many
from suyuan.model.links import LINKS
from suyuan.model.roles import LAYERS, ROLES
from suyuan.model.text import Text

COLUMN, BOX, TALL, STEP, TOP = 164.0, 132.0, 42.0, 50.0, 76.0
#: People drawn in one column; the rest are one box that says how many.
BOXES_SHOWN = 6
#: What stands in each column, from left to right: the roles, and what the cards were resold for.
COLUMNS = (*LAYERS, ("cash",))
CASH = Text("Resale to cash", "销赃变现")

WIDTH = len(COLUMNS) * COLUMN
#: A mask as long as the number it hides would not fit a box.
_STARS = re.compile(r"\*{5,}")


@dataclass(frozen=True, slots=True)
class Box:
    """Somebody, or a number of people, in a column."""

    x: float
    y: float
    height: float
    first: Text
    second: Text
    kind: str
    title: Text
    role: str = ""
    #: Whom it stands for: one, or those that are not drawn one by one.
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edge:
    """What ties two boxes; ``layer`` is money, information, people or resale."""

    path: str
    width: float
    layer: str
    title: Text
    over: bool = False
    origin: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Folds:
    """Whom a person put away into the box of the others, and whom they took out of it.

    Nobody else's box moves: who is taken out stands below the column, who is put away leaves a gap.
    """

    inside: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()


#: As the report draws it.
PLAIN = Folds()


@dataclass(frozen=True, slots=True)
class Drawing:
    """The picture in its own units; ``hidden`` are those not drawn one by one."""

    top: float
    width: float
    height: float
    boxes: tuple[Box, ...]
    edges: tuple[Edge, ...]
    heads: tuple[tuple[float, float, Text, str], ...]
    hidden: int
    #: The boxes by name; an edge's ends are names of these.
    names: tuple[str, ...] = ()
    left: float = 0.0


@dataclass(slots=True)
class _Plan:
    """Boxes placed so far, and which box stands for whom."""

    boxes: dict[str, Box]
    stands_for: dict[str, str]
    heads: list[tuple[float, float, Text, str]]
    folds: Folds = PLAIN
    hidden_count: int = 0


def chain_drawing(
    ring: RingView, flow_graph: FlowGraph, display: Display, folds: Folds = PLAIN
) -> Drawing:
    """The picture of `ring`; `flow_graph` says what passed between its launderers."""
    plan = _Plan({}, {}, [], folds)
    bottoms = [_layer(plan, index, roles, ring, display) for index, roles in enumerate(COLUMNS)]
    edges = tuple(_edges(plan, ring, flow_graph))
    top = 0.0 if any(edge.over for edge in edges) else TOP - 40
    boxes = tuple(plan.boxes.values())
    height = max(bottoms) - 26 - top
    names = tuple(plan.boxes)
    return Drawing(top, WIDTH, height, boxes, edges, tuple(plan.heads), plan.hidden_count, names)


def _layer(
    plan: _Plan, index: int, roles: tuple[str, ...], ring: RingView, display: Display
) -> float:
    x, y = index * COLUMN + 4, TOP
    later: list[Stand] = []
    for role in roles:
        if role == "cash":
            y = _cash(plan, x, y, ring)
            continue
        stands = ring.by_role.get(role, [])
        plan.heads.append((x, y - 12, ROLES[role].plural, number(len(stands))))
        if role == "ring_member":
            y = _ring_box(plan, x, y, ring)
        y = _people(plan, x, y, stands, display, later) + 34
    for stand in later:
        _person(plan, x, y - 26, stand, display)
        y += STEP
    return y


def _ring_box(plan: _Plan, x: float, y: float, ring: RingView) -> float:
    row = ring.row
    first = Text(many(row["reports"], "report"), f"{row['reports']:,}起报案")
    title = Text(f"Ring {ring.id}", f"团伙 {ring.id}")
    subjects = (f"ring:{ring.id}",)
    plan.boxes[RING] = Box(x, y, TALL * 1.2, first, yuan(row["loss"]), "ring", title, "", subjects)
    plan.stands_for[f"ring:{ring.id}"] = RING
    return y + TALL * 1.2 + 8


def _people(
    plan: _Plan, x: float, y: float, stands: list[Stand], display: Display, later: list[Stand]
) -> float:
    """The first few, and one box for the rest; whom a person took out of it goes to `later`."""
    fit = stands if len(stands) <= BOXES_SHOWN else stands[: BOXES_SHOWN - 1]
    rest, gap = [], 0.0
    for stand in fit:
        if stand.subject in plan.folds.inside:
            rest.append(stand)
            gap = gap or y
        else:
            _person(plan, x, y, stand, display)
        y += STEP
    for stand in stands[len(fit) :]:
        unfold = stand.subject in plan.folds.outside
        (later if unfold else rest).append(stand)
    if rest:
        of_own = len(stands) > len(fit)
        _draw_more(plan, x, y if of_own else gap, rest)
        y += STEP * of_own
    elif len(stands) > len(fit):
        y += STEP
    if not stands:
        sentence = Text("none found", "未发现")
        plan.boxes[f"none:{x}:{y}"] = Box(x, y, TALL, sentence, Text("", ""), "none", sentence)
        y += STEP
    return y


def _person(plan: _Plan, x: float, y: float, stand: Stand, display: Display) -> None:
    subject = display.subject(stand.subject)
    # Somebody in two roles has two boxes; ties go to the one further left.
    key = f"{stand.role}|{stand.subject}"
    second, title, subjects = _second(stand, subject), _title(stand, display), (stand.subject,)
    first = _first(subject.short)
    plan.boxes[key] = Box(x, y, TALL, first, second, "person", title, stand.role, subjects)
    plan.stands_for.setdefault(stand.subject, key)


def _draw_more(plan: _Plan, x: float, y: float, rest: list[Stand]) -> None:
    """One box for those not drawn one by one."""
    role = rest[0].role
    key, subjects = f"more:{role}", tuple(stand.subject for stand in rest)
    first = Text(f"+ {len(rest):,} more", f"另有{len(rest):,}个")
    total = sum((stand.amount for stand in rest), start=rest[0].amount * 0)
    second = yuan(total) if total else Text("not drawn", "未逐一画出")
    plan.boxes[key] = Box(x, y, TALL, first, second, "more", first, role, subjects)
    for stand in rest:
        plan.stands_for.setdefault(stand.subject, key)
    plan.hidden_count += len(rest)


def _first(label: str) -> Text:
    label = _STARS.sub("****", label)
    cut = label if len(label) <= 18 else label[:8] + "…" + label[-8:]
    return Text(cut, cut)


def _second(stand: Stand, subject: SubjectDisplay) -> Text:
    if stand.amount:
        return yuan(stand.amount)
    rows = Text(many(stand.count, "row"), f"{stand.count:,}条记录")
    if subject.name:
        return rows
    return Text(f"{subject.kind.en} · {rows.en}", f"{subject.kind.zh} · {rows.zh}")


def _title(stand: Stand, display: Display) -> Text:
    subject = display.subject(stand.subject)
    label = f"{subject.name} {subject.id}".strip()
    sums = f", {money(stand.amount)} yuan" if stand.amount else ""
    return Text(f"{label}{sums}, {many(stand.count, 'row')}", f"{label}，{stand.count:,}条记录")


def _cash(plan: _Plan, x: float, y: float, ring: RingView) -> float:
    plan.heads.append((x, y - 12, CASH, ""))
    for row in ring.laundering:
        kind = KINDS.get(row["kind"], Text(str(row["kind"])[:20], str(row["kind"])[:20]))
        rate = f" × {row['discount']:.2f}" if row["discount"] is not None else ""
        second = Text(f"{money(row['face_value'])}{rate}", f"{money(row['face_value'])}{rate}")
        title = Text(
            f"{kind.en}: face value {money(row['face_value'])}, dealers paid {money(row['price'])}",
            f"{kind.zh}：面值{money(row['face_value'])}，卡商付{money(row['price'])}",
        )
        plan.boxes[f"cash:{row['kind']}"] = Box(x, y, TALL, kind, second, "cash", title)
        y += STEP
    if not ring.laundering:
        sentence = Text("none found", "未发现")
        plan.boxes["none:cash"] = Box(x, y, TALL, sentence, Text("", ""), "none", sentence)
        y += STEP
    return y


def _edges(plan: _Plan, ring: RingView, flow_graph: FlowGraph) -> Iterable[Edge]:
    for role, stands in ring.by_role.items():
        if LINKS[ROLES[role].link].layer != "money":
            for stand in stands:
                yield from _supply(plan, ring, stand)
    flows = ring_money(ring, flow_graph, plan.stands_for)
    most = max((flow.fen for flow in flows), default=0) or 1
    for flow in sorted(flows, key=lambda flow: (flow.origin, flow.target)):
        width = 1.5 + 7 * flow.fen / most
        yield _edge(plan, flow.origin, flow.target, width, "money", _flow_words(flow))
    dealers = {plan.stands_for[s.subject] for s in ring.by_role.get("card_merchant", [])}
    for row in ring.laundering:
        for dealer in sorted(dealers):
            yield _edge(plan, dealer, f"cash:{row['kind']}", 1.2, "resale", Text("resold", "转卖"))


def _flow_words(flow: RingFlow) -> Text:
    """How much; of what no trace shows, whence the sum is known."""
    amount = yuan(flow.fen / 100)
    if flow.is_traced:
        return amount
    if not flow.fen:
        return Text("no traced money", "未追踪到资金")
    return Text(
        f"{amount.en} by its own records; not traced", f"{amount.zh}（据自身记录，未经追踪）"
    )


def _supply(plan: _Plan, ring: RingView, stand: Stand) -> Iterable[Edge]:
    """What a supplier gave, drawn to whom it went where that one is drawn, else to the ring."""
    origin = plan.stands_for[stand.subject]
    if ROLES[stand.role].link == "belongs_to":
        return
    targets = {plan.stands_for.get(target, RING) for target in stand.targets}
    rightward = {key for key in targets if plan.boxes[key].x > plan.boxes[origin].x}
    for target in rightward or {RING}:
        layer = LINKS[ROLES[stand.role].link].layer
        yield _edge(plan, origin, target, 1.5, layer, Text(ring.id, ring.id))


def _edge(plan: _Plan, origin: str, target: str, width: float, layer: str, title: Text) -> Edge:
    a, b = plan.boxes[origin], plan.boxes[target]
    over = layer == "money" and b.x - a.x > 1.5 * COLUMN
    path = _over(a, b) if over else _across(a, b)
    ends = Text(f"{a.first.en} → {b.first.en}: ", f"{a.first.zh} → {b.first.zh}:")
    words = Text(ends.en + title.en, ends.zh + title.zh)
    return Edge(path, round(width, 1), layer, words, over, origin, target)


def _across(a: Box, b: Box) -> str:
    x0, y0 = a.x + BOX, a.y + a.height / 2
    x1, y1 = b.x, b.y + b.height / 2
    bend = max((x1 - x0) / 2, 16)
    return f"M{x0:.0f} {y0:.0f}C{x0 + bend:.0f} {y0:.0f} {x1 - bend:.0f} {y1:.0f} {x1:.0f} {y1:.0f}"


def _over(a: Box, b: Box) -> str:
    """Over the columns between, so that it does not seem to pass through their people."""
    x0, x1 = a.x + BOX - 14, b.x + 14
    return f"M{x0:.0f} {a.y:.0f}C{x0 + 30:.0f} -6 {x1 - 30:.0f} -6 {x1:.0f} {b.y:.0f}"
