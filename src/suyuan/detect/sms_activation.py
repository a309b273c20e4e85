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
from suyuan.detect.contract import Detector, Measurement, any_ground
from suyuan.detect.dealing import appetites
from suyuan.detect.evidence import ROWS_SHOWN, rows
from suyuan.detect.farmed_account import known_goods
from suyuan.detect.registering import codes, crowds, pools
from suyuan.detect.registering.known_company import CROWD, STREET, lift
from suyuan.detect.ties import group_members
from suyuan.model.text import Text
from suyuan.store.programs import derive_tables
from suyuan.store.tables import Tables

#: One number whose account was sold taints no firm; so many others of a pool do.
SEVERAL = 2


def measure(tables: Tables) -> Measurement:
    """Every number that received codes, with its pool."""
    derive = tables.engine.derive
    candidates = derive(_codes, tables["otps"])
    batch_cards = derive(openings.batches, tables["sims"])
    used = derive(_used, tables["calls"], candidates)
    ties = derive(pools.ties, tables["otps"], batch_cards, used)
    pool_members = group_members(tables.engine, ties, widest=pools.GATEWAY)
    return Measurement(
        **derive_tables(tables, _of_pools, candidates, batch_cards, pool_members, tables)
    )


def _codes(otps: ir.Table) -> ir.Table:
    return codes.code_counts(otps).rename(number="msisdn")


def _used(calls: ir.Table, candidates: ir.Table) -> ir.Table:
    """The handsets of numbers that received codes."""
    return handsets.used(calls).semi_join(candidates.select("number"), "number")


def _of_pools(
    candidates: ir.Table, batch_cards: ir.Table, pool_members: ir.Table, tables: Tables
) -> dict[str, ir.Table]:
    """The fields of what is measured, from codes, cards and pools."""
    keep, otps, calls = tables.engine.keep, tables["otps"], tables["calls"]
    numbers = keep(candidates.select("number", first_seen="first_code"))
    parts = (
        codes.relay_targets(otps).rename(number="msisdn"),
        pools.habits(pool_members, candidates),
        openings.behind(numbers, batch_cards).select("number", "card_age", "batch", "thing_card"),
        _registrations(crowds.registrations(tables["accounts"])),
        _voice(calls, numbers),
        _goods(tables),
        _sales(tables),
    )
    for part in parts:
        candidates = candidates.left_join(keep(part), "number").drop("number_right")
    candidates = candidates.mutate(
        subject="phone:" + candidates["number"],
        first_seen=candidates["first_code"],
        last_seen=candidates["last_code"],
        relay_numbers=candidates["relay_numbers"].fill_null(0),
        pool_numbers=candidates["pool_numbers"].fill_null(1),
        count=candidates["pool_numbers"].fill_null(1),
        code_accounts=candidates["code_accounts"].fill_null(0),
        voice=candidates["voice"].fill_null(0),
        known_cases=ibis.ifelse(_receives(candidates), candidates["goods"].fill_null(0), 0),
    )
    candidates = keep(candidates)
    candidates = keep(candidates.mutate(corroborated=_corroboration(candidates)))
    for part in _known_company(tables, candidates):
        candidates = candidates.left_join(keep(part), "number").drop("number_right")
    return {"candidates": keep(candidates), "evidence": _evidence(tables, numbers)}


def _registrations(slim: ir.Table) -> ir.Table:
    """Accounts on each number, and the devices they were registered on per account."""
    sight = slim.filter(slim["phone"].notnull())
    on = sight.group_by(number="phone").aggregate(
        code_accounts=sight.count(), devices=sight["device"].nunique()
    )
    return on.select("number", "code_accounts", code_devices=on["devices"] / on["code_accounts"])


