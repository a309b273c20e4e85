"""Boards, notes, assignments and states of a list's rows, as versions of which none is lost."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from sqlite3 import Connection
from typing import Any

from suyuan.face.references import References
from suyuan.face.web.state import State

Json = dict[str, Any]
_COLUMNS = "id, version, person, at, body"
_NEWEST = (
    f"SELECT {_COLUMNS} FROM thing t WHERE case_id = ? AND kind = ? "
    "AND version = (SELECT max(version) FROM thing WHERE case_id = t.case_id AND kind = t.kind "
    "AND id = t.id)"
)


def version_json(row: tuple[Any, ...]) -> Json:
    """A version as it leaves."""
    id_, version, person, at, body = row
    return {"id": id_, "version": version, "by": person, "at": at, **json.loads(body)}


def newest_things(state: State, case_id: str, kind: str) -> dict[str, Json]:
    """The newest version of each thing of a kind."""
    return {row[0]: version_json(row) for row in state.rows(_NEWEST, (case_id, kind))}


def history(state: State, case_id: str, kind: str, id_: str) -> list[Json]:
    """Every version of one thing, the newest first."""
    rows = state.rows(
        f"SELECT {_COLUMNS} FROM thing WHERE case_id = ? AND kind = ? AND id = ? "
        "ORDER BY version DESC",
        (case_id, kind, id_),
    )
    return [version_json(row) for row in rows]


def last(file: Connection, case_id: str, kind: str, id_: str) -> Json | None:
    """The newest version inside a transaction."""
    row = file.execute(
        f"SELECT {_COLUMNS} FROM thing WHERE case_id = ? AND kind = ? AND id = ? "
        "ORDER BY version DESC LIMIT 1",
        (case_id, kind, id_),
    ).fetchone()
    return version_json(row) if row else None


def add(
    file: Connection,
    place: tuple[str, str, str],
    upon: int,
    person: str,
    body: Mapping[str, Any],
) -> Json:
    """A new version upon version `upon` (0 where there is none) of (case, kind, id)."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    text = json.dumps(body, ensure_ascii=False)
    file.execute(
        "INSERT INTO thing VALUES (?, ?, ?, ?, ?, ?, ?)", (*place, upon + 1, person, now, text)
    )
    return {"id": place[2], "version": upon + 1, "by": person, "at": now, **body}


def key_of_lead(references: References, row: Mapping[str, Any]) -> str:
    """A lead's name from run to run: its role and its subject's reference."""
    return f"{row['role']}-{references.of(row['subject'])}"


def assignees(state: State, case_id: str) -> dict[str, str]:
    """Whose each lead is; leads that nobody has are not named."""
    rows = newest_things(state, case_id, "lead")
    return {key: thing["person"] for key, thing in rows.items() if thing.get("person")}


def things_standing(state: State, case_id: str, key: str) -> Json:
    """What people keep beside a lead: whose it is, and the note."""
    holder, note = history(state, case_id, "lead", key), history(state, case_id, "note", key)
    return {
        "key": key,
        "assignee": (holder[0].get("person") or "") if holder else "",
        "assigned": holder[0]["version"] if holder else 0,
        "note": note[0] if note else None,
        "notes_total": len(note),
    }
