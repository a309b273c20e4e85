"""Which numbers receive codes for others (接码平台), and the pool that each belongs to.

A number of an SMS-activation platform receives codes from many services in few days, passes them on
to customers, makes no calls, and stands in a bank with others: one address collects from them all,
their cards were opened together, they sit in the same slots. A person's number receives codes of
few services over years; a forwarding app sends them to one address that collects from nobody else;
a tester's phones and a company's machines do not register accounts that others then use.

An honest firm looks the same: cards opened together, every code passed on to the manager, numbers
that never call. So conduct is ranked and not decided (0167): something bad must hang on the number,
an account on it or on several others of its pool that served fraud, or its sale to a ring.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect import openings
from suyuan.detect.calling import activity, handsets
from suyuan.detect.contract import Detector, Measured, corroborated
from suyuan.detect.dealing import appetites
from suyuan.detect.evidence import SHOWN, rows
from suyuan.detect.farmed_account import known_goods
from suyuan.detect.registering import codes, crowds, pools
from suyuan.detect.registering.company_of_known import CROWD, STREET, lift
from suyuan.detect.ties import grouped
from suyuan.model.text import Text
from suyuan.store.programs import derive_tables
from suyuan.store.tables import Tables

#: One number whose account was sold taints no firm; so many others of a pool do.
SEVERAL = 2


def measure(tables: Tables) -> Measured:
    """Every number that received codes, with its pool."""
    derive = tables.engine.derive
    found = derive(_received, tables["otps"])
    batched = derive(openings.batches, tables["sims"])
    used = derive(_used, tables["calls"], found)
    ties = derive(pools.ties, tables["otps"], batched, used)
    pooled = grouped(tables.engine, ties, widest=pools.GATEWAY)
    return Measured(**derive_tables(tables, _of_pools, found, batched, pooled, tables))


def _received(otps: ir.Table) -> ir.Table:
    return codes.received(otps).rename(number="msisdn")


def _used(calls: ir.Table, found: ir.Table) -> ir.Table:
    """The handsets of numbers that received codes."""
    return handsets.used(calls).semi_join(found.select("number"), "number")


def _of_pools(
    found: ir.Table, batched: ir.Table, pooled: ir.Table, tables: Tables
) -> dict[str, ir.Table]:
    """The fields of what is measured, from codes, cards and pools."""
    keep, otps, calls = tables.engine.keep, tables["otps"], tables["calls"]
    numbers = keep(found.select("number", first_seen="first_code"))
    parts = (
        codes.collected(otps).rename(number="msisdn"),
        pools.habits(pooled, found),
        openings.behind(numbers, batched).select("number", "card_age", "batch", "thing_card"),
        _registered(crowds.registrations(tables["accounts"])),
        _voice(calls, numbers),
        _goods(tables),
        _sold(tables),
    )
    for part in parts:
        found = found.left_join(keep(part), "number").drop("number_right")
    found = found.mutate(
        subject="phone:" + found["number"],
        first_seen=found["first_code"],
        last_seen=found["last_code"],
        relay_numbers=found["relay_numbers"].fill_null(0),
        pool_numbers=found["pool_numbers"].fill_null(1),
        count=found["pool_numbers"].fill_null(1),
        code_accounts=found["code_accounts"].fill_null(0),
        voice=found["voice"].fill_null(0),
        known_cases=ibis.ifelse(_receives(found), found["goods"].fill_null(0), 0),
    )
    found = keep(found)
    found = keep(found.mutate(corroborated=_corroborated(found)))
    for part in _known_company(tables, found):
        found = found.left_join(keep(part), "number").drop("number_right")
    return {"candidates": keep(found), "evidence": _evidence(tables, numbers)}


def _registered(slim: ir.Table) -> ir.Table:
    """Accounts on each number, and the devices they were registered on per account."""
    sight = slim.filter(slim["phone"].notnull())
    on = sight.group_by(number="phone").aggregate(
        code_accounts=sight.count(), devices=sight["device"].nunique()
    )
    return on.select("number", "code_accounts", code_devices=on["devices"] / on["code_accounts"])


def _known_company(tables: Tables, found: ir.Table) -> list[ir.Table]:
    """What each number shares with those known: the card's customer and outlet, the target."""
    keep = tables.engine.keep
    known = keep(found.filter(found["known_cases"] > 0).select(member="number"))
    numbers, sims, otps = found.select("number"), tables["sims"], tables["otps"]
    cards = sims.semi_join(numbers, sims["msisdn"] == numbers["number"])
    parts = (
        (cards.select(member="msisdn", thing="customer_id"), "customer_known", CROWD),
        (cards.select(member="msisdn", thing="agent"), "outlet_known", STREET),
        (otps.select(member="msisdn", thing="relayed_to"), "relay_known", STREET),
    )
    lifts = (lift(keep(pairs), known, name, widest=widest) for pairs, name, widest in parts)
    return [each.rename(number="member") for each in lifts]


