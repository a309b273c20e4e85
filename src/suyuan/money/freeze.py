"""What can still be frozen, and in which order to call.

Stolen money leaves an account as if by chance, at a rate: of the fen-hours that it has lain there,
so many fen have gone. The rate of each account is estimated from its own past, drawn towards that
of all such accounts by as much as a day of what lies there now weighs (an exponential waiting time
with a gamma prior). What a call saves is what would be gone a day later without it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.exits import VOUCHER
from suyuan.model.money import yuan
from suyuan.model.results import FREEZE_LIST
from suyuan.model.text import Text
from suyuan.model.times import local
from suyuan.money.arrays import Flags, Ints, Steps
from suyuan.money.flow_graph import TraceGraph, TraceInputs
from suyuan.money.order import closings

HOUR: Final = 3_600_000_000
#: What counts as "now or never", in hours, and the weight of what is known of other accounts.
DAY: Final = 24.0
#: A half-life is not told longer than this, in hours (ten years).
LONGEST: Final = 87_600.0

_BECAUSE: Final = Text(
    "{amount} yuan of {reports} report(s) lies there; half of such money is gone in {half} hours, "
    "so {saved} yuan would be gone in a day.",
    "该处尚有{reports}起报案的赃款{amount}元；此类资金{half}小时内流失一半，一天内预计流失{saved}元。",
)
_HOLD_TEXT: Final = Text(
    "{held} yuan there is stopped or frozen already, until {until}.",
    "该处另有{held}元已止付或冻结，至{until}。",
)


@dataclass(frozen=True, slots=True)
class OutflowRates:
    """For each place: fen that went on, and fen-hours that money lay there, up to `now`."""

    gone: Ints
    lain: np.ndarray

    def rates(self, holds: Ints, kind: Flags) -> np.ndarray:
        """Share of the money that leaves in an hour, for places of one kind."""
        idle, outflow = self.lain[kind].sum(), self.gone[kind].sum()
        usual = outflow / idle if idle > 0 else 0.0
        weight = holds * DAY
        below = np.where(weight + self.lain > 0, weight + self.lain, 1.0)
        rate: np.ndarray = (self.gone + usual * weight) / below
        return rate


def outflow_rates(graph: TraceGraph, steps: Steps, now: int) -> OutflowRates:
    """How fast claimed money has been leaving each place."""
    size = graph.places.count
    source, target = graph.flow.source[steps.event], graph.flow.target[steps.event]
    hours = (now - graph.at[steps.event]) / HOUR
    passed_amounts = steps.amount - steps.fresh
    outflow, idle = np.zeros(size, np.int64), np.zeros(size, np.float64)
    away = source != target
    np.add.at(outflow, source[away], passed_amounts[away])
    np.add.at(idle, target[away], (steps.amount * hours)[away])
    np.add.at(idle, source[away], -(passed_amounts * hours)[away])
    return OutflowRates(outflow, np.maximum(idle, 0.0))


def freeze_list(inputs: TraceInputs, graph: TraceGraph, steps: Steps, exits: pa.Table) -> pa.Table:
    """Accounts and unused cards that hold recoverable money, the most urgent first.

    What a running measure holds already is said beside it: nobody needs to call there for it.
    `exits` are those of the method that `steps` belong to.
    """
    lies = _lying(exits)
    names = lies["exit"].combine_chunks()
    place = _places(graph, names)
    amount = np.asarray(lies["recoverable_sum"], dtype=np.int64)
    holds = np.asarray(lies["held_sum"], dtype=np.int64)
    loose = np.zeros(graph.places.count, np.int64)
    loose[place] = amount
    balance = closings(graph.flow.source, graph.flow.target, graph.flow.amount, graph.flow.opening)
    card = np.asarray(pc.starts_with(names, "voucher:"), dtype=np.bool_)
    outflows = outflow_rates(graph, steps, int(inputs.book.at.max(initial=0)))
    rate = _rates(graph, outflows, loose, place, card)
    half = np.minimum(np.log(2) / np.maximum(rate, 1e-12), LONGEST)
    savings = np.floor(amount * -np.expm1(-rate * DAY)).astype(np.int64)
    shares = [[str(yuan(fen)) for fen in row] for row in lies["recoverable_list"].to_pylist()]
    until = _until(inputs, place)
    counts, ends = map(len, shares), until.to_pylist()
    texts = [_because(*row) for row in zip(amount, counts, half, savings, holds, ends, strict=True)]
    columns = {
        "account": names,
        "institution": _institution(inputs, place),
        "amount": amount,
        "balance": np.where(card, amount, balance[place]),
        "reports": lies["report_id_list"],
        "shares": shares,
        "since": lies["at_max"],
        "half_life": half,
        "saved": savings,
        "because_en": [text.en for text in texts],
        "because_zh": [text.zh for text in texts],
        "held": holds,
        "held_until": until,
    }
    table = pa.table([_array(columns[name]) for name in FREEZE_LIST.names], FREEZE_LIST.names)
    return table.cast(FREEZE_LIST.schema).sort_by(FREEZE_LIST.sort_keys)


def _lying(exits: pa.Table) -> pa.Table:
    """What lies at each exit, free or held, of which reports, and since when."""
    there = exits.filter(pc.greater(pc.add(exits["recoverable"], exits["held"]), 0))
    there = there.sort_by([("exit", "ascending"), ("report_id", "ascending")])
    sums = [("recoverable", "sum"), ("held", "sum")]
    lists = [("report_id", "list"), ("recoverable", "list")]
    groups = there.group_by("exit", use_threads=False)
    return groups.aggregate([*sums, *lists, ("at", "max")])


def _places(graph: TraceGraph, names: pa.Array) -> Ints:
    """The followed place that each subject is."""
    every = np.flatnonzero(graph.flow.follow)
    where = pc.index_in(names, value_set=graph.places.subjects(every))
    return every[np.asarray(where, dtype=np.int64)]


def _rates(
    graph: TraceGraph, outflows: OutflowRates, holds: Ints, place: Ints, card: Flags
) -> np.ndarray:
    reasons = graph.places.reasons(np.arange(graph.places.count))
    cards = np.asarray(pc.equal(reasons, VOUCHER), dtype=np.bool_)
    accounts = graph.flow.follow & ~cards
    rates: np.ndarray = np.where(
        card, outflows.rates(holds, cards)[place], outflows.rates(holds, accounts)[place]
    )
    return rates


def _institution(inputs: TraceInputs, place: Ints) -> pa.Array:
    accounts = len(inputs.book.accounts)
    return inputs.known.institution.take(pa.array(place, mask=place >= accounts))


def _until(inputs: TraceInputs, place: Ints) -> pa.Array:
    accounts = len(inputs.book.accounts)
    return inputs.known.held.until.take(pa.array(place, mask=place >= accounts))


def _because(
    amount: int, reports: int, half: float, savings: int, hold: int, until: datetime | None
) -> Text:
    lies = _BECAUSE.format(
        amount=f"{yuan(int(amount)):,}",
        reports=reports,
        half=f"{half:,.1f}",
        saved=f"{yuan(int(savings)):,}",
    )
    if not hold:
        return lies
    ends = "–" if until is None else f"{local(until):%Y-%m-%d %H:%M}"
    stands = _HOLD_TEXT.format(held=f"{yuan(int(hold)):,}", until=ends)
    if not amount:
        return stands
    return Text(f"{lies.en} {stands.en}", f"{lies.zh}{stands.zh}")


def _array(column: object) -> pa.Array | pa.ChunkedArray:
    return column if isinstance(column, pa.Array | pa.ChunkedArray) else pa.array(column)
