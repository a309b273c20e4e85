"""What ties a report to something: each touch is one row of somebody's records.

Three layers meet here: people (numbers, devices, chat accounts), money (payees, and accounts that
the report's money was traced to) and information (the leak that the order came through).
"""

import ibis
import ibis.expr.types as ir

from suyuan.chain.touch_kinds import CONTACTS
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
            _items_in_reports(tables, "chat_accounts", "account"),
            _items_in_reports(tables, "payee_accounts", "bank_account"),
            _in_statement(tables),
            _calls_of_scammers(tables),
            _mule_payments(tables),
        ).distinct()
    )
    links = _without_hubs(direct, tables)
    behind = (_devices(links, tables), _people(links, tables), _service_poses(tables))
    return ibis.union(direct, *behind).distinct()


def _items_in_reports(tables: Tables, column: str, kind: str) -> ir.Table:
    reports = tables["reports"]
    items = reports.mutate(item=reports[column].unnest())
    whole = items.filter(items["item"].notnull() & ~items["item"].contains("*"))
    return _touch(whole.mutate(node=kind + ":" + whole["item"]), "reports", "named")


def _numbers(tables: Tables) -> ir.Table:
    """Numbers that a report names, misread ones as the one that called; no service's or shop's."""
    verdicts = tables["named_numbers"].view()
    verdicts = verdicts.filter(~verdicts["how"].isin(INNOCENT) & ~verdicts["number"].contains("*"))
    node = "phone:" + ibis.coalesce(verdicts["meant"], verdicts["number"])
    verdicts = verdicts.select(of="report_id", node=node).distinct().view()
    reports = tables["reports"]
    rows = reports.inner_join(verdicts, reports["report_id"] == verdicts["of"])
    return _touch(rows, "reports", "named")


def _in_statement(tables: Tables) -> ir.Table:
    """Numbers and accounts that stand in the narrative (room reading) and nowhere else."""
    statements, reports = tables["statements"], tables["reports"]
    kinds = {"phone": "phone:", "account": "account:", "card": "bank_account:"}
    prefix = ibis.cases(*((statements["kind"] == k, p) for k, p in kinds.items()), else_=None)
    mentions = statements.mutate(node=prefix + statements["normalised"])
    foreign = ibis.coalesce(mentions["role"], "") != "own"
    mentions = mentions.filter(
        mentions["node"].notnull() & ~mentions["node"].contains("*") & foreign
    )
    mentions = mentions.select("node", told_of="report_id").distinct().view()
    rows = reports.inner_join(mentions, reports["report_id"] == mentions["told_of"])
    own = rows["node"] == "phone:" + ibis.coalesce(rows["victim_phone"], "")
    phone = rows["node"].startswith("phone:")
    service = phone & of_service(rows["node"].substr(len("phone:")), rows["reported_at"])
    return _touch(rows.filter(~own & ~service), "reports", "told")


def _calls_of_scammers(tables: Tables) -> ir.Table:
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
    contacts = calls.inner_join(reports, calls["callee"] == reports["victim_phone"]).view()
    start = ibis.coalesce(contacts["since"], contacts["reported_at"]) - LOOK_BACK
    near = (contacts["started_at"] >= start) & (contacts["started_at"] <= contacts["reported_at"])
    contacts = contacts.filter(near)
    off = (contacts["started_at"].epoch_seconds() - contacts["since"].epoch_seconds()).abs()
    contacts = contacts.mutate(off=off, nearest=off.min().over(group_by="report_id"))
    first = (contacts["off"] <= AT_CONTACT) & (contacts["off"] <= contacts["nearest"] + NO_NEARER)
    first = ibis.coalesce(first, ibis.literal(value=False))
    return ibis.union(
        _touch(contacts.filter(first), "calls", "called"),
        _touch(contacts.filter(~first), "calls", "rang"),
    )


def _scammers(tables: Tables) -> ir.Table:
    leads = tables["findings:scam_caller"]
    return leads.filter(leads["decided"]).select(scammer="subject").view()


def _mule_payments(tables: Tables) -> ir.Table:
    """Accounts that passed the report's money on, close to the victim."""
    traces, payments = tables["traces"], tables["payments"]
    leads = tables["findings:mule_account"]
    mules = leads.filter(leads["decided"]).select(mule="subject").view()
    default = traces["method"] == DEFAULT
    near = traces.filter(default & traces["payment_id"].notnull() & (traces["hop"] <= RING_HOPS))
    near = near.semi_join(mules, near["to"] == mules["mule"]).view()
    near = near.select("report_id", node="to", paid_by="payment_id").distinct().view()
    rows = payments.inner_join(near, payments["payment_id"] == near["paid_by"])
    return _touch(rows, "payments", "traced")


