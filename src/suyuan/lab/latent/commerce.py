"""Ordinary money: orders, wages, shops, friends, cash, loans, and innocents who pass money on."""

import numpy as np

from suyuan.lab.latent.flows import Lots, hand_on, split
from suyuan.lab.latent.ledger import (
    BY_BANK,
    BY_CARD,
    BY_CASH,
    BY_LOAN,
    BY_QR,
    BY_WALLET,
    LedgerPayments,
    Money,
    payments,
)
from suyuan.lab.latent.market import HOURS, Market
from suyuan.lab.latent.people import People
from suyuan.lab.latent.rings import Rings
from suyuan.lab.seeds import categories
from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND, Setting


def build(
    setting: Setting, people: People, market: Market, money: Money, rings: Rings, already: int
) -> list[LedgerPayments]:
    """All ordinary payments, so many that with ``already`` the scale's number is reached."""
    rng = setting.rng("commerce")
    innocent = np.setdiff1d(np.arange(len(people)), np.unique(rings.person))
    parts = [_orders(rng, people, market, money), _wages(rng, setting, people, money)]
    parts += _loans(rng, setting, people, money)
    parts += _passers(rng, setting, people, money, innocent)
    rest = max(setting.counts["payments"] - already - sum(len(p) for p in parts), 1000)
    parts += _daily(rng, setting, people, money, rest)
    return parts


def _moments(rng: np.random.Generator, setting: Setting, n: int) -> np.ndarray:
    history = setting.config["money"]["history_days"]
    day = rng.integers(-history, setting.days, n)
    moments: np.ndarray = (
        setting.start
        + day * DAY
        + categories(rng, HOURS, n) * HOUR
        + rng.integers(0, 3600, n) * SECOND
    )
    return moments


def _orders(
    rng: np.random.Generator, people: People, market: Market, money: Money
) -> LedgerPayments:
    """Each order is paid to its shop within minutes."""
    n = len(market)
    payer = money.source(market.buyer, rng.random(n) < people.wallet_habit[market.buyer] + 0.2)
    channel = np.where(money.kind[payer] == 1, BY_WALLET, BY_CARD)
    at = market.at + (rng.gamma(1.2, 90, n)).astype(np.int64) * SECOND
    payee = money.shop_of_org[market.merchant]
    return payments(at, payer, payee, market.amount, channel, order=np.arange(n))


def _wages(
    rng: np.random.Generator, setting: Setting, people: People, money: Money
) -> LedgerPayments:
    """Two paydays for six in ten, each employer on a day of his own, all within the hour."""
    staff = rng.permutation(len(people))[: int(0.6 * len(people))]
    employer = rng.integers(0, len(money.employers), len(staff))
    payday = rng.integers(0, 28, len(money.employers))
    wage = np.round(rng.lognormal(8.4, 0.45, len(staff)) * 100).astype(np.int64)
    months = []
    for first in (-20, 10):
        day = setting.start + (first + payday[employer]) * DAY + 10 * HOUR
        at = day + rng.integers(0, 3600, len(staff)) * SECOND
        months.append(np.minimum(at, setting.end - HOUR))
    return payments(
        np.concatenate(months),
        np.tile(money.employers[employer], 2),
        np.tile(staff, 2),
        np.tile(wage, 2),
        BY_BANK,
        memo=0,
    )


