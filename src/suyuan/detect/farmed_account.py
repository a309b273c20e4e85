"""Which accounts were registered in bulk for sale (养号).

A farm registers many accounts on few devices, addresses and cards in a short time, lets them lie,
and sells them; then they wake on somebody else's device. Families, studios, cafés, campuses and
companies also register several on one thing: over years, or each on a device of its own, with cards
of their own, and they stay in the same hands.

The batch counts, not only the account: what the others of its sitting at one device or address, of
its number, of the cards opened with its own, and of its group (union-find over those) show, speaks
for each of them: codes passed on, cards bought for it, other hands after a sleep, sold in a seized
ledger, used against a victim. Where neither the account nor several others of its group were
sold or used nobody is decided: a firm that registers for its staff ties as many (0167). Used by
another fraud does not count: reports of those name accounts of anybody (0254).
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect import openings
from suyuan.detect.contract import Detector, Measured, corroborated
from suyuan.detect.dealing import appetites
from suyuan.detect.evidence import SHOWN, rows
from suyuan.detect.registering import codes, crowds, groups, marks, waves
from suyuan.detect.registering.company_of_known import CROWD, STREET, lift
from suyuan.detect.registering.handover import handover
from suyuan.detect.scheme import marked, reports_of_scheme
from suyuan.detect.ties import grouped
from suyuan.model.text import Text
from suyuan.store.programs import derive_tables
from suyuan.store.tables import Tables

#: One account of a group that was sold or used taints nobody else in it; so many others do.
SEVERAL = 2


def measure(tables: Tables) -> Measured:
    """Every registered account, with what came with it."""
    derive = tables.engine.derive
    slim = derive(crowds.registrations, tables["accounts"])
    batched = derive(openings.batches, tables["sims"])
    ties = derive(groups.ties, slim, batched)
    tied = grouped(tables.engine, ties, widest=crowds.HUB_LEAST)
    return Measured(**derive_tables(tables, _of_groups, slim, batched, tied, tables))


def _of_groups(
    slim: ir.Table, batched: ir.Table, tied: ir.Table, tables: Tables
) -> dict[str, ir.Table]:
    """The fields of what is measured, from registrations, cards and groups."""
    keep, derive = tables.engine.keep, tables.engine.derive
    known = keep(known_goods(tables))
    found = derive(
        _measured,
        derive(crowds.crowds, slim),
        derive(_cards, slim, batched),
        derive(codes.received, tables["otps"]),
        derive(groups.company, tied, known),
        derive(_charged, tied, known),
        derive(handover, slim, tables["logins"]),
        derive(_goods, known),
        derive(waves.waves, slim),
    )
    marked = _company(tables, found, slim, batched, tied)
    company = map(keep, (*marked, *_known_company(tables, slim, known)))
    found = derive(_with_company, found, *company)
    return {"candidates": found, "evidence": _evidence(tables, found)}


def _measured(
    crowd: ir.Table, cards: ir.Table, received: ir.Table, *of_account: ir.Table
) -> ir.Table:
    """Accounts with what was measured of each, and of its number."""
    found = crowd
    for measured in of_account:
        found = found.left_join(measured, "account_id").drop("account_id_right")
    for measured in (cards, received.rename(number="msisdn")):
        found = found.left_join(measured, found["phone"] == measured["number"]).drop("number")
    return found


def _charged(tied: ir.Table, known: ir.Table) -> ir.Table:
    """``group_charged``: share of the others of its group that were sold, or served this fraud."""
    found = groups.company(tied, known.filter((known["served"] == 1) | (known["sold"] == 1)))
    return found.select("account_id", group_charged="group_known")


def _goods(known: ir.Table) -> ir.Table:
    return known.group_by("account_id").aggregate(
        sold=known["sold"].max(), used=known["used"].max(), served=known["served"].max()
    )


def _with_company(found: ir.Table, *company: ir.Table) -> ir.Table:
    """Accounts with all that the card asks."""
    for part in company:
        found = found.left_join(part, "account_id").drop("account_id_right")
    return _signals(found)


def _company(
    tables: Tables, found: ir.Table, slim: ir.Table, batched: ir.Table, tied: ir.Table
) -> list[ir.Table]:
    """The marks that the others bear: of its sitting, address, number, cards and group."""
    marked = tables.engine.keep(found.select("account_id", mark=marks.marks(found)))
    device = groups.sittings(slim, "device").rename(company="sitting")
    address = groups.sittings(slim, "ip", gap=groups.VISIT).rename(company="sitting")
    number = slim.filter(slim["phone"].notnull()).select("account_id", company="phone")
    cards = groups.openings_of(slim, batched).rename(company="opening")
    group = tied.rename(account_id="member", company="group")
    widest = crowds.HUB_LEAST
    return [
        marks.among(marked, device, "device_marks", widest=widest),
        marks.among(marked, address, "address_marks", widest=widest),
        marks.among(marked, number, "number_marks", widest=widest),
        marks.among(marked, cards, "opening_marks", widest=widest * 5),
        marks.among(marked, group, "group_marks", widest=widest * 25),
    ]


def _known_company(tables: Tables, slim: ir.Table, known: ir.Table) -> list[ir.Table]:
    """What each account shares with those that served fraud: devices of use, cards, targets."""
    keep = tables.engine.keep
    served = keep(known.filter(known["served"] == 1).select(member="account_id").distinct())
    logins, sims, otps = tables["logins"], tables["sims"], tables["otps"]
    phones = slim.filter(slim["phone"].notnull()).select("phone", member="account_id")
    cards = phones.join(sims, phones["phone"] == sims["msisdn"])
    codes = phones.join(otps, phones["phone"] == otps["msisdn"])
    used = logins.semi_join(slim, "account_id")
    parts = (
        (used.select(member="account_id", thing="device"), "login_known", CROWD),
        (used.select(member="account_id", thing="ip"), "login_address_known", CROWD),
        (cards.select("member", thing="customer_id"), "customer_known", CROWD),
        (cards.select("member", thing="agent"), "outlet_known", STREET),
        (codes.select("member", thing="relayed_to"), "relay_known", STREET),
    )
    found = (lift(keep(pairs), served, name, widest=widest) for pairs, name, widest in parts)
    return [each.rename(account_id="member") for each in found]


def known_goods(tables: Tables) -> ir.Table:
    """Accounts that a seized ledger lists as goods, or that were used against a victim.

    Columns: ``account_id``, ``sold``, ``used``, ``served`` (1 or 0), and the row that says so. An
    account *served* fraud if a report of this fraud says so, or if it was sold by somebody whose
    goods did, or to somebody who buys several kinds of a ring's tools: honest people stand in
    ledgers, and in reports of other frauds, too.
    """
    trades, reports = tables["trades"], marked(tables["reports"], reports_of_scheme(tables))
    sold = trades.select("row_id", "seller", "buyer", item=trades["items"].unnest())
    used = reports.select("row_id", "ours", item=reports["chat_accounts"].unnest())
    harmed = used.filter(used["ours"] == 1).select(harm="item").distinct()
    bad = sold.semi_join(harmed, sold["item"] == harmed["harm"]).select(bad="seller").distinct()
    rings = appetites(trades).filter(lambda t: t["kinds"] >= 2).select(ring="buyer")
    goods = sold.left_join(bad, sold["seller"] == bad["bad"])
    goods = goods.left_join(rings, goods["buyer"] == rings["ring"])
    served = (goods["bad"].notnull() | goods["ring"].notnull()).cast("int64")
    one, none = ibis.literal(1).cast("int64"), ibis.literal(0).cast("int64")
    harm = used["ours"].cast("int64")
    return ibis.union(
        goods.select(account_id="item", sold=one, used=none, served=served, row_id="row_id"),
        used.select(account_id="item", sold=none, used=one, served=harm, row_id="row_id"),
    ).filter(lambda t: t["account_id"].notnull())


def _cards(slim: ir.Table, batched: ir.Table) -> ir.Table:
    """The card behind each number at its first registration, and for whom it was opened."""
    numbers = slim.filter(slim["phone"].notnull())
    numbers = numbers.group_by(number="phone").aggregate(first_seen=numbers["registered_at"].min())
    found = openings.behind(numbers, batched)
    return found.select("number", "card_age", "batch", "thing_card", "customer_id")


def _signals(found: ir.Table) -> ir.Table:
    company = found["group_accounts"].fill_null(1)
    known = found["group_known"].fill_null(0.0)
    sold, used = found["sold"].fill_null(0), found["used"].fill_null(0)
    straw = (found["customer_id"] != found["holder_id"]).cast("float64")
    unused = found["logins"].isnull().cast("float64")
    return found.mutate(
        subject="account:" + found["account_id"],
        first_seen=found["registered_at"],
        last_seen=ibis.coalesce(found["last_login"], found["registered_at"]),
        count=company,
        group_accounts=company,
        group_known=known,
        sold=sold,
        used=used,
        known_cases=found["served"].fill_null(0),
        corroborated=corroborated(
            found["group_charged"] * (company - 1) >= SEVERAL - 0.5, sold > 0, found["served"] > 0
        ),
        not_holder=straw,
        unused=unused,
        token=found["token"].cast("float64"),
        stopped=found["status"].isin(["restricted", "banned"]).cast("float64"),
    )


def _evidence(tables: Tables, found: ir.Table) -> ir.Table:
    """The registration, what was sold or used, the logins after it, the card."""
    own = found.select("account_id", "subject", "phone")
    registered = tables["accounts"].drop("phone").join(own, "account_id")
    logins = tables["logins"].drop("phone").join(own, "account_id")
    rank = ibis.row_number().over(ibis.window(group_by="account_id", order_by="at"))
    logins = logins.mutate(rank=rank).filter(lambda t: t["rank"] < SHOWN // 4)
    known = known_goods(tables).select("row_id", "sold", item="account_id").distinct()
    named = known.join(own, known["item"] == own["account_id"]).select("row_id", "subject")
    cards = tables["sims"].join(own, tables["sims"]["msisdn"] == own["phone"])
    return ibis.union(
        rows(registered, table="accounts", subject="subject", signal="device_accounts"),
        rows(logins, table="logins", subject="subject", signal="dormant_days"),
        rows(
            tables["trades"].join(named, "row_id"), table="trades", subject="subject", signal="sold"
        ),
        rows(
            tables["reports"].join(named, "row_id"),
            table="reports",
            subject="subject",
            signal="used",
        ),
        rows(cards, table="sims", subject="subject", signal="batch"),
    )


DETECTOR = Detector(
    role="farmed_account",
    title=Text("Which accounts were farmed", "哪些账号是批量养号"),
    reads=("accounts", "logins", "otps", "sims", "trades", "reports", "fraud_types"),
    needs=("accounts",),
    measure=measure,
    without={
        "logins": Text("Who used the accounts later is not weighed.", "无法衡量账号后来由谁使用。"),
        "otps": Text("Relayed codes are not weighed.", "无法衡量验证码转发。"),
        "sims": Text("The cards behind the accounts are not weighed.", "无法衡量注册所用的卡。"),
        "trades": Text("Seized ledgers are not weighed.", "无法衡量查获的交易账本。"),
        "reports": Text("Use against victims is not weighed.", "无法衡量是否用于诈骗。"),
    },
)
