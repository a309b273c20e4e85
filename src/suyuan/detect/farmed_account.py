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
from suyuan.detect.contract import Detector, Measurement, any_ground
from suyuan.detect.dealing import appetites
from suyuan.detect.evidence import ROWS_SHOWN, rows
from suyuan.detect.registering import codes, crowds, groups, marks, waves
from suyuan.detect.registering.handover import handover
from suyuan.detect.registering.known_company import CROWD, STREET, lift
from suyuan.detect.scheme import mark_scheme, reports_of_scheme
from suyuan.detect.ties import group_members
from suyuan.model.text import Text
from suyuan.store.programs import derive_tables
from suyuan.store.tables import Tables

#: One account of a group that was sold or used taints nobody else in it; so many others do.
SEVERAL = 2


def measure(tables: Tables) -> Measurement:
    """Every registered account, with what came with it."""
    derive = tables.engine.derive
    slim = derive(crowds.registrations, tables["accounts"])
    batch_cards = derive(openings.batches, tables["sims"])
    ties = derive(groups.ties, slim, batch_cards)
    tied = group_members(tables.engine, ties, widest=crowds.HUB_LEAST)
    return Measurement(**derive_tables(tables, _of_groups, slim, batch_cards, tied, tables))


def _of_groups(
    slim: ir.Table, batch_cards: ir.Table, tied: ir.Table, tables: Tables
) -> dict[str, ir.Table]:
    """The fields of what is measured, from registrations, cards and groups."""
    keep, derive = tables.engine.keep, tables.engine.derive
    goods_known = keep(known_goods(tables))
    candidates = derive(
        _join_measures,
        derive(crowds.crowds, slim),
        derive(_cards, slim, batch_cards),
        derive(codes.code_counts, tables["otps"]),
        derive(groups.company, tied, goods_known),
        derive(_group_charges, tied, goods_known),
        derive(handover, slim, tables["logins"]),
        derive(_goods, goods_known),
        derive(waves.waves, slim),
    )
    mark_lifts = _company(tables, candidates, slim, batch_cards, tied)
    company = map(keep, (*mark_lifts, *_known_company(tables, slim, goods_known)))
    candidates = derive(_with_company, candidates, *company)
    return {"candidates": candidates, "evidence": _evidence(tables, candidates)}


def _join_measures(
    crowd: ir.Table, cards: ir.Table, codes: ir.Table, *of_account: ir.Table
) -> ir.Table:
    """Accounts with what was measured of each, and of its number."""
    candidates = crowd
    for measures in of_account:
        candidates = candidates.left_join(measures, "account_id").drop("account_id_right")
    for measures in (cards, codes.rename(number="msisdn")):
        candidates = candidates.left_join(measures, candidates["phone"] == measures["number"]).drop(
            "number"
        )
    return candidates


def _group_charges(tied: ir.Table, goods_known: ir.Table) -> ir.Table:
    """``group_charged``: share of the others of its group that were sold, or served this fraud."""
    shares = groups.company(
        tied, goods_known.filter((goods_known["served"] == 1) | (goods_known["sold"] == 1))
    )
    return shares.select("account_id", group_charged="group_known")


def _goods(goods_known: ir.Table) -> ir.Table:
    return goods_known.group_by("account_id").aggregate(
        sold=goods_known["sold"].max(),
        used=goods_known["used"].max(),
        served=goods_known["served"].max(),
    )


def _with_company(candidates: ir.Table, *company: ir.Table) -> ir.Table:
    """Accounts with all that the card asks."""
    for part in company:
        candidates = candidates.left_join(part, "account_id").drop("account_id_right")
    return _signals(candidates)


def _company(
    tables: Tables, candidates: ir.Table, slim: ir.Table, batch_cards: ir.Table, tied: ir.Table
) -> list[ir.Table]:
    """The marks that the others bear: of its sitting, address, number, cards and group."""
    bearers = tables.engine.keep(candidates.select("account_id", mark=marks.marks(candidates)))
    device = groups.sittings(slim, "device").rename(company="sitting")
    address = groups.sittings(slim, "ip", gap=groups.VISIT).rename(company="sitting")
    number = slim.filter(slim["phone"].notnull()).select("account_id", company="phone")
    cards = groups.openings_of(slim, batch_cards).rename(company="opening")
    group = tied.rename(account_id="member", company="group")
    widest = crowds.HUB_LEAST
    return [
        marks.among(bearers, device, "device_marks", widest=widest),
        marks.among(bearers, address, "address_marks", widest=widest),
        marks.among(bearers, number, "number_marks", widest=widest),
        marks.among(bearers, cards, "opening_marks", widest=widest * 5),
        marks.among(bearers, group, "group_marks", widest=widest * 25),
    ]