def _receives(found: ir.Table) -> ir.BooleanValue:
    """Whether its codes go on, or others receive with it: more than an owner's own number."""
    return ((found["relayed"] > 0) | (found["pool_numbers"] > 1)).fill_null(
        ibis.literal(value=False)
    )


def _corroborated(found: ir.Table) -> ir.BooleanValue:
    """Whether something bad hangs on the number, and not only how it receives codes."""
    served = (found["goods"] > 0).fill_null(ibis.literal(value=False)).cast("int64")
    others = served.sum().over(ibis.window(group_by="pool")) - served
    pooled = found["pool"].notnull() & (others >= SEVERAL)
    return corroborated(found["goods"] > 0, pooled, found["dealt"] > 0)


def _sold(tables: Tables) -> ir.Table:
    """``dealt``: how often a ledger lists the number as sold to a buyer of several tools."""
    trades = tables["trades"]
    lines = trades.filter(trades["goods"].isin(["sim", "otp"]))
    rings = appetites(trades).filter(lambda t: t["kinds"] >= 2).select(ring="buyer")
    sold = lines.select("buyer", number=lines["items"].unnest())
    sold = sold.semi_join(rings, sold["buyer"] == rings["ring"])
    return sold.group_by("number").aggregate(dealt=sold.count())


def _goods(tables: Tables) -> ir.Table:
    """``goods``: accounts on each number that served fraud."""
    known = known_goods(tables)
    known = known.filter(known["served"] == 1).select("account_id").distinct()
    accounts = tables["accounts"]
    on = accounts.filter(accounts["phone"].notnull()).semi_join(known, "account_id")
    return on.group_by(number="phone").aggregate(goods=on.count())


def _voice(calls: ir.Table, numbers: ir.Table) -> ir.Table:
    """How many people each number talks with: a SIM in a bank with none."""
    joined = activity.pairs(calls)
    out = joined.select(number="caller", other="callee")
    back = joined.select(number="callee", other="caller")
    both = ibis.union(out, back).semi_join(numbers, "number")
    return both.group_by("number").aggregate(voice=both["other"].nunique())


def _evidence(tables: Tables, numbers: ir.Table) -> ir.Table:
    """The number's codes (relayed ones first), its card, the accounts registered on it."""
    otps, sims, accounts = tables["otps"], tables["sims"], tables["accounts"]
    order = [ibis.asc(otps["relayed_to"].isnull()), ibis.asc(otps["row_id"])]
    rank = ibis.row_number().over(ibis.window(group_by="msisdn", order_by=order))
    some = otps.mutate(rank=rank, subject="phone:" + otps["msisdn"])
    some = some.filter(some["rank"] < SHOWN)
    card = sims.join(numbers.select("number"), sims["msisdn"] == numbers["number"])
    card = card.mutate(subject="phone:" + card["number"])
    on = accounts.join(numbers.select("number"), accounts["phone"] == numbers["number"])
    on = on.mutate(subject="phone:" + on["number"])
    return ibis.union(
        rows(some, table="otps", subject="subject", signal="services", note="service"),
        rows(card, table="sims", subject="subject", signal="batch"),
        rows(on, table="accounts", subject="subject", signal="code_accounts"),
    )


DETECTOR = Detector(
    role="sms_activation",
    title=Text("Which numbers receive codes for others", "哪些号码在接码"),
    reads=("otps", "sims", "accounts", "calls", "trades", "reports", "fraud_types"),
    needs=("otps",),
    measure=measure,
    without={
        "sims": Text("Cards opened together are not weighed.", "无法衡量成批开卡。"),
        "accounts": Text(
            "What was registered with the codes is not weighed.", "无法衡量用验证码注册了什么。"
        ),
        "trades": Text(
            "Numbers of accounts sold in ledgers are not learnt from.",
            "无法参照账本中已售账号的号码。",
        ),
        "reports": Text(
            "Numbers of accounts used against victims are not learnt from.",
            "无法参照诈骗所用账号的号码。",
        ),
        "calls": Text("Silence of the numbers is not weighed.", "无法衡量号码是否从不通话。"),
    },
)