def _known_company(tables: Tables, candidates: ir.Table) -> list[ir.Table]:
    """What each number shares with those known: the card's customer and outlet, the target."""
    keep = tables.engine.keep
    members = keep(candidates.filter(candidates["known_cases"] > 0).select(member="number"))
    numbers, sims, otps = candidates.select("number"), tables["sims"], tables["otps"]
    cards = sims.semi_join(numbers, sims["msisdn"] == numbers["number"])
    parts = (
        (cards.select(member="msisdn", thing="customer_id"), "customer_known", CROWD),
        (cards.select(member="msisdn", thing="agent"), "outlet_known", STREET),
        (otps.select(member="msisdn", thing="relayed_to"), "relay_known", STREET),
    )
    lifts = (lift(keep(pairs), members, name, widest=widest) for pairs, name, widest in parts)
    return [lift_table.rename(number="member") for lift_table in lifts]


def _receives(candidates: ir.Table) -> ir.BooleanValue:
    """Whether its codes go on, or others receive with it: more than an owner's own number."""
    return ((candidates["relayed"] > 0) | (candidates["pool_numbers"] > 1)).fill_null(
        ibis.literal(value=False)
    )


def _corroboration(candidates: ir.Table) -> ir.BooleanValue:
    """Whether something bad hangs on the number, and not only how it receives codes."""
    is_served = (candidates["goods"] > 0).fill_null(ibis.literal(value=False)).cast("int64")
    peers = is_served.sum().over(ibis.window(group_by="pool")) - is_served
    in_pool = candidates["pool"].notnull() & (peers >= SEVERAL)
    return any_ground(candidates["goods"] > 0, in_pool, candidates["dealt"] > 0)


def _sales(tables: Tables) -> ir.Table:
    """``dealt``: how often a ledger lists the number as sold to a buyer of several tools."""
    trades = tables["trades"]
    lines = trades.filter(trades["goods"].isin(["sim", "otp"]))
    rings = appetites(trades).filter(lambda t: t["kinds"] >= 2).select(ring="buyer")
    sales = lines.select("buyer", number=lines["items"].unnest())
    sales = sales.semi_join(rings, sales["buyer"] == rings["ring"])
    return sales.group_by("number").aggregate(dealt=sales.count())


def _goods(tables: Tables) -> ir.Table:
    """``goods``: accounts on each number that served fraud."""
    goods_known = known_goods(tables)
    goods_known = goods_known.filter(goods_known["served"] == 1).select("account_id").distinct()
    accounts = tables["accounts"]
    on = accounts.filter(accounts["phone"].notnull()).semi_join(goods_known, "account_id")
    return on.group_by(number="phone").aggregate(goods=on.count())


def _voice(calls: ir.Table, numbers: ir.Table) -> ir.Table:
    """How many people each number talks with: a SIM in a bank with none."""
    call_pairs = activity.pairs(calls)
    out = call_pairs.select(number="caller", other="callee")
    back = call_pairs.select(number="callee", other="caller")
    ends = ibis.union(out, back).semi_join(numbers, "number")
    return ends.group_by("number").aggregate(voice=ends["other"].nunique())


def _evidence(tables: Tables, numbers: ir.Table) -> ir.Table:
    """The number's codes (relayed ones first), its card, the accounts registered on it."""
    otps, sims, accounts = tables["otps"], tables["sims"], tables["accounts"]
    order = [ibis.asc(otps["relayed_to"].isnull()), ibis.asc(otps["row_id"])]
    rank = ibis.row_number().over(ibis.window(group_by="msisdn", order_by=order))
    sample = otps.mutate(rank=rank, subject="phone:" + otps["msisdn"])
    sample = sample.filter(sample["rank"] < ROWS_SHOWN)
    card = sims.join(numbers.select("number"), sims["msisdn"] == numbers["number"])
    card = card.mutate(subject="phone:" + card["number"])
    on = accounts.join(numbers.select("number"), accounts["phone"] == numbers["number"])
    on = on.mutate(subject="phone:" + on["number"])
    return ibis.union(
        rows(sample, table="otps", subject="subject", signal="services", note="service"),
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
