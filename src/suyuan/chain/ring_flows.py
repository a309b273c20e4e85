"""What passed between a ring's launderers, by way of places that are not asked about.

Tracing says what moved from place to place. Between two launderers there may be shops, wallets
or the ring's own cards; what leaves such a place is shared out in proportion, since a place keeps
no account of whose money it passes on. Nothing is made on the way and nothing is lost: of what
leaves a launderer, one part arrives at others further along and the rest is accounted for.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

#: The ring itself: where victims' money comes from.
RING = "ring"
#: Places between that money is followed through.
DEEPEST = 4

#: Of each place what leaves it, and for where (fen).
Outflows = Mapping[str, Sequence[tuple[str, float]]]


@dataclass(frozen=True, slots=True)
class RingFlow:
    """Fen from one launderer to another further along.

    What is not ``is_traced`` is the sum of a launderer's own edge of the chain, of somebody whom
    no traced money reaches; that may be nothing.
    """

    origin: str
    target: str
    fen: int
    is_traced: bool = True


@dataclass(frozen=True, slots=True)
class FlowParts:
    """Of what leaves a launderer: what comes to others further along, and what does not (fen).

    That rests on the way, comes back, or goes through more than ``DEEPEST`` places.
    """

    by_target: Mapping[str, float]
    remainder: float


def ring_flows(
    moves: Mapping[tuple[str, str], int],
    stages: Sequence[Sequence[tuple[str, Decimal]]],
    launderer_at: Callable[[str], str],
) -> list[RingFlow]:
    """Money between launderers, from an earlier stage to a later one.

    `moves` are fen from place to place, `stages` the launderers from the ring on, each with the
    sum of its own edges; `launderer_at` names the one behind a place, or gives the place back.
    """
    stage_of = {RING: 0}
    for number, launderers in enumerate(stages, start=1):
        for launderer, _ in launderers:
            stage_of.setdefault(launderer, number)
    outflows = outflows_of(moves, launderer_at)
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for origin in stage_of:
        for target, fen in arrivals(origin, outflows, stage_of).by_target.items():
            sums[origin, target] += fen
    targets = {target for _, target in sums}
    flows = [RingFlow(*pair, round(fen)) for pair, fen in sums.items() if fen >= 1]
    return flows + _own_sums(stages, targets)


def _own_sums(stages: Sequence[Sequence[tuple[str, Decimal]]], targets: set[str]) -> list[RingFlow]:
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for launderers in stages:
        for launderer, amount in launderers:
            if launderer not in targets:
                sums[launderer] += amount
    return [RingFlow(RING, name, round(yuan * 100), is_traced=False) for name, yuan in sums.items()]


def outflows_of(
    moves: Mapping[tuple[str, str], int], launderer_at: Callable[[str], str]
) -> Outflows:
    """`moves` with each place as its launderer; what stays with one is no move."""
    sums: dict[tuple[str, str], float] = defaultdict(float)
    for (origin, target), fen in moves.items():
        ends = launderer_at(origin), launderer_at(target)
        if ends[0] != ends[1]:
            sums[ends] += fen
    outflows: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for (origin, target), total in sums.items():
        outflows[origin].append((target, total))
    return outflows


def arrivals(origin: str, outflows: Outflows, stage_of: Mapping[str, int]) -> FlowParts:
    """Fen of `origin` that come to a later stage, straight or through places between."""
    by_target: dict[str, float] = defaultdict(float)
    remainder, frontier = 0.0, dict(outflows.get(origin, ()))
    for _ in range(DEEPEST):
        onward: dict[str, float] = defaultdict(float)
        for place, fen in frontier.items():
            if stage_of.get(place, -1) > stage_of[origin]:
                by_target[place] += fen
            elif place in stage_of or place not in outflows:
                remainder += fen
            else:
                total = sum(out for _, out in outflows[place])
                for after, out in outflows[place]:
                    onward[after] += fen * out / total
        frontier = onward
    return FlowParts(by_target, remainder + sum(frontier.values()))
