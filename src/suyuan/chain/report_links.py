"""What ties a report to something: each touch is one row of somebody's records.

Three layers meet here: people (numbers, devices, chat accounts), money (payees, and accounts that
the report's money was traced to) and information (the leak that the order came through).
"""

import ibis
import ibis.expr.types as ir

from suyuan.identity.named_numbers import INNOCENT, SERVICE
from suyuan.identity.service_numbers import of_service
from suyuan.model.derived import TOUCHES
from suyuan.model.records import RECORDS
from suyuan.money.methods import DEFAULT
from suyuan.store.tables import Tables

#: Scam calls of a report are looked for this long before its first contact (or before the report).
LOOK_BACK = ibis.interval(days=14)
#: A call may be the first contact if it is at most this far from when the victim says it came...
AT_CONTACT = 3_600
#: ...and if no other scam call is nearer by more than this: victims round, and clocks differ.
NO_NEARER = 300
#: How far down a report's money is held to be in the ring's own hands.
RING_HOPS = 2


def report_links(tables: Tables) -> ir.Table:
    """All touches, one row for each report, node, kind of touch and row."""
    keep = tables.engine.keep
    direct = keep(
        ibis.union(
            _numbers(tables),
            _named(tables, "chat_accounts", "account"),
            _named(tables, "payee_accounts", "bank_account"),
            _in_statement(tables),
            _called(tables),
            _traced(tables),
        ).distinct()
    )
    followed = _without_hubs(direct, tables)
    behind = (_devices(followed, tables), _people(followed, tables), _posing(tables))
    return ibis.union(direct, *behind).distinct()


def _named(tables: Tables, column: str, kind: str) -> ir.Table:
    reports = tables["reports"]
    each = reports.mutate(item=reports[column].unnest())
    whole = each.filter(each["item"].notnull() & ~each["item"].contains("*"))
    return _touch(whole.mutate(node=kind + ":" + whole["item"]), "reports", "named")


def _numbers(tables: Tables) -> ir.Table:
    """Numbers that a report names, misread ones as the one that called; no service's or shop's."""
    judged = tables["named_numbers"].view()
    judged = judged.filter(~judged["how"].isin(INNOCENT) & ~judged["number"].contains("*"))
    node = "phone:" + ibis.coalesce(judged["meant"], judged["number"])
    judged = judged.select(of="report_id", node=node).distinct().view()
    reports = tables["reports"]
    joined = reports.inner_join(judged, reports["report_id"] == judged["of"])
    return _touch(joined, "reports", "named")


def _in_statement(tables: Tables) -> ir.Table:
    """Numbers and accounts that stand in the narrative (room reading) and nowhere else."""
    statements, reports = tables["statements"], tables["reports"]
    kinds = {"phone": "phone:", "account": "account:", "card": "bank_account:"}
    prefix = ibis.cases(*((statements["kind"] == k, p) for k, p in kinds.items()), else_=None)
    found = statements.mutate(node=prefix + statements["normalised"])
    foreign = ibis.coalesce(found["role"], "") != "own"
    found = found.filter(found["node"].notnull() & ~found["node"].contains("*") & foreign)
    found = found.select("node", told_of="report_id").distinct().view()
    joined = reports.inner_join(found, reports["report_id"] == found["told_of"])
    own = joined["node"] == "phone:" + ibis.coalesce(joined["victim_phone"], "")
    phone = joined["node"].startswith("phone:")
    service = phone & of_service(joined["node"].substr(len("phone:")), joined["reported_at"])
    return _touch(joined.filter(~own & ~service), "reports", "told")


def _called(tables: Tables) -> ir.Table:
    """Calls by decided scam callers to the victim, before the report.

    The call that the victim's statement begins with (at ``contacted_at``) ties her to the number;
    any other may be one of the many that a busy number makes anyway, and only hints.
    """
    scammers = _scammers(tables)
    reports = tables["reports"].select(
        "report_id", "victim_phone", "reported_at", since="contacted_at"
    )
    calls = tables["calls"].mutate(node="phone:" + tables["calls"]["caller"])
    calls = calls.semi_join(scammers, calls["node"] == scammers["scammer"]).view()
    both = calls.inner_join(reports, calls["callee"] == reports["victim_phone"]).view()
    start = ibis.coalesce(both["since"], both["reported_at"]) - LOOK_BACK
    near = (both["started_at"] >= start) & (both["started_at"] <= both["reported_at"])
    both = both.filter(near)
    off = (both["started_at"].epoch_seconds() - both["since"].epoch_seconds()).abs()
    both = both.mutate(off=off, nearest=off.min().over(group_by="report_id"))
    first = (both["off"] <= AT_CONTACT) & (both["off"] <= both["nearest"] + NO_NEARER)
    first = ibis.coalesce(first, ibis.literal(value=False))
    return ibis.union(
        _touch(both.filter(first), "calls", "called"),
        _touch(both.filter(~first), "calls", "rang"),
    )


def _scammers(tables: Tables) -> ir.Table:
    found = tables["findings:scam_caller"]
    return found.filter(found["decided"]).select(scammer="subject").view()


