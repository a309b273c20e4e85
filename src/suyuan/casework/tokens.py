"""Tokens of programs: which person a secret stands for, and until when.

A program of a bank is a person with a post of its own. Of a token only the SHA-256 is kept (it has
256 random bits, so it cannot be guessed back); giving and revoking one are events.
"""

import secrets
from datetime import datetime
from typing import Any, Final

from suyuan.casework.checks import MissingError, NoPostError, Post
from suyuan.casework.office import Office
from suyuan.casework.posts import POST_COLUMNS, is_registrar, post_of
from suyuan.model.text import Text
from suyuan.privacy.secret_hash import secret_hash
from suyuan.store.ledger.event import Draft, Event, stamp
from suyuan.store.ledger.seam import LedgerTransaction

CHAIN: Final = "tokens"
SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS token (
  hash TEXT NOT NULL PRIMARY KEY, person TEXT NOT NULL, since TEXT NOT NULL, until TEXT NOT NULL,
  revoked TEXT) STRICT;
"""


def issue_token(office: Office, person: str, until: datetime, by: str, now: datetime) -> str:
    """A new token for `person`, shown this once; refused for whoever is no registrar."""
    secret = secrets.token_urlsafe(32)
    body = {"token": secret_hash(secret), "until": stamp(until)}
    _record(office, Draft(CHAIN, "token_issued", by, now, now, person, body), by, now)
    return secret


def revoke_tokens(office: Office, person: str, by: str, now: datetime) -> None:
    """No token of `person` is taken from now on."""
    _record(office, Draft(CHAIN, "token_revoked", by, now, now, person), by, now)


def bearer(office: Office, secret: str, now: datetime) -> tuple[str, list[Post]] | None:
    """Whom a token stands for now, with their posts, in one query; None where for nobody."""
    moment = stamp(now)
    rows = office.ledger.read(
        f"SELECT token.person, {POST_COLUMNS} FROM token LEFT JOIN post"
        " ON post.person = token.person WHERE token.hash = ? AND token.since <= ?"
        " AND ? < token.until AND (token.revoked IS NULL OR ? < token.revoked)"
        " ORDER BY post.number",
        (secret_hash(secret), moment, moment, moment),
    )
    if not rows:
        return None
    return rows[0][0], [post_of(row[1:]) for row in rows if row[1] is not None]


def _record(office: Office, draft: Draft, by: str, now: datetime) -> None:
    def work(transaction: LedgerTransaction) -> None:
        if not is_registrar(transaction, by, now):
            only = Text(
                "Only the registrar can issue and revoke tokens.", "只有登记员可发放、吊销令牌。"
            )
            raise NoPostError(draft.kind, [only])
        if draft.kind == "token_issued" and not _has_post(transaction, draft.subject):
            raise MissingError(
                Text("Nobody by this name holds a post.", "该人员没有任何岗位。"),
                value=draft.subject,
                hint=Text(
                    "Assign one first: suyuan office post.", "请先授予：suyuan office post。"
                ),
            )
        project_token(transaction, transaction.append(draft))

    office.ledger.write(work, [CHAIN])


def _has_post(transaction: LedgerTransaction, person: str) -> bool:
    return bool(transaction.execute("SELECT 1 FROM post WHERE person = ? LIMIT 1", (person,)))


def project_token(transaction: LedgerTransaction, event: Event) -> None:
    """The row of a token that was given, or the mark on those that were revoked."""
    if event.kind == "token_issued":
        row: tuple[Any, ...] = (event.body["token"], event.subject, stamp(event.at))
        transaction.execute(
            "INSERT INTO token VALUES (?, ?, ?, ?, NULL)", (*row, event.body["until"])
        )
    else:
        transaction.execute(
            "UPDATE token SET revoked = ? WHERE person = ? AND revoked IS NULL",
            (stamp(event.at), event.subject),
        )
