"""Gather what a trace is made from: the ledger, its accounts, the cards, what is claimed."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.money.arrays import CLEAN, Flags, Ints, Ints32
from suyuan.money.cards import cards, linked
from suyuan.money.case import holders
from suyuan.money.ledger import Ledger, find, ledger
from suyuan.money.origins import Ground
from suyuan.money.scenes import Claims, Material


def material(on: Ground, begun: pa.Table) -> Material:
    """Everything as arrays; `begun` has the columns of ``origins.COLUMNS``."""
    book = ledger(on.tables.engine, on.moved)
    events = cards(on.tables, book.payment_id)
    known = holders(on.tables, book)
    names = pc.unique(begun["report_id"].combine_chunks())
    reports = names.take(pc.sort_indices(names))
    card, amount = _claimed_cards(begun, reports, events.voucher_id, events.issue)
    own, pairs = _own(on, book, reports)
    claims = Claims(reports, _claimed(begun, reports, book.row_id), card, amount, own, pairs)
    return Material(book, known, linked(events, book, known), claims)


def _own(on: Ground, book: Ledger, reports: pa.Array) -> tuple[Flags, Ints]:
    """Victims' accounts, those of the ring left out, and the pairs (label, account) of all."""
    own, ring = (on.tables.engine.fetch(table) for table in (on.own, on.ring))
    account, label = book.codes(own["account_no"]), find(own["report_id"], reports)
    account, label = account[account >= 0], label[account >= 0]
    mine = np.zeros(len(book.accounts), np.bool_)
    mine[account] = True
    tied = book.codes(ring["account_no"])
    mine[tied[tied >= 0]] = False
    return mine, label.astype(np.int64) * len(book.accounts) + account


def _claimed(begun: pa.Table, reports: pa.Array, rows: pa.Array) -> Ints32:
    """The label of each payment, by its row, or CLEAN."""
    out = np.full(len(rows), CLEAN, np.int32)
    row = find(begun["row_id"], rows)
    here = row >= 0
    out[row[here]] = find(begun["report_id"], reports)[here]
    return out


def _claimed_cards(
    begun: pa.Table, reports: pa.Array, voucher_id: pa.Array, issue: Flags
) -> tuple[Ints32, Ints]:
    """The issue of each card that a report begins with, and what the victim gave for it."""
    names = pa.array(np.where(issue, voucher_id.to_numpy(zero_copy_only=False), None), pa.string())
    label, amount = np.full(len(names), CLEAN, np.int32), np.zeros(len(names), np.int64)
    row = find(begun["voucher_id"], names)
    here = row >= 0
    label[row[here]] = find(begun["report_id"], reports)[here]
    amount[row[here]] = np.asarray(begun["amount"], dtype=np.int64)[here]
    return label, amount
