"""Cash that was drawn is seen as cash, at a machine that is named and at none."""

from datetime import datetime

import pyarrow as pa
import pytest

from suyuan.chain.flow_graph import flow_graph, money_steps
from suyuan.chain.holder_kinds import holder_kinds
from suyuan.model.results import EXITS, FINDINGS, TRACES
from suyuan.money.methods import DEFAULT


def filled(table, rows):
    """Rows of a result table in which the columns that play no part are empty text."""
    blank = dict.fromkeys(table.file_schema.names, "")
    return pa.Table.from_pylist([blank | row for row in rows]).select(table.file_schema.names)


def step(hop, payment, payer, payee, yuan):
    ends = {"from": f"bank_account:{payer}", "to": f"bank_account:{payee}"}
    row = {"report_id": "r1", "method": DEFAULT, "hop": hop, "payment_id": payment}
    return row | ends | {"amount": float(yuan), "voucher_id": None, "at": datetime(2026, 1, 1)}


def end(account, reason, yuan):
    place = {"report_id": "r1", "method": DEFAULT, "exit": f"bank_account:{account}"}
    return place | {"reason": reason, "amount": float(yuan)}


@pytest.mark.parametrize("machine", ["ATM1", "m1"])
def test_cash_is_told_from_what_stays(machine):
    """`m1` keeps more than it draws, so that its main reason is another."""
    moved = filled(
        TRACES,
        [step(0, "gone", "hers", "m1", 9_000), step(1, "drawn", "m1", machine, 2_000)],
    )
    exits = filled(EXITS, [end("m1", "balance", 7_000), end("m1", "cash", 2_000)])
    steps = money_steps(moved)
    names = {*steps["from"].to_pylist(), *steps["to"].to_pylist()}
    accounts = pa.table({name: [] for name in ("account_no", "holder_id", "kind")})
    nothing = FINDINGS.file_schema.empty_table()
    kinds = holder_kinds(names, accounts, nothing, [])
    series = pa.table({"report_id": ["r1"], "ring_id": ["A"]})
    graph = flow_graph(steps, exits, series, kinds)
    rests = {flow.target: flow.fen for flow in graph.flows if flow.rests}
    assert rests == {"exit:balance": 7_000_00, "exit:cash": 2_000_00}
