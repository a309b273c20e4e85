"""Posts: who may act in which role, for which party, on what, from when to when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from suyuan.casework.checks import Post, RefusedError
from suyuan.model.text import Text
from suyuan.model.times import is_within
from suyuan.store.ledger.event import Draft, Event, stamp
from suyuan.store.ledger.seam import LedgerTransaction

CHAIN: Final = "posts"
#: Who may give posts.
REGISTRAR: Final = "registrar"
END: Final = "post_ended"
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
            "grant", [Text("Only the registrar can assign posts.", "只有登记员可以授予岗位。")]
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


def end_posts(
    transaction: LedgerTransaction, person: str, role: str, party: str, by: str, now: datetime
) -> list[Event]:
    """End what a person holds in a role for a party; the grants stay, with the time they ended."""
    if not is_registrar(transaction, by, now):
        raise RefusedError(
            "end", [Text("Only the registrar can end posts.", "只有登记员可以终止岗位。")]
        )
    rows = transaction.execute(
        "SELECT number FROM post WHERE person = ? AND role = ? AND party = ?"
        " AND (until IS NULL OR until > ?) ORDER BY number",
        (person, role, party, stamp(now)),
    )
    events = []
    for (number,) in list(rows):
        body = {"grant": number, "until": stamp(now)}
        events.append(transaction.append(Draft(CHAIN, END, by, now, now, person, body)))
        project_post(transaction, events[-1])
    return events


def project_post(transaction: LedgerTransaction, event: Event) -> None:
    """The row of a grant, or when it ended."""
    body = event.body
    if event.kind == END:
        end = "UPDATE post SET until = ? WHERE number = ?"
        transaction.execute(end, (body["until"], body["grant"]))
        return
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
        post.role == REGISTRAR and is_within(now, post.since, post.until)
        for post in posts_of(transaction, person)
    )
