"""Each way to change a ledger behind its back is found; on SQLite, whose file anyone may open."""

import shutil
import sqlite3
from pathlib import Path

import pytest

from ledger_drafts import T0, draft
from suyuan.store.ledger import SqliteLedger, TreeHead, verify


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


def filled(path: Path, events: int, *, seal: bool = True) -> TreeHead | None:
    ledger = SqliteLedger(path)
    ledger.append(*(draft(n, f"c{n % 2}") for n in range(events)))
    head = ledger.seal(T0) if seal else None
    ledger.close()
    return head


def forged(path: Path, *statements: str) -> None:
    """Change the file as somebody would who has it."""
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER event_update")
        connection.execute("DROP TRIGGER event_delete")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def kinds(path: Path, *witnesses: TreeHead) -> set[str]:
    ledger = SqliteLedger(path)
    found = {fault.kind for fault in verify(ledger, witnesses).faults}
    ledger.close()
    return found


@pytest.mark.parametrize(
    "change",
    [
        "body = '{\"n\":7}'",
        "at = '2020-01-01T00:00:00.000000'",
        "actor = 'x'",
        "subject = ''",
        "key = 'k'",
        "recorded = at || '0'",
        "kind = 'x'",
    ],
)
def test_an_edited_event(path: Path, change: str) -> None:
    filled(path, 6)
    forged(path, f"UPDATE event SET {change} WHERE sequence = 3")
    assert "edited" in kinds(path)


def test_an_event_taken_out_of_the_middle(path: Path) -> None:
    filled(path, 6)
    forged(path, "DELETE FROM event WHERE sequence = 2")
    assert "broken" in kinds(path)


def test_two_events_changed_round(path: Path) -> None:
    filled(path, 6)
    forged(
        path,
        "UPDATE event SET sequence = 90 WHERE sequence = 1",
        "UPDATE event SET sequence = 1 WHERE sequence = 2",
        "UPDATE event SET sequence = 2 WHERE sequence = 90",
    )
    assert kinds(path) == {"seal_differs"} or "broken" in kinds(path)


def test_the_last_events_removed(path: Path) -> None:
    head = filled(path, 6)
    forged(path, "DELETE FROM event WHERE sequence > 4")
    assert kinds(path) == {"seal_longer"}
    forged2 = sqlite3.connect(path)
    forged2.execute("DELETE FROM sealed")
    forged2.commit()
    forged2.close()
    assert kinds(path) == set()  # nothing in the file tells
    assert kinds(path, head) == {"witness_longer"}


def test_written_anew_from_the_start(path: Path) -> None:
    head = filled(path, 6)
    path.unlink()
    filled(path, 7)
    assert kinds(path) == set()
    # The same events again are the same events; what differs is found.
    assert kinds(path, head) == set()
    path.unlink()
    ledger = SqliteLedger(path)
    ledger.append(*(draft(n + 1, f"c{n % 2}") for n in range(7)))
    ledger.seal(T0)
    ledger.close()
    assert kinds(path) == set()
    assert kinds(path, head) == {"witness_differs"}


def test_an_old_copy_put_back(path: Path, tmp_path: Path) -> None:
    filled(path, 4)
    old = tmp_path / "old.db"
    shutil.copy(path, old)
    ledger = SqliteLedger(path)
    ledger.append(draft(9))
    head = ledger.seal(T0)
    ledger.close()
    shutil.copy(old, path)
    assert kinds(path) == set()
    assert kinds(path, head) == {"witness_longer"}


def test_what_cannot_be_read_is_a_fault(path: Path) -> None:
    filled(path, 4)
    forged(path, "ALTER TABLE event RENAME COLUMN body TO bodies")

    with pytest.raises(sqlite3.OperationalError):
        list(SqliteLedger(path).rows())
    assert "unreadable" in kinds(path)


def test_a_full_disk_refuses_and_keeps_nothing(path: Path) -> None:
    from suyuan.model.errors import InputError

    class Small(SqliteLedger):
        def _connect(self) -> sqlite3.Connection:
            connection = super()._connect()
            connection.execute("PRAGMA max_page_count=40")
            return connection

    ledger = Small(path)
    kept = 0
    refused = ""
    while not refused:
        try:
            ledger.append(draft(kept, key=f"{kept:0100}"), draft(kept, "b"))
            kept += 2
        except InputError as error:
            refused = str(error)
    assert "could not be written" in refused
    assert len(list(ledger.events())) == kept
    assert kept > 0
    assert verify(ledger).whole
    ledger.close()