def _known_company(tables: Tables, slim: ir.Table, goods_known: ir.Table) -> list[ir.Table]:
    """What each account shares with those that served fraud: devices of use, cards, targets."""
    keep = tables.engine.keep
    members = keep(
        goods_known.filter(goods_known["served"] == 1).select(member="account_id").distinct()
    )
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
    lifts = (lift(keep(pairs), members, name, widest=widest) for pairs, name, widest in parts)
    return [lift_table.rename(account_id="member") for lift_table in lifts]


def known_goods(tables: Tables) -> ir.Table:
    """Accounts that a seized ledger lists as goods, or that were used against a victim.

    Columns: ``account_id``, ``sold``, ``used``, ``served`` (1 or 0), and the row that says so. An
    account *served* fraud if a report of this fraud says so, or if it was sold by somebody whose
    goods did, or to somebody who buys several kinds of a ring's tools: honest people stand in
    ledgers, and in reports of other frauds, too.
    """
    trades, reports = tables["trades"], mark_scheme(tables["reports"], reports_of_scheme(tables))
    sales = trades.select("row_id", "seller", "buyer", item=trades["items"].unnest())
    used = reports.select("row_id", "ours", item=reports["chat_accounts"].unnest())
    harm_items = used.filter(used["ours"] == 1).select(harm="item").distinct()
    bad = (
        sales.semi_join(harm_items, sales["item"] == harm_items["harm"])
        .select(bad="seller")
        .distinct()
    )
    rings = appetites(trades).filter(lambda t: t["kinds"] >= 2).select(ring="buyer")
    goods = sales.left_join(bad, sales["seller"] == bad["bad"])
    goods = goods.left_join(rings, goods["buyer"] == rings["ring"])
    is_served = (goods["bad"].notnull() | goods["ring"].notnull()).cast("int64")
    unit, zero = ibis.literal(1).cast("int64"), ibis.literal(0).cast("int64")
    harm = used["ours"].cast("int64")
    return ibis.union(
        goods.select(account_id="item", sold=unit, used=zero, served=is_served, row_id="row_id"),
        used.select(account_id="item", sold=zero, used=unit, served=harm, row_id="row_id"),
    ).filter(lambda t: t["account_id"].notnull())


def _cards(slim: ir.Table, batch_cards: ir.Table) -> ir.Table:
    """The card behind each number at its first registration, and for whom it was opened."""
    numbers = slim.filter(slim["phone"].notnull())
    numbers = numbers.group_by(number="phone").aggregate(first_seen=numbers["registered_at"].min())
    cards = openings.behind(numbers, batch_cards)
    return cards.select("number", "card_age", "batch", "thing_card", "customer_id")


def _signals(candidates: ir.Table) -> ir.Table:
    company = candidates["group_accounts"].fill_null(1)
    group_share = candidates["group_known"].fill_null(0.0)
    is_sold, used = candidates["sold"].fill_null(0), candidates["used"].fill_null(0)
    straw = (candidates["customer_id"] != candidates["holder_id"]).cast("float64")
    no_logins = candidates["logins"].isnull().cast("float64")
    return candidates.mutate(
        subject="account:" + candidates["account_id"],
        first_seen=candidates["registered_at"],
        last_seen=ibis.coalesce(candidates["last_login"], candidates["registered_at"]),
        count=company,
        group_accounts=company,
        group_known=group_share,
        sold=is_sold,
        used=used,
        known_cases=candidates["served"].fill_null(0),
        corroborated=any_ground(
            candidates["group_charged"] * (company - 1) >= SEVERAL - 0.5,
            is_sold > 0,
            candidates["served"] > 0,
        ),
        not_holder=straw,
        unused=no_logins,
        token=candidates["token"].cast("float64"),
        stopped=candidates["status"].isin(["restricted", "banned"]).cast("float64"),
    )


def _evidence(tables: Tables, candidates: ir.Table) -> ir.Table:
    """The registration, what was sold or used, the logins after it, the card."""
    own = candidates.select("account_id", "subject", "phone")
    registrations = tables["accounts"].drop("phone").join(own, "account_id")
    logins = tables["logins"].drop("phone").join(own, "account_id")
    rank = ibis.row_number().over(ibis.window(group_by="account_id", order_by="at"))
    logins = logins.mutate(rank=rank).filter(lambda t: t["rank"] < ROWS_SHOWN // 4)
    goods_known = known_goods(tables).select("row_id", "sold", item="account_id").distinct()
    goods_rows = goods_known.join(own, goods_known["item"] == own["account_id"]).select(
        "row_id", "subject"
    )
    cards = tables["sims"].join(own, tables["sims"]["msisdn"] == own["phone"])
    return ibis.union(
        rows(registrations, table="accounts", subject="subject", signal="device_accounts"),
        rows(logins, table="logins", subject="subject", signal="dormant_days"),
        rows(
            tables["trades"].join(goods_rows, "row_id"),
            table="trades",
            subject="subject",
            signal="sold",
        ),
        rows(
            tables["reports"].join(goods_rows, "row_id"),
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