def _devices(direct: ir.Table, tables: Tables) -> ir.Table:
    """Handsets behind the scammers' numbers, and behind the chat accounts."""
    scammers = _scammers(tables)
    contacts = direct.filter(direct["how"].isin(CONTACTS))
    phones = contacts.semi_join(scammers, contacts["node"] == scammers["scammer"])
    phones = phones.select("report_id", used="node").distinct().view()
    handsets = _handsets(tables).view()
    by_phone = handsets.inner_join(phones, handsets["used_"] == phones["used"])
    chats = contacts.filter(contacts["node"].startswith("account:"))
    chats = chats.select("report_id", used="node").distinct().view()
    by_account = _farm_devices(tables).view()
    by_account = by_account.inner_join(chats, by_account["used_"] == chats["used"])
    return ibis.union(_touch(by_phone, "calls", "used"), _touch(by_account, "accounts", "used"))


def _service_poses(tables: Tables) -> ir.Table:
    """Handsets of decided scam callers behind calls to the victim that showed a service's number.

    The number is nobody's; the handset that such a call came from is the caller's own.
    """
    handsets, scammers = _handsets(tables).view(), _scammers(tables)
    handsets = handsets.semi_join(scammers, handsets["used_"] == scammers["scammer"])
    handsets = handsets.select(known="node").distinct().view()
    verdicts = tables["named_numbers"].filter(ibis._["how"] == SERVICE, ibis._["came"] > 0)
    claims = tables["reports"].inner_join(verdicts.select("report_id", "number"), "report_id")
    claims = claims.select("report_id", "reported_at", "victim_phone", "number").view()
    calls = tables["calls"].filter(ibis._["imei"].notnull())
    pose_calls = calls.inner_join(
        claims, [calls["callee"] == claims["victim_phone"], calls["caller"] == claims["number"]]
    )
    pose_calls = pose_calls.filter(pose_calls["started_at"] <= pose_calls["reported_at"])
    pose_calls = pose_calls.mutate(node="device:" + pose_calls["imei"]).view()
    return _touch(
        pose_calls.semi_join(handsets, pose_calls["node"] == handsets["known"]), "calls", "used"
    )


def _handsets(tables: Tables) -> ir.Table:
    """The first call of each number (``used_``) from each handset (``node``)."""
    calls = tables["calls"]
    first = calls.filter(calls["imei"].notnull())
    first = first.group_by(["caller", "imei"]).aggregate(row_id=first["row_id"].min())
    marks = first.select("row_id").view()
    calls_seen = calls.semi_join(marks, calls["row_id"] == marks["row_id"]).view()
    return calls_seen.mutate(
        node="device:" + calls_seen["imei"], used_="phone:" + calls_seen["caller"]
    )


def _farm_devices(tables: Tables) -> ir.Table:
    """Accounts (``used_``) with the device (``node``) that they were registered from.

    A device from which farmed accounts were registered is the farm's: whoever bought from one farm
    shares it.
    """
    accounts, farm_accounts = tables["accounts"], tables["findings:farmed_account"]
    farm_accounts = farm_accounts.filter(farm_accounts["decided"]).select(farmed="subject").view()
    devices = accounts.filter(accounts["device"].notnull())
    devices = devices.mutate(
        node="device:" + devices["device"], used_="account:" + devices["account_id"]
    )
    farms = (
        devices.semi_join(farm_accounts, devices["used_"] == farm_accounts["farmed"])
        .select(farm="node")
        .view()
    )
    return devices.anti_join(farms, devices["node"] == farms["farm"])


def beneath(tables: Tables) -> ir.Table:
    """What lies behind what: pairs ``thing``, ``behind``, of a number, account or money account
    with its handset, device and holder.
    """
    used = ibis.union(
        *(
            part.select(thing="used_", behind="node")
            for part in (_handsets(tables), _farm_devices(tables))
        )
    )
    owners = tables["owners"].select(thing="subject", behind="entity")
    return ibis.union(used, owners, distinct=True)


def _people(direct: ir.Table, tables: Tables) -> ir.Table:
    """The person behind a number, account or money account, where the files name one."""
    owners = tables["owners"].filter(~tables["owners"]["subject"].startswith("sim:"))
    hard = direct.filter(direct["how"] != "rang")
    owner_links = hard.inner_join(owners, hard["node"] == owners["subject"])
    return owner_links.select(
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


def _touch(rows: ir.Table, table: str, how: str) -> ir.Table:
    key = RECORDS[table].key
    return rows.select(
        report_id=rows["report_id"],
        node=rows["node"],
        how=ibis.literal(how),
        table=ibis.literal(table),
        key=rows[key[0]] if key else ibis.null("string"),
        row_id=rows["row_id"],
        file=rows["file"],
        line=rows["line"].cast("int64"),
        sha256=rows["sha256"],
    )