def _traced(tables: Tables) -> ir.Table:
    """Accounts that passed the report's money on, close to the victim."""
    traces, payments = tables["traces"], tables["payments"]
    found = tables["findings:mule_account"]
    mules = found.filter(found["decided"]).select(mule="subject").view()
    default = traces["method"] == DEFAULT
    near = traces.filter(default & traces["payment_id"].notnull() & (traces["hop"] <= RING_HOPS))
    near = near.semi_join(mules, near["to"] == mules["mule"]).view()
    near = near.select("report_id", node="to", paid_by="payment_id").distinct().view()
    rows = payments.inner_join(near, payments["payment_id"] == near["paid_by"])
    return _touch(rows, "payments", "traced")


def _devices(direct: ir.Table, tables: Tables) -> ir.Table:
    """Handsets behind the scammers' numbers, and behind the chat accounts."""
    scammers = _scammers(tables)
    spoken = direct.filter(direct["how"].isin(("called", "named", "told")))
    phones = spoken.semi_join(scammers, spoken["node"] == scammers["scammer"])
    phones = phones.select("report_id", used="node").distinct().view()
    handsets = _handsets(tables).view()
    by_phone = handsets.inner_join(phones, handsets["used_"] == phones["used"])
    chats = spoken.filter(spoken["node"].startswith("account:"))
    chats = chats.select("report_id", used="node").distinct().view()
    by_account = _registered(tables).view()
    by_account = by_account.inner_join(chats, by_account["used_"] == chats["used"])
    return ibis.union(_touch(by_phone, "calls", "used"), _touch(by_account, "accounts", "used"))


def _posing(tables: Tables) -> ir.Table:
    """Handsets of decided scam callers behind calls to the victim that showed a service's number.

    The number is nobody's; the handset that such a call came from is the caller's own.
    """
    known, scammers = _handsets(tables).view(), _scammers(tables)
    known = known.semi_join(scammers, known["used_"] == scammers["scammer"])
    known = known.select(known="node").distinct().view()
    judged = tables["named_numbers"].filter(ibis._["how"] == SERVICE, ibis._["came"] > 0)
    shown = tables["reports"].inner_join(judged.select("report_id", "number"), "report_id")
    shown = shown.select("report_id", "reported_at", "victim_phone", "number").view()
    calls = tables["calls"].filter(ibis._["imei"].notnull())
    both = calls.inner_join(
        shown, [calls["callee"] == shown["victim_phone"], calls["caller"] == shown["number"]]
    )
    both = both.filter(both["started_at"] <= both["reported_at"])
    both = both.mutate(node="device:" + both["imei"]).view()
    return _touch(both.semi_join(known, both["node"] == known["known"]), "calls", "used")


def _handsets(tables: Tables) -> ir.Table:
    """The first call of each number (``used_``) from each handset (``node``)."""
    calls = tables["calls"]
    first = calls.filter(calls["imei"].notnull())
    first = first.group_by(["caller", "imei"]).aggregate(row_id=first["row_id"].min())
    marks = first.select("row_id").view()
    shown = calls.semi_join(marks, calls["row_id"] == marks["row_id"]).view()
    return shown.mutate(node="device:" + shown["imei"], used_="phone:" + shown["caller"])


def _registered(tables: Tables) -> ir.Table:
    """Accounts (``used_``) with the device (``node``) that they were registered from.

    A device from which farmed accounts were registered is the farm's: whoever bought from one farm
    shares it.
    """
    accounts, farmed = tables["accounts"], tables["findings:farmed_account"]
    farmed = farmed.filter(farmed["decided"]).select(farmed="subject").view()
    held = accounts.filter(accounts["device"].notnull())
    held = held.mutate(node="device:" + held["device"], used_="account:" + held["account_id"])
    farms = held.semi_join(farmed, held["used_"] == farmed["farmed"]).select(farm="node").view()
    return held.anti_join(farms, held["node"] == farms["farm"])


def beneath(tables: Tables) -> ir.Table:
    """What lies behind what: pairs ``thing``, ``behind``, of a number, account or money account
    with its handset, device and holder.
    """
    used = ibis.union(
        *(
            part.select(thing="used_", behind="node")
            for part in (_handsets(tables), _registered(tables))
        )
    )
    owners = tables["owners"].select(thing="subject", behind="entity")
    return ibis.union(used, owners, distinct=True)


def _people(direct: ir.Table, tables: Tables) -> ir.Table:
    """The person behind a number, account or money account, where the files name one."""
    owners = tables["owners"].filter(~tables["owners"]["subject"].startswith("sim:"))
    hard = direct.filter(direct["how"] != "rang")
    owned = hard.inner_join(owners, hard["node"] == owners["subject"])
    return owned.select(
        "report_id",
        node=owners["entity"],
        how=ibis.literal("holds"),
        table=hard["table"],
        key=hard["key"],
        row_id=hard["row_id"],
        file=hard["file"],
        line=hard["line"],
        sha256=hard["sha256"],
    ).select(*TOUCHES.names)


def _without_hubs(direct: ir.Table, tables: Tables) -> ir.Table:
    hubs = tables["hubs"].select(hub="subject").view()
    return direct.anti_join(hubs, direct["node"] == hubs["hub"])


def _touch(found: ir.Table, table: str, how: str) -> ir.Table:
    key = RECORDS[table].key
    return found.select(
        report_id=found["report_id"],
        node=found["node"],
        how=ibis.literal(how),
        table=ibis.literal(table),
        key=found[key[0]] if key else ibis.null("string"),
        row_id=found["row_id"],
        file=found["file"],
        line=found["line"].cast("int64"),
        sha256=found["sha256"],
    )
