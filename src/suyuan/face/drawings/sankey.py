"""A Sankey diagram of traced money, time from left to right (layout after Sankey 1898)."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from suyuan.chain.flow_graph import FlowGraph, HolderFlow
from suyuan.chain.holder_kinds import HOLDERS
from suyuan.face.display import span, yuan
from suyuan.face.terms import REASONS
from suyuan.model.text import Text

HEIGHT, TOP, GAP, BAR, COLUMN = 300.0, 46.0, 30.0, 12.0, 178.0
#: A flow thinner than this is drawn this thin, so that it can be seen at all.
THINNEST = 1.0


@dataclass(slots=True)
class Bar:
    """One kind of holder at one step."""

    x: float
    y: float
    height: float
    title: Text
    amount: Text
    exit: bool
    tone: str


@dataclass(frozen=True, slots=True)
class Ribbon:
    """Money that moved from one bar to another, or that rests."""

    path: str
    width: float
    title: Text
    exit: bool


@dataclass(frozen=True, slots=True)
class Sankey:
    """The drawing: bars in columns of steps, ribbons between them."""

    width: float
    height: float
    bars: tuple[Bar, ...]
    ribbons: tuple[Ribbon, ...]
    heads: tuple[tuple[float, Text, Text], ...]


Key = tuple[int, str]


def sankey(money: FlowGraph) -> Sankey | None:
    """The drawing, or nothing where nothing was traced."""
    if not money.flows or not money.total:
        return None
    size = _sizes(money.flows)
    columns = _columns(size)
    total = max(sum(size[key] for key in column) for column in columns.values())
    scale = HEIGHT / total
    bars = {
        key: bar for step, keys in columns.items() for key, bar in _stack(step, keys, size, scale)
    }
    height = max(bar.y + bar.height for bar in bars.values()) + 12
    steps = max(columns) + 1
    ribbons = tuple(_ribbons(money.flows, bars, scale))
    width = steps * COLUMN + 10
    return Sankey(width, height, tuple(bars.values()), ribbons, tuple(_heads(money, steps)))


def _sizes(flows: Iterable[HolderFlow]) -> dict[Key, int]:
    inflow: dict[Key, int] = defaultdict(int)
    outflow: dict[Key, int] = defaultdict(int)
    for flow in flows:
        outflow[flow.step, flow.origin] += flow.fen
        inflow[flow.step + 1, flow.target] += flow.fen
    return {key: max(inflow[key], outflow[key]) for key in {*inflow, *outflow}}


def _columns(size: dict[Key, int]) -> dict[int, list[Key]]:
    order = list(HOLDERS)
    columns: dict[int, list[Key]] = defaultdict(list)
    for key in size:
        columns[key[0]].append(key)
    for keys in columns.values():
        keys.sort(key=lambda k: (k[1].startswith("exit:"), _rank(k[1], order), k[1]))
    return dict(sorted(columns.items()))


def _rank(kind: str, order: list[str]) -> int:
    return order.index(kind) if kind in order else len(order)


def _stack(
    step: int, keys: list[Key], size: dict[Key, int], scale: float
) -> Iterable[tuple[Key, Bar]]:
    y = TOP + GAP
    for key in keys:
        height = max(size[key] * scale, THINNEST)
        kind = key[1]
        exit_ = kind.startswith("exit:")
        title = REASONS.get(kind[5:], Text(kind[5:], kind[5:])) if exit_ else HOLDERS[kind]
        bar = Bar(step * COLUMN + 4, y, height, title, yuan(size[key] / 100), exit_, kind)
        bar.tone = "exit" if exit_ else kind
        yield key, bar
        y += height + GAP


def _ribbons(flows: Iterable[HolderFlow], bars: dict[Key, Bar], scale: float) -> Iterable[Ribbon]:
    used_out: dict[Key, float] = defaultdict(float)
    used_in: dict[Key, float] = defaultdict(float)
    order = sorted(flows, key=lambda f: (f.step, bars[f.step + 1, f.target].y))
    for flow in order:
        origin, target = (flow.step, flow.origin), (flow.step + 1, flow.target)
        width = max(flow.fen * scale, THINNEST)
        x0, x1 = bars[origin].x + BAR, bars[target].x
        y0 = bars[origin].y + used_out[origin] + width / 2
        y1 = bars[target].y + used_in[target] + width / 2
        used_out[origin] += width
        used_in[target] += width
        middle = (x0 + x1) / 2
        path = f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
        amount = yuan(flow.fen / 100)
        a, b = bars[origin].title, bars[target].title
        title = Text(f"{a.en} → {b.en}: {amount.en}", f"{a.zh} → {b.zh}:{amount.zh}")
        yield Ribbon(path, width, title, flow.rests)


def _heads(money: FlowGraph, steps: int) -> Iterable[tuple[float, Text, Text]]:
    for step in range(steps):
        x = step * COLUMN + 4
        if step == 0:
            yield x, Text("paid by victims", "被害人付出"), Text("", "")
        else:
            after = money.after.get(step - 1)
            when = span(after) if after else Text("at once", "即时")
            delay = Text(f"median {when.en} later", f"中位{when.zh}后")
            first = Text("first received", "首次到账") if step == 1 else None
            title = Text(f"step {step}", f"第{step}步")
            yield x, title, first or (delay if after is not None else Text("", ""))
