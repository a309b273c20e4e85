"""Decisions that were obeyed leave an event; edited or taken out, they are named later."""

from contextlib import closing
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from suyuan.face.decision_file import Decision, decide
from suyuan.model.errors import InputError
from suyuan.model.progress import Silent
from suyuan.model.records import DECISIONS
from suyuan.run.decision_log import decision_history, record_decisions
from suyuan.run.investigation import investigate
from suyuan.store.duck import DuckEngine
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


def run(case: Path, layout: Layout, **wishes: datetime) -> None:
    """An import with what it obeys, and no step."""
    with DuckEngine(layout.work, threads=1) as engine:
        investigate(case, layout, engine, Silent(), only=frozenset(), **wishes)


def kinds(layout: Layout) -> list[str]:
    with closing(SqliteLedger(layout.ledger)) as ledger:
        assert verify(ledger, []).whole
        return [event.kind for event in ledger.events("log:decisions")]


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    (folder / "payments.csv").write_text(
        "payment_id,at,payer,payee,amount\nP1,2019-04-29,A,B,1\nP2,2019-04-30,A,B,1\n"
    )
    return folder


WORD = Decision("reject", ("phone:13812345678",), None, " 王 警官", "e\u0301, seen; twice ")


def test_a_decision_made_and_taken_out_before_any_run_leaves_a_trace(
    case: Path, tmp_path: Path
) -> None:
    layout = Layout(tmp_path / "out")
    run(case, layout)
    made = decide(case, WORD, layout)
    assert kinds(layout) == ["decision_made"]
    history = decision_history(layout)
    assert history is not None
    assert (history.backlog, history.in_force, history.removals) == (1, 0, ())
    (case / "decisions.csv").unlink()
    run(case, layout)
    assert kinds(layout) == ["decision_made", "decision_gone"]
    history = decision_history(layout)
    assert history is not None
    assert (history.backlog, history.removals) == (0, (made,))
    assert b"13812345678" not in layout.ledger.read_bytes()


def test_a_decision_is_written_down_once_made_and_once_obeyed(case: Path, tmp_path: Path) -> None:
    layout = Layout(tmp_path / "out")
    run(case, layout)
    decide(case, WORD, layout)
    run(case, layout, as_of=datetime(2019, 5, 1))  # before it was made: not gone
    assert kinds(layout) == ["decision_made"]
    run(case, layout)
    run(case, layout)
    assert kinds(layout) == ["decision_made", "decision_obeyed"]
    history = decision_history(layout)
    assert history is not None
    assert (history.in_force, history.backlog, history.changes) == (1, 0, ())


def test_what_cannot_be_written_down_is_not_decided(
    case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    layout = Layout(tmp_path / "out")
    run(case, layout)
    decide(case, WORD, layout)
    before = (case / "decisions.csv").read_bytes()
    monkeypatch.setattr(SqliteLedger, "append", full)
    with pytest.raises(InputError, match="cannot be written"):
        decide(case, WORD, layout)
    assert (case / "decisions.csv").read_bytes() == before