def _loans(
    rng: np.random.Generator, setting: Setting, people: People, money: Money
) -> list[LedgerPayments]:
    """Small loans that innocents draw out at once and spend as fast as a thief would."""
    config = setting.config["victims"]
    n = max(int(setting.counts["victims"] * config["loan_share"] * 5), len(people) // 200)
    person = rng.integers(0, len(people), n)
    wallet = money.wallet_of[person]
    into = np.where(wallet >= 0, wallet, person)
    unit = int(config["loan_yuan"]) * 25
    amount = rng.integers(1, 9, n) * unit
    at = _moments(rng, setting, n)
    loans = payments(at, rng.choice(money.lenders, n), into, amount, BY_LOAN)
    back = at + (rng.lognormal(3.4, 1.2, n) * MINUTE).astype(np.int64)
    own = wallet >= 0
    withdrawals = payments(
        back[own] // SECOND * SECOND, wallet[own], person[own], amount[own], BY_WALLET
    )
    spent_at = (back + (rng.lognormal(2.6, 1.2, n) * MINUTE).astype(np.int64)) // SECOND * SECOND
    outlay = amount - rng.integers(0, 200, n) * 100
    friend = rng.integers(0, len(people), n)
    shop = rng.choice(money.shops, n)
    return [
        loans,
        withdrawals,
        payments(spent_at, person, np.where(rng.random(n) < 0.6, friend, shop), outlay, BY_BANK),
    ]


def _passers(
    rng: np.random.Generator,
    setting: Setting,
    people: People,
    money: Money,
    innocent: np.ndarray,
) -> list[LedgerPayments]:
    """Contractors, group buyers, rent collectors: in from strangers, out within minutes or days."""
    config = setting.config["money"]
    many = int(
        max(setting.counts["mules"], len(people) // 300)
        * config["look_alikes"]
        * setting.knob("lookalikes")
    )
    if many == 0:
        return []
    passer = rng.permutation(innocent)[:many]
    team = rng.integers(0, max(many // 8, 1), many)
    count = np.clip(rng.lognormal(1.6, 0.9, many), 1, 80).astype(np.int64)
    row = np.repeat(np.arange(many), count)
    amount = np.round(rng.lognormal(8.4, 1.1, len(row)).clip(200, 250_000)).astype(np.int64)
    amount = np.where(rng.random(len(row)) < 0.5, amount // 100 * 10_000, amount * 100).clip(20_000)
    # Each works in a burst of days, as mules do.
    start = rng.random(many) * (setting.days - 6)
    length = rng.gamma(2.0, 5.0, many)
    day = (start[row] + rng.random(len(row)) * length[row]).clip(0, setting.days - 2)
    at = (
        setting.start
        + (day.astype(np.int64)) * DAY
        + (9 + categories(rng, HOURS[9:23], len(row))) * HOUR
    )
    at += rng.integers(0, 3600, len(row)) * SECOND
    payer = categories(rng, people.activity, len(row))
    receipts = payments(
        at, payer, passer[row], amount, rng.choice([BY_BANK, BY_BANK, BY_QR], len(row))
    )
    lots = Lots(passer[row], at, amount, row, team[row])
    keep_share = rng.beta(1.2, 14, len(lots))
    parts, _ = split(rng, lots, keep_share, setting.knob("evasion"))
    books = [receipts]
    mates = rng.random(len(parts)) < 0.35
    to = np.where(mates, _mate(rng, team, passer, parts), _ends(rng, people, money, parts))
    transfers, once = _book(parts, to)
    books.append(once)
    onward = transfers.take(np.flatnonzero(mates))
    more, _ = split(rng, onward, rng.beta(1.2, 14, len(onward)), setting.knob("evasion"))
    books.append(_book(more, _ends(rng, people, money, more))[1])
    return books


def _mate(rng: np.random.Generator, team: np.ndarray, passer: np.ndarray, lots: Lots) -> np.ndarray:
    order = np.argsort(team, kind="stable")
    low = np.searchsorted(team[order], lots.group, "left")
    high = np.searchsorted(team[order], lots.group, "right")
    pick = low + (rng.random(len(lots)) * (high - low)).astype(np.int64)
    mate = passer[order[pick]]
    partner: np.ndarray = np.where(mate == lots.account, (lots.account + 1) % len(team), mate)
    return partner


def _ends(rng: np.random.Generator, people: People, money: Money, lots: Lots) -> np.ndarray:
    """Suppliers, households, cash, now and then cards."""
    n = len(lots)
    way = categories(rng, np.array([0.4, 0.3, 0.12, 0.18]), n)
    ends: np.ndarray = np.choose(
        way,
        [
            rng.integers(0, len(people), n),
            rng.choice(money.shops, n),
            rng.choice(money.desks, n),
            rng.choice(money.voucher_shops, n),
        ],
    )
    return ends


def _book(parts: Lots, to: np.ndarray) -> tuple[Lots, LedgerPayments]:
    transfers, payment = hand_on(parts, to)
    _, first = np.unique(payment, return_index=True)
    total = np.bincount(payment, parts.amount).astype(np.int64) if len(parts) else parts.amount
    return transfers, payments(transfers.at[first], parts.account[first], to[first], total, BY_BANK)


def _daily(
    rng: np.random.Generator, setting: Setting, people: People, money: Money, n: int
) -> list[LedgerPayments]:
    """Shops, small traders, friends, own accounts and cash."""
    way = categories(rng, np.array([0.34, 0.22, 0.3, 0.06, 0.08]), n)
    person = categories(rng, people.activity, n)
    traders = rng.permutation(len(people))[: max(len(people) // 40, 5)]
    size = rng.lognormal(0, 1.0, len(traders))
    friend = (person + 1 + (rng.random(n) ** 2 * 6).astype(np.int64) * 911) % len(people)
    own = np.where(money.wallet_of[person] >= 0, money.wallet_of[person], friend)
    payee = np.choose(
        way,
        [
            rng.choice(money.shops, n),
            traders[categories(rng, size, n)],
            friend,
            own,
            rng.choice(money.desks, n),
        ],
    )
    payer = money.source(person, rng.random(n) < people.wallet_habit[person])
    payer = np.where(payer == payee, person, payer)
    payee = np.where(payer == payee, friend, payee)
    fen = np.round(np.exp(rng.normal(np.array([3.6, 3.2, 5.2, 6.3, 6.6])[way], 1.1)) * 100)
    round_amount = np.where(way >= 2, np.maximum(np.round(fen / 10_000), 1) * 10_000, fen)
    amount = np.where((way == 4) | (rng.random(n) < 0.5), round_amount, fen).clip(100, 20_000_000)
    channel = np.where(
        way == 4,
        BY_CASH,
        np.where(way < 2, BY_QR, np.where(money.kind[payer] == 1, BY_WALLET, BY_BANK)),
    )
    return [payments(_moments(rng, setting, n), payer, payee, amount.astype(np.int64), channel)]
