"""Traced money as a graph: from kind of holder to kind of holder, step by step."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.chain.holder_kinds import HolderKinds
from suyuan.money.methods import DEFAULT

#: Steps drawn; what goes further is one exit that says so.
STEPS = 8
FURTHER = "further"


@dataclass(frozen=True, slots=True)
class HolderFlow:
    """Fen that moved from one kind of holder at `step` to another at ``step + 1``."""

    step: int
    origin: str
    target: str
    fen: int
    rests: bool = False


@dataclass(frozen=True, slots=True)
class FlowGraph:
    """All flows; how long after the victim's payment each step came (median seconds); and for
    each ring what passed from place to place (fen).
    """

    flows: tuple[HolderFlow, ...]
    after: Mapping[int, float]
    between: Mapping[str, Mapping[tuple[str, str], int]]
    holders: HolderKinds

    @property
    def total(self) -> int:
        return sum(flow.fen for flow in self.flows if flow.step == 0 and not flow.rests)


def money_steps(traces: pa.Table, reports: pa.Array | None = None) -> pa.Table:
    """The default method's steps of `reports` (all, if none are given).

    ``report_id, hop, from, to, fen, at``; a card's step ends where the card is handed on from.
    """
    own = traces.filter(pc.equal(traces["method"], DEFAULT))
    if reports is not None:
        own = own.filter(pc.is_in(own["report_id"], reports))
    fen = pc.cast(pc.multiply(own["amount"], pa.scalar(100)), pa.int64())
    own = own.append_column("fen", fen)
    return _cards_held(own).select(["report_id", "hop", "from", "to", "fen", "at"])


def flow_graph(
    steps: pa.Table, exits: pa.Table, series: pa.Table, holders: HolderKinds
) -> FlowGraph:
    """What `steps` of :func:`money_steps` come to; `holders` knows all of their ends."""
    moved = steps.append_column("origin", _kinds(steps["from"], holders))
    moved = moved.append_column("target", _kinds(moved["to"], holders))
    near = moved.filter(pc.less(moved["hop"], STEPS))
    summed = near.group_by(["hop", "origin", "target"]).aggregate([("fen", "sum")]).to_pylist()
    flows = [HolderFlow(row["hop"], row["origin"], row["target"], row["fen_sum"]) for row in summed]
    flows += _resting(moved, exits)
    order = sorted(flows, key=lambda f: (f.step, f.origin, f.rests, f.target))
    return FlowGraph(tuple(order), _delays(steps), _between(steps, series), holders)


def _cards_held(steps: pa.Table) -> pa.Table:
    """Money that became a card stands with whoever next hands the card on, where anyone does."""
    issued = pc.and_(pc.is_valid(steps["voucher_id"]), pc.starts_with(steps["to"], "voucher:"))
    if steps.num_rows == 0 or not pc.any(issued).as_py():
        return steps
    handed = steps.filter(pc.and_(pc.is_valid(steps["voucher_id"]), pc.invert(issued)))
    first = handed.group_by(["report_id", "voucher_id", "hop"]).aggregate([("from", "min")])
    first = first.rename_columns(["report_id", "voucher_id", "next", "holder"])
    keyed = steps.append_column("next", pc.add(steps["hop"], 1))
    joined = keyed.join(first, ["report_id", "voucher_id", "next"], join_type="left outer")
    issued = pc.and_(pc.is_valid(joined["voucher_id"]), pc.starts_with(joined["to"], "voucher:"))
    to = pc.if_else(issued, pc.coalesce(joined["holder"], joined["to"]), joined["to"])
    return joined.set_column(joined.schema.get_field_index("to"), "to", to)


def _kinds(column: pa.ChunkedArray, at: HolderKinds) -> pa.Array:
    coded = column.combine_chunks().dictionary_encode()
    kinds = pa.array([at.kind[name] for name in coded.dictionary.to_pylist()], pa.string())
    return kinds.take(coded.indices)


def _resting(moved: pa.Table, exits: pa.Table) -> list[HolderFlow]:
    """What came to a holder and did not leave again, by the exit's reason."""
    moved = _at_machines(moved)
    came = moved.append_column("level", pc.add(moved["hop"], 1))
    keys = ["report_id", "to", "level", "target"]
    came = came.group_by(keys).aggregate([("fen", "sum")])
    left = moved.group_by(["report_id", "from", "hop"]).aggregate([("fen", "sum")])
    left = left.rename_columns(["report_id", "to", "level", "left"])
    both = came.join(left, ["report_id", "to", "level"], join_type="left outer")
    rest = pc.subtract(both["fen_sum"], pc.fill_null(both["left"], 0))
    both = both.append_column("rest", rest).filter(pc.greater(rest, 0))
    both = both.join(_reasons(moved, exits), ["report_id", "to"], join_type="left outer")
    reason = pc.coalesce(both["reason"], pa.scalar("other"))
    over = pc.greater_equal(both["level"], STEPS)
    both = both.append_column("why", pc.if_else(over, pa.scalar(FURTHER), reason))
    both = both.append_column("step", pc.min_element_wise(both["level"], pa.scalar(STEPS)))
    summed = both.group_by(["step", "target", "why"]).aggregate([("rest", "sum")]).to_pylist()
    return [
        HolderFlow(row["step"], row["target"], f"exit:{row['why']}", row["rest_sum"], rests=True)
        for row in summed
    ]


