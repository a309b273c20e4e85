"""Who may see which subjects in full, until when: asked for by one person, granted by another."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from suyuan.face.web.permissions import CasePost
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.sessions import Session, Sessions
from suyuan.face.web.state import State
from suyuan.model.text import Text

MOST_SUBJECTS, MOST_MINUTES, LEAST_REASON = 50, 480, 10
PURPOSES: dict[str, Text] = {
    "identify": Text("identify a suspect", "查明嫌疑人身份"),
    "statement": Text("ask for a statement or freeze", "调取流水或止付冻结"),
    "warn": Text("warn a person at risk", "预警劝阻"),
    "court": Text("file for court or prosecutor", "移送起诉材料"),
}
OWN = Text(
    "Another person with the supervisor's post must approve.", "须由另一名负责人审批，不得自批。"
)
STALE = Text("Sign in again before approving.", "审批前请重新验证身份。")
_COLUMNS = (
    "id, case_id, person, session, subjects, purpose, reason, basis, minutes, asked, state, "
    "approver, until"
)


@dataclass(frozen=True, slots=True)
class Grant:
    """A request to see `subjects` in full; ``state`` is waiting, granted, refused or ended."""

    id: str
    case_id: str
    person: str
    session: str
    subjects: tuple[str, ...]
    purpose: str
    reason: str
    basis: str
    minutes: int
    asked_at: float
    state: str
    approver: str
    until: float


def ask(
    state: State,
    session: Session,
    case_id: str,
    subjects: Sequence[str],
    wish: dict[str, Any],
    now: float,
) -> Grant:
    """A new request; it shows nothing until another person grants it."""
    fresh = Grant(
        secrets.token_hex(8),
        case_id,
        session.person,
        session.key,
        tuple(subjects),
        wish["purpose"],
        wish["reason"],
        wish["basis"],
        wish["minutes"],
        now,
        "waiting",
        "",
        0.0,
    )
    values = (
        *(fresh.id, fresh.case_id, fresh.person, fresh.session, json.dumps(fresh.subjects)),
        *(
            fresh.purpose,
            fresh.reason,
            fresh.basis,
            fresh.minutes,
            fresh.asked_at,
            fresh.state,
            "",
            0.0,
        ),
    )
    state.write(
        lambda file: file.execute(
            f"INSERT INTO grant_ ({_COLUMNS}) VALUES ({','.join('?' * 13)})", values
        )
    )
    return fresh


def grants(state: State, case_id: str) -> list[Grant]:
    rows = state.rows(
        f"SELECT {_COLUMNS} FROM grant_ WHERE case_id = ? ORDER BY asked DESC", (case_id,)
    )
    return [Grant(*(*row[:4], tuple(json.loads(row[4])), *row[5:])) for row in rows]


def answer_request(
    sessions: Sessions, approver: Session, posts: frozenset[CasePost], grant: Grant, *, yes: bool
) -> None:
    """Grant or refuse. Raises :class:`ProblemDetails` for the asker, a stale sign-in, a closed
    request.
    """
    if approver.person == grant.person or approver.key == grant.session:
        raise ProblemDetails(403, OWN)
    if CasePost.supervisor not in posts:
        raise ProblemDetails(403)
    if not sessions.fresh(approver):
        raise ProblemDetails(401, STALE, prove=True)
    until = sessions.clock() + grant.minutes * 60 if yes else 0.0
    _move(sessions.state, grant.id, "waiting", ("granted" if yes else "refused", until, approver))


def end(sessions: Sessions, person: Session, grant: Grant) -> None:
    """The asker or the approver ends it early."""
    if person.person not in {grant.person, grant.approver}:
        raise ProblemDetails(403)
    _move(sessions.state, grant.id, "granted", ("ended", sessions.clock(), None))


def _move(state: State, id_: str, was: str, to: tuple[str, float, Session | None]) -> None:
    name, until, approver = to
    count = state.write(
        lambda file: (
            file.execute(
                "UPDATE grant_ SET state = ?, until = ?, approver = CASE ? WHEN '' THEN approver "
                "ELSE ? END WHERE id = ? AND state = ?",
                (name, until, *([approver.person if approver else ""] * 2), id_, was),
            ).rowcount
        )
    )
    if not count:
        raise ProblemDetails(409)


def revealed_to(state: State, session: Session, case_id: str, now: float) -> set[str]:
    """Subjects that this very session may see in full now."""
    rows = state.rows(
        "SELECT subjects FROM grant_ WHERE case_id = ? AND session = ? AND state = 'granted' "
        "AND until > ?",
        (case_id, session.key, now),
    )
    return {name for (text,) in rows for name in json.loads(text)}
