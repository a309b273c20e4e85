"""Links by which somebody who was enrolled chooses a password: each works once, for three days."""

import secrets
import sqlite3

from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.sessions import Sessions
from suyuan.model.text import Text
from suyuan.privacy.secret_hash import secret_hash

#: Seconds.
LASTS = 3 * 86_400.0
LINK_SPENT = Text(
    "This link was used already, or is too old. Ask an administrator for another.",
    "链接已使用或已失效，请向管理员重新索取。",
)


def invite(sessions: Sessions, person: str, by: str) -> tuple[str, float]:
    """A new link's secret and when it ends; links that the person had before end now."""
    secret, now = secrets.token_urlsafe(32), sessions.clock()

    def work(file: sqlite3.Connection) -> None:
        file.execute(
            "UPDATE invitation SET until = ? WHERE person = ? AND used IS NULL AND until > ?",
            (now, person, now),
        )
        file.execute(
            "INSERT INTO invitation (hash, person, since, until, made_by) VALUES (?, ?, ?, ?, ?)",
            (secret_hash(secret), person, now, now + LASTS, by),
        )

    sessions.state.write(work)
    return secret, now + LASTS


def invitee(sessions: Sessions, secret: str) -> str:
    """Whose link it is; :class:`ProblemDetails` 401 where it is nobody's, or not good any more."""
    rows = sessions.state.rows(
        "SELECT i.person FROM invitation i JOIN person p ON p.name = i.person "
        "WHERE i.hash = ? AND i.used IS NULL AND i.until > ? AND NOT p.closed",
        (secret_hash(secret), sessions.clock()),
    )
    if not rows:
        raise ProblemDetails(401, LINK_SPENT)
    return str(rows[0][0])


def spend(sessions: Sessions, secret: str) -> None:
    """Use the link; of two who come at once, one is refused."""
    now = sessions.clock()
    used = sessions.state.write(
        lambda file: (
            file.execute(
                "UPDATE invitation SET used = ? WHERE hash = ? AND used IS NULL AND until > ?",
                (now, secret_hash(secret), now),
            ).rowcount
        )
    )
    if used != 1:
        raise ProblemDetails(401, LINK_SPENT)


def open_until(sessions: Sessions, person: str) -> float | None:
    """Until when the person's link is good; None where there is none."""
    rows = sessions.state.rows(
        "SELECT max(until) FROM invitation WHERE person = ? AND used IS NULL AND until > ?",
        (person, sessions.clock()),
    )
    return rows[0][0] if rows else None
