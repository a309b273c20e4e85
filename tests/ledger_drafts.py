"""Drafts of events to append."""

from datetime import datetime, timedelta

from suyuan.store.ledger import Draft

T0 = datetime(2019, 4, 29, 6, 20)


def draft(n: int, chain: str = "a", **more) -> Draft:
    at = T0 + timedelta(minutes=n)
    return Draft(chain, "noted", "person:1", at, at, f"bank_account:{n}", {"n": n}, **more)
