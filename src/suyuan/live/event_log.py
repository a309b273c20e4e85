"""A case's records as a stream of events, each known when it could have been."""

from collections.abc import Iterator
from typing import Final

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.live.events import EVENT, EventKind, in_order
from suyuan.live.keys import Keyring
from suyuan.store.tables import Tables

#: Links of people to their numbers and accounts come from registers and are known from the start.
BEGINNING: Final = np.iinfo(np.int64).min // 2
SHOPS: Final = ("merchant", "voucher_shop")


def events_of(tables: Tables, keyring: Keyring) -> tuple[np.ndarray, pa.Array]:
    """``EVENT`` records of a case in the order in which they became known, and payment ids.

    The ``row`` of a payment is its place among the ids. Failed and reversed payments are asked for
    like any other: when they are asked, nobody knows how they end.
    """
    payments = tables.engine.fetch(_payments(tables).order_by("at", "row_id"))
    parts = [_link_events(tables, keyring), _payment_events(payments, keyring)]
    parts += [
        _records(kind, tables.engine.fetch(rows), keyring) for kind, rows in _other_events(tables)
    ]
    return in_order(np.concatenate(parts)), payments["payment_id"].combine_chunks()


def _payments(tables: Tables) -> ir.Table:
    payments = tables["payments"].filter(
        lambda t: t["payer"] != t["payee"], lambda t: t["amount"] > 0
    )
    accounts = tables["bank_accounts"]
    lenders = accounts.filter(accounts["kind"] == "loan").select(payer="account_no").distinct()
    lenders = lenders.mutate(lends=ibis.literal(1))
    payments = payments.left_join(lenders, "payer").drop("payer_right")
    is_loan = (payments["channel"].fill_null("") == "loan") | payments["lends"].notnull()
    return payments.select(
        "payment_id",
        "row_id",
        "at",
        "amount",
        known=payments["at"],
        lent=is_loan,
        a="bank_account:" + payments["payer"],
        b="bank_account:" + payments["payee"],
    )


def _payment_events(payments: pa.Table, keyring: Keyring) -> np.ndarray:
    """Payments as payments; paid out by a lender, as a loan of whoever got it."""
    events = _records(EventKind.PAYMENT, payments.drop_columns(["lent"]), keyring)
    events["row"] = np.arange(events.size)
    is_loan = payments["lent"].combine_chunks().to_numpy(zero_copy_only=False).astype(bool)
    events["kind"][is_loan] = EventKind.LOAN
    events["a"][is_loan], events["b"][is_loan] = events["b"][is_loan], events["a"][is_loan].copy()
    return events


def _other_events(tables: Tables) -> Iterator[tuple[EventKind, ir.Table]]:
    orders = tables["orders"]
    buyer = ibis.coalesce("phone:" + orders["buyer_phone"], "party:" + orders["buyer_id"])
    yield (
        EventKind.ORDER,
        orders.select(
            at="ordered_at",
            known="ordered_at",
            a=buyer,
            b="merchant:" + orders["merchant_id"],
            c="software:" + orders["software"],
            amount="amount",
        ),
    )
    calls = tables["calls"]
    yield (
        EventKind.CALL,
        calls.select(
            at="started_at",
            known="started_at",
            a="phone:" + calls["caller"],
            b="phone:" + calls["callee"],
            seconds="duration",
        ),
    )
    yield from _reports(tables["reports"])


def _reports(reports: ir.Table) -> Iterator[tuple[EventKind, ir.Table]]:
    when = {"at": "reported_at", "known": "reported_at"}
    victim = ibis.coalesce("phone:" + reports["victim_phone"], "party:" + reports["victim_id"])
    yield EventKind.VICTIM, reports.select(**when, a=victim, amount="loss")
    numbers = reports.select(**when, number=reports["caller_numbers"].unnest())
    yield EventKind.NUMBER_NAMED, numbers.select("at", "known", a="phone:" + numbers["number"])
    payees = reports.select(**when, account=reports["payee_accounts"].unnest())
    accounts = payees.select("at", "known", a="bank_account:" + payees["account"])
    yield EventKind.ACCOUNT_NAMED, accounts


def _link_events(tables: Tables, keyring: Keyring) -> np.ndarray:
    """Who is behind a phone or account, and when an account was opened: registers, known before."""
    links = _records(EventKind.LINK, tables.engine.fetch(_links(tables)), keyring)
    links["at"] = BEGINNING
    register = tables["bank_accounts"]
    openings = register.select(
        a="bank_account:" + register["account_no"],
        opened="opened_at",
        amount=register["kind"].fill_null("").isin(SHOPS).cast("int64"),
    )
    rows = tables.engine.fetch(openings)
    accounts = _records(EventKind.OPENED, rows, keyring)
    accounts["at"] = rows["opened"].cast(pa.int64()).fill_null(0).to_numpy()
    events = np.concatenate([links, accounts])
    events["known"] = BEGINNING
    return events


def _links(tables: Tables) -> ir.Table:
    """``a`` and ``b``: subjects that belong to one entity only; accounts known by phone alone too.

    A number that several people hold stands for itself.
    """
    owners, accounts = tables["owners"], tables["bank_accounts"]
    counts = owners.group_by("subject").aggregate(
        entity=owners["entity"].min(), several=owners["entity"].nunique()
    )
    sole = tables.engine.keep(counts.filter(counts["several"] == 1))
    by_phone = accounts.filter(accounts["holder_id"].isnull(), accounts["phone"].notnull())
    by_phone = by_phone.select(
        a="bank_account:" + by_phone["account_no"], subject="phone:" + by_phone["phone"]
    )
    by_phone = by_phone.left_join(sole, "subject")
    behind = by_phone.select("a", b=ibis.coalesce(by_phone["entity"], by_phone["subject"]))
    entities = sole.select(a="subject", b="entity")
    return ibis.union(entities, behind.anti_join(entities, "a")).distinct()


def _records(kind: EventKind, table: pa.Table, keyring: Keyring) -> np.ndarray:
    """``EVENT`` records of a fetched table; rows without a time or a subject are left out."""
    rows = table.filter(pc.is_valid(table["a"]))
    if "at" in rows.column_names:
        rows = rows.filter(pc.is_valid(rows["at"]))
    events = np.zeros(rows.num_rows, EVENT)
    events["kind"] = kind
    events["row"] = np.arange(rows.num_rows)
    for name in ("a", "b", "c"):
        if name in rows.column_names:
            events[name] = keyring.column(rows[name])
    for name in ("at", "known"):
        if name in rows.column_names:
            events[name] = rows[name].cast(pa.timestamp("us")).cast(pa.int64()).to_numpy()
    for name in ("amount", "seconds"):
        if name in rows.column_names:
            events[name] = rows[name].fill_null(0).to_numpy()
    return events
