"""What a tracing looks at: settled payments, victims' accounts, accounts of the ring."""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from suyuan.money.card_payments import card_payments, with_payments
from suyuan.money.owners import (
    accounts_between,
    borrowers_accounts,
    ring_accounts,
    victims_accounts,
)
from suyuan.money.settlement import settled_and_drawn
from suyuan.store.tables import Tables


@dataclass(frozen=True, slots=True)
class TraceScope:
    """What origins are looked for in: settled payments, victims' accounts, accounts of the ring.

    `vouchers` are the cards with the payments that `card_payments` adds.
    """

    tables: Tables
    moved: ir.Table
    own: ir.Table
    ring: ir.Table
    vouchers: ir.Table
    card_payments: ir.Table


def trace_scope(tables: Tables, ring: ir.Table | None = None) -> TraceScope:
    """Evaluate what every later relation reads; `ring` (account_no) is known from elsewhere."""
    keep = tables.engine.keep
    payments, own = keep(settled_and_drawn(tables)), keep(victims_accounts(tables))
    own = keep(ibis.union(own, borrowers_accounts(tables, own, payments), distinct=True))
    ring = keep(ring_accounts(tables, ring))
    between = accounts_between(tables, own, payments).anti_join(ring, "account_no")
    card_links = tables.engine.arrow(card_payments(tables, payments))
    own = keep(ibis.union(own, between, distinct=True))
    return TraceScope(
        tables, payments, own, ring, keep(with_payments(tables, card_links)), card_links
    )
