"""Gather what a trace is made from: the ledger, its accounts, the cards, what is claimed."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.money.account_facts import account_facts
from suyuan.money.arrays import CLEAN, Flags, Ints, Ints32
from suyuan.money.card_lots import complete_lots
from suyuan.money.cards import cards, link_payments
from suyuan.money.flow_graph import Claims, TraceInputs
from suyuan.money.inferred_payments import with_inferred
from suyuan.money.ledger import Ledger, find, ledger
from suyuan.money.trace_scope import TraceScope


def gather_inputs(on: TraceScope, starts: pa.Table) -> TraceInputs:
    """Everything as arrays; `starts` has the columns of ``origins.COLUMNS``."""
    book = ledger(on.tables.engine, on.moved)
    facts = account_facts(on.tables, book)
    book, gaps_ = with_inferred(book, facts.opening)
    events = complete_lots(cards(on.tables, on.vouchers, book.payment_id))
    names = pc.unique(starts["report_id"].combine_chunks())
    reports = names.take(pc.sort_indices(names))
    card, amount = _claimed_cards(starts, reports, events.voucher_id, events.issue)
    own, pairs = _own(on, book, reports)
    claims = Claims(reports, _claim_rows(starts, reports, book.row_id), card, amount, own, pairs)
    return TraceInputs(book, facts, link_payments(events, book, facts), claims, gaps_)


def _own(on: TraceScope, book: Ledger, reports: pa.Array) -> tuple[Flags, Ints]:
    """Victims' accounts, those of the ring left out, and the pairs (label, account) of all."""
    own, ring = (on.tables.engine.fetch(table) for table in (on.own, on.ring))
    account, label = book.codes(own["account_no"]), find(own["report_id"], reports)
    account, label = account[account >= 0], label[account >= 0]
    victims = np.zeros(len(book.accounts), np.bool_)
    victims[account] = True
    tied = book.codes(ring["account_no"])
    victims[tied[tied >= 0]] = False
    return victims, label.astype(np.int64) * len(book.accounts) + account


def _claim_rows(starts: pa.Table, reports: pa.Array, rows: pa.Array) -> Ints32:
    """The label of each payment, by its row, or CLEAN."""
    out = np.full(len(rows), CLEAN, np.int32)
    row = find(starts["row_id"], rows)
    here = row >= 0
    out[row[here]] = find(starts["report_id"], reports)[here]
    return out


def _claimed_cards(
    starts: pa.Table, reports: pa.Array, voucher_id: pa.Array, issue: Flags
) -> tuple[Ints32, Ints]:
    """The issue of each card that a report begins with, and what the victim gave for it."""
    names = pa.array(np.where(issue, voucher_id.to_numpy(zero_copy_only=False), None), pa.string())
    label, amount = np.full(len(names), CLEAN, np.int32), np.zeros(len(names), np.int64)
    row = find(starts["voucher_id"], names)
    here = row >= 0
    label[row[here]] = find(starts["report_id"], reports)[here]
    amount[row[here]] = np.asarray(starts["amount"], dtype=np.int64)[here]
    return label, amount
