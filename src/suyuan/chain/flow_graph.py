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
    kinds = steps.append_column("origin", _kinds(steps["from"], holders))
    kinds = kinds.append_column("target", _kinds(kinds["to"], holders))
    near = kinds.filter(pc.less(kinds["hop"], STEPS))
    sums = near.group_by(["hop", "origin", "target"]).aggregate([("fen", "sum")]).to_pylist()
    flows = [HolderFlow(row["hop"], row["origin"], row["target"], row["fen_sum"]) for row in sums]
    flows += _rests(kinds, exits)
    order = sorted(flows, key=lambda f: (f.step, f.origin, f.rests, f.target))
    return FlowGraph(tuple(order), _delays(steps), _between(steps, series), holders)


def _cards_held(steps: pa.Table) -> pa.Table:
    """Money that became a card stands with whoever next hands the card on, where anyone does."""
    is_issue = pc.and_(pc.is_valid(steps["voucher_id"]), pc.starts_with(steps["to"], "voucher:"))
    if steps.num_rows == 0 or not pc.any(is_issue).as_py():
        return steps
    transfers = steps.filter(pc.and_(pc.is_valid(steps["voucher_id"]), pc.invert(is_issue)))
    first = transfers.group_by(["report_id", "voucher_id", "hop"]).aggregate([("from", "min")])
    first = first.rename_columns(["report_id", "voucher_id", "next", "holder"])
    next_steps = steps.append_column("next", pc.add(steps["hop"], 1))
    rows = next_steps.join(first, ["report_id", "voucher_id", "next"], join_type="left outer")
    is_issue = pc.and_(pc.is_valid(rows["voucher_id"]), pc.starts_with(rows["to"], "voucher:"))
    to = pc.if_else(is_issue, pc.coalesce(rows["holder"], rows["to"]), rows["to"])
    return rows.set_column(rows.schema.get_field_index("to"), "to", to)


def _kinds(column: pa.ChunkedArray, at: HolderKinds) -> pa.Array:
    codes = column.combine_chunks().dictionary_encode()
    kinds = pa.array([at.kind[name] for name in codes.dictionary.to_pylist()], pa.string())
    return kinds.take(codes.indices)


def _rests(flows: pa.Table, exits: pa.Table) -> list[HolderFlow]:
    """What came to a holder and did not leave again, by the exit's reason."""
    flows = _at_machines(flows)
    inflow = flows.append_column("level", pc.add(flows["hop"], 1))
    keys = ["report_id", "to", "level", "target"]
    inflow = inflow.group_by(keys).aggregate([("fen", "sum")])
    outflow = flows.group_by(["report_id", "from", "hop"]).aggregate([("fen", "sum")])
    outflow = outflow.rename_columns(["report_id", "to", "level", "left"])
    balances = inflow.join(outflow, ["report_id", "to", "level"], join_type="left outer")
    rest = pc.subtract(balances["fen_sum"], pc.fill_null(balances["left"], 0))
    balances = balances.append_column("rest", rest).filter(pc.greater(rest, 0))
    balances = balances.join(_reasons(flows, exits), ["report_id", "to"], join_type="left outer")
    reason = pc.coalesce(balances["reason"], pa.scalar("other"))
    over = pc.greater_equal(balances["level"], STEPS)
    balances = balances.append_column("why", pc.if_else(over, pa.scalar(FURTHER), reason))
    balances = balances.append_column(
        "step", pc.min_element_wise(balances["level"], pa.scalar(STEPS))
    )
    sums = balances.group_by(["step", "target", "why"]).aggregate([("rest", "sum")]).to_pylist()
    return [
        HolderFlow(row["step"], row["target"], f"exit:{row['why']}", row["rest_sum"], rests=True)
        for row in sums
    ]


def _at_machines(flows: pa.Table) -> pa.Table:
    """Cash drawn at no named place is shown to stay with its payer: it gets a place of its own."""
    stays = pc.equal(flows["from"], flows["to"])
    place = pc.binary_join_element_wise(flows["to"], "cash", " ")
    column = pc.if_else(stays, place, flows["to"])
    return flows.set_column(flows.schema.get_field_index("to"), "to", column)


def _reasons(flows: pa.Table, exits: pa.Table) -> pa.Table:
    """The main reason why a report's money rests at a place.

    Cash rests with the account it was drawn from: a machine is no exit, and has it from there.
    """
    own = exits.filter(pc.equal(exits["method"], DEFAULT)).sort_by([("amount", "descending")])
    main = own.group_by(["report_id", "exit"], use_threads=False).aggregate([("reason", "first")])
    main = main.rename_columns(["report_id", "to", "reason"])
    cash_exits = own.filter(pc.equal(own["reason"], "cash")).select(["report_id", "exit"])
    payers = cash_exits.rename_columns(["report_id", "from"])
    machines = flows.join(payers, ["report_id", "from"], join_type="inner")
    machines = machines.select(["report_id", "to"]).group_by(["report_id", "to"]).aggregate([])
    machines = machines.join(main, ["report_id", "to"], join_type="left anti")
    cash = machines.append_column("reason", pa.repeat("cash", machines.num_rows))
    return pa.concat_tables([main, cash.select(main.column_names)], promote_options="permissive")


def _delays(steps: pa.Table) -> dict[int, float]:
    """Median seconds from the report's first payment to each step."""
    first = steps.group_by("report_id").aggregate([("at", "min")])
    rows = steps.join(first, "report_id")
    seconds = pc.divide(pc.cast(pc.subtract(rows["at"], rows["at_min"]), pa.int64()), 1_000_000)
    delays = pa.table({"hop": rows["hop"], "seconds": seconds})
    middle = delays.group_by("hop").aggregate([("seconds", "approximate_median")]).to_pylist()
    return {row["hop"]: row["seconds_approximate_median"] for row in middle}


def _between(steps: pa.Table, series: pa.Table) -> dict[str, dict[tuple[str, str], int]]:
    rows = steps.join(
        series.select(["report_id", "ring_id"]), "report_id", join_type="inner"
    ).filter(pc.field("ring_id").is_valid())
    sums = rows.group_by(["ring_id", "from", "to"]).aggregate([("fen", "sum")]).to_pylist()
    amounts: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for row in sums:
        amounts[row["ring_id"]][row["from"], row["to"]] = row["fen_sum"]
    return amounts
