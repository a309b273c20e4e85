"""Decisions that were obeyed leave an event; edited or taken out, they are named later."""

from datetime import datetime
from pathlib import Path

import pyarrow as pa

from suyuan.model.records import DECISIONS
from suyuan.run.decision_log import decision_history, record_decisions
from suyuan.store.layout import Layout
from suyuan.store.ledger import SqliteLedger, verify


def decisions(**reasons: str) -> pa.Table:
    rows = [
        {
            "decision_id": id_,
            "at": datetime(2019, 5, 1),
            "by": "Li",
            "kind": "reject",
            "subject": "phone:13812345678",
            "reason": reason,
        }
        for id_, reason in reasons.items()
    ]
    return pa.Table.from_pylist(rows, schema=DECISIONS.schema)


def test_new_changed_and_gone(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    record_decisions(layout, decisions(D1="wrong number", D2="a shop", D3="seen"))
    record_decisions(layout, decisions(D1="wrong number", D2="no shop"))
    record_decisions(layout, decisions(D1="wrong number", D2="no shop"))
    history = decision_history(layout)
    assert history is not None
    assert (history.in_force, history.changes, history.removals) == (1, ("D2",), ("D3",))
    assert "D2" in history.text.en
    assert "D3" in history.text.zh
    ledger = SqliteLedger(layout.ledger)
    assert [e.kind for e in ledger.events()][3:] == ["decision_changed", "decision_gone"]
    assert verify(ledger, []).whole
    ledger.close()


def test_a_decision_that_comes_back_stands_again(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    for table in (decisions(D1="a"), decisions(), decisions(D1="a")):
        record_decisions(layout, table)
    history = decision_history(layout)
    assert history is not None
    assert (history.in_force, history.removals) == (1, ())


def test_the_ledger_names_nobody(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    record_decisions(layout, decisions(D1="because of Zhang San"))
    stored = layout.ledger.read_bytes()
    assert b"13812345678" not in stored
    assert b"Zhang" not in stored


def test_without_decisions_nothing_is_written(tmp_path: Path) -> None:
    layout = Layout(tmp_path)
    record_decisions(layout, decisions())
    assert not layout.ledger.exists()
    assert decision_history(layout) is None
