"""Projections made again from the events, and compared byte for byte with those there are."""

import hashlib
import json

from suyuan.casework.drafting import CHAIN as DRAFTS
from suyuan.casework.drafting import project_draft
from suyuan.casework.matters import Registry, load
from suyuan.casework.office import Office
from suyuan.casework.posts import CHAIN, project_post
from suyuan.casework.projections import PROJECTIONS, project
from suyuan.casework.tokens import CHAIN as TOKENS
from suyuan.casework.tokens import project_token
from suyuan.store.ledger.seam import LedgerTransaction


def digests(transaction: LedgerTransaction) -> dict[str, str]:
    """A hash over each projected table, its rows in order."""
    return {table: _digest(transaction, table) for table in PROJECTIONS}


def _digest(transaction: LedgerTransaction, table: str) -> str:
    rows = transaction.execute(f"SELECT * FROM {table}")
    lines = sorted(json.dumps(row, ensure_ascii=False) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def rebuild(office: Office) -> dict[str, bool]:
    """Make every projection again from the events; for each table whether it was as before."""

    def work(transaction: LedgerTransaction) -> dict[str, bool]:
        before = digests(transaction)
        for table in PROJECTIONS:
            transaction.execute(f"DELETE FROM {table}")
        for event in transaction.events(CHAIN):
            project_post(transaction, event)
        for event in transaction.events(TOKENS):
            project_token(transaction, event)
        draft_rows = transaction.execute(
            "SELECT DISTINCT chain FROM event WHERE kind = 'drafted' AND chain LIKE ?",
            (f"{DRAFTS}%",),
        )
        for (chain,) in sorted(draft_rows):
            project_draft(transaction, chain)
        chains = transaction.execute("SELECT DISTINCT chain FROM event WHERE kind = 'begin'")
        for (chain,) in sorted(chains):
            _project(office.registry, transaction, chain)
        after = digests(transaction)
        return {table: before[table] == after[table] for table in PROJECTIONS}

    return office.ledger.write(work, ["rebuild"])


def _project(registry: Registry, transaction: LedgerTransaction, matter: str) -> None:
    last = max(event.at for event in transaction.events(matter))
    project(transaction, load(registry, transaction, matter, last), fresh=True)