def _at_machines(moved: pa.Table) -> pa.Table:
    """Cash drawn at no named place is shown to stay with its payer: it gets a place of its own."""
    stays = pc.equal(moved["from"], moved["to"])
    place = pc.binary_join_element_wise(moved["to"], "cash", " ")
    column = pc.if_else(stays, place, moved["to"])
    return moved.set_column(moved.schema.get_field_index("to"), "to", column)


def _reasons(moved: pa.Table, exits: pa.Table) -> pa.Table:
    """The main reason why a report's money rests at a place.

    Cash rests with the account it was drawn from: a machine is no exit, and has it from there.
    """
    own = exits.filter(pc.equal(exits["method"], DEFAULT)).sort_by([("amount", "descending")])
    main = own.group_by(["report_id", "exit"], use_threads=False).aggregate([("reason", "first")])
    main = main.rename_columns(["report_id", "to", "reason"])
    drawn = own.filter(pc.equal(own["reason"], "cash")).select(["report_id", "exit"])
    payers = drawn.rename_columns(["report_id", "from"])
    machines = moved.join(payers, ["report_id", "from"], join_type="inner")
    machines = machines.select(["report_id", "to"]).group_by(["report_id", "to"]).aggregate([])
    machines = machines.join(main, ["report_id", "to"], join_type="left anti")
    cash = machines.append_column("reason", pa.repeat("cash", machines.num_rows))
    return pa.concat_tables([main, cash.select(main.column_names)], promote_options="permissive")


def _delays(steps: pa.Table) -> dict[int, float]:
    """Median seconds from the report's first payment to each step."""
    first = steps.group_by("report_id").aggregate([("at", "min")])
    joined = steps.join(first, "report_id")
    seconds = pc.divide(pc.cast(pc.subtract(joined["at"], joined["at_min"]), pa.int64()), 1_000_000)
    timed = pa.table({"hop": joined["hop"], "seconds": seconds})
    middle = timed.group_by("hop").aggregate([("seconds", "approximate_median")]).to_pylist()
    return {row["hop"]: row["seconds_approximate_median"] for row in middle}


def _between(steps: pa.Table, series: pa.Table) -> dict[str, dict[tuple[str, str], int]]:
    joined = steps.join(
        series.select(["report_id", "ring_id"]), "report_id", join_type="inner"
    ).filter(pc.field("ring_id").is_valid())
    summed = joined.group_by(["ring_id", "from", "to"]).aggregate([("fen", "sum")]).to_pylist()
    known: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for row in summed:
        known[row["ring_id"]][row["from"], row["to"]] = row["fen_sum"]
    return known
