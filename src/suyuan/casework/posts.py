"""Posts: who may act in which role, for which party, on what, from when to when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from suyuan.casework.checks import Post, RefusedError
from suyuan.model.text import Text
from suyuan.store.ledger.event import Draft, Event, stamp
from suyuan.store.ledger.seam import LedgerTransaction

CHAIN: Final = "posts"
#: Who may give posts.
REGISTRAR: Final = "registrar"
#: What :func:`post_of` reads.
POST_COLUMNS: Final = "post.person, post.role, post.party, post.scope, post.since, post.until"


def posts_of(transaction: LedgerTransaction, person: str) -> list[Post]:
    rows = transaction.execute(
        f"SELECT {POST_COLUMNS} FROM post WHERE person = ? ORDER BY number", (person,)
    )
    return [post_of(row) for row in rows]


def post_of(row: Sequence[Any]) -> Post:
    """The post of a row."""
    until = None if row[5] is None else datetime.fromisoformat(row[5])
    return Post(row[0], row[1], row[2], row[3], datetime.fromisoformat(row[4]), until)


def grant_post(transaction: LedgerTransaction, post: Post, by: str, now: datetime) -> Event:
    """Write the grant and its row; the first grant of an office makes its registrar possible."""
    if transaction.events(CHAIN) and not is_registrar(transaction, by, now):
        raise RefusedError(
            "grant", [Text("Only the registrar gives posts.", "只有登记员可以授予岗位。")]
        )
    body = {
        "role": post.role,
        "party": post.party,
        "scope": post.scope,
        "since": stamp(post.since),
        "until": None if post.until is None else stamp(post.until),
    }
    event = transaction.append(Draft(CHAIN, "post_granted", by, now, now, post.person, body))
    project_post(transaction, event)
    return event


def project_post(transaction: LedgerTransaction, event: Event) -> None:
    """The row of a grant."""
    body = event.body
    transaction.execute(
        "INSERT INTO post VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            event.number,
            event.subject,
            body["role"],
            body["party"],
            body["scope"],
            body["since"],
            body["until"],
        ),
    )


def is_registrar(transaction: LedgerTransaction, person: str, now: datetime) -> bool:
    """True where the person gives posts at this moment."""
    return any(
        post.role == REGISTRAR and post.since <= now and (post.until is None or now < post.until)
        for post in posts_of(transaction, person)
    )
