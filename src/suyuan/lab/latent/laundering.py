"""Laundering: from each victim's account through mules to where the money rests.

Truth is kept coin by coin: every lot knows its victim, and each payment is made of known lots.
"""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.flows import Lots, hand_on, join, split
from suyuan.lab.latent.ledger import (
    BY_BANK,
    BY_CASH,
    BY_LOAN,
    BY_QR,
    BY_WALLET,
    LedgerPayments,
    Money,
    payments,
    together,
)
from suyuan.lab.latent.rings import CASHIER, MULE, Rings
from suyuan.lab.latent.victims import LOAN, VOUCHER, ScamVictims
from suyuan.lab.seeds import categories
from suyuan.lab.setting import HOUR, MINUTE, SECOND, Setting

BALANCE, CASH, PURCHASE, LEFTOVER = range(4)
REASONS = ("balance", "cash", "purchase", "balance")


@dataclass(frozen=True)
class Laundering:
    """Payments of stolen money, the lots that ended, and those that became cards.

    ``first`` are the origins (victim → payee), one row each with ``first_victim``. ``rest`` are the
    lots where they lie at the end with ``rest_reason``; ``to_cards`` those about to buy cards at a
    voucher shop (account: who buys).
    """

    book: LedgerPayments
    first_victim: np.ndarray
    first_payee: np.ndarray
    rest: Lots
    rest_reason: np.ndarray
    to_cards: Lots
    by_victim: np.ndarray


def build(setting: Setting, money: Money, rings: Rings, victims: ScamVictims) -> Laundering:
    """Follow every victim's money from hand to hand."""
    rng = setting.rng("laundering")
    mules = [rings.of(MULE, ring) for ring in range(rings.n)]
    books: list[LedgerPayments] = []
    lots, direct = _origins(rng, setting, money, victims, mules, books)
    first_payee, first_victim = _first(books, lots)
    hops = categories(rng, np.array(setting.config["money"]["hops"]), len(lots))
    rests: list[tuple[Lots, int]] = []
    ends: list[Lots] = []
    patience = setting.knob("evasion")
    for hop in range(3):
        stuck = rng.random(len(lots)) < 0.03
        rests.append((lots.take(stuck), LEFTOVER))
        is_done = (hops <= hop) & ~stuck
        ends.append(lots.take(is_done))
        going = ~stuck & ~is_done
        lots, hops = lots.take(going), hops[going]
        if not len(lots):
            break
        lots, hops = _pass_on(rng, setting, lots, hops, mules, rests, books, patience)
    to_cards = _cash_out(rng, setting, money, rings, join(ends), rests, books, patience)
    book, _ = together(books)
    rest = join([part for part, _ in rests])
    reason = np.concatenate([np.full(len(part), why) for part, why in rests])
    cards = join([to_cards, direct])
    by_victim = np.concatenate([np.zeros(len(to_cards), bool), np.ones(len(direct), bool)])
    return Laundering(book, first_victim, first_payee, rest, reason, cards, by_victim)


def _first(books: list[LedgerPayments], lots: Lots) -> tuple[np.ndarray, np.ndarray]:
    return books[-1].payee.copy(), lots.origin.copy()


def _origins(
    rng: np.random.Generator,
    setting: Setting,
    money: Money,
    victims: ScamVictims,
    mules: list[np.ndarray],
    books: list[LedgerPayments],
) -> tuple[Lots, Lots]:
    """Loans disbursed and withdrawn, then the victims' payments to the first mules."""
    n = len(victims)
    wallet = money.wallet_of[victims.person]
    loan = victims.path == LOAN
    unit = int(setting.config["victims"]["loan_yuan"]) * 100
    sum_lent = np.maximum(np.ceil(victims.loss / unit * 4) / 4 * unit, unit // 4).astype(np.int64)
    into = np.where(wallet >= 0, wallet, victims.person)
    arrival = victims.paid_at - (rng.gamma(2, 25 * MINUTE, n)).astype(np.int64) - 30 * MINUTE
    lender = money.lenders[rng.integers(0, len(money.lenders), n)]
    books.append(payments(arrival[loan], lender[loan], into[loan], sum_lent[loan], BY_LOAN))
    own = loan & (wallet >= 0)
    back = arrival + ((victims.paid_at - arrival) * rng.uniform(0.3, 0.8, n)).astype(np.int64)
    books.append(payments(back[own], wallet[own], victims.person[own], sum_lent[own], BY_WALLET))
    many = np.where(loan, 1, 1 + rng.binomial(3, 0.25, n))
    many = np.where(victims.loss < 300_000, 1, many)
    row = np.repeat(np.arange(n), many)
    share = rng.uniform(0.4, 1.6, len(row))
    part = (victims.loss[row] * share / np.bincount(row, share, minlength=n)[row]).astype(np.int64)
    part = part // 10_000 * 10_000
    last = np.r_[row[1:] != row[:-1], True] if len(row) else row.astype(bool)
    part[last] += (victims.loss - np.bincount(row, part, minlength=n).astype(np.int64))[row[last]]
    step = np.concatenate([np.arange(m) for m in many]) if n else row
    at = victims.paid_at[row] + (step * rng.gamma(2, 9 * MINUTE, len(row))).astype(np.int64)
    lots = Lots(victims.person[row], at // SECOND * SECOND, part, row, victims.ring[row])
    direct = victims.path[row] == VOUCHER
    transfers = lots.take(~direct)
    to = _mule(rng, transfers, mules, at_front=True)
    first_lots, _ = hand_on(transfers, to, window=1)
    channel = np.where(rng.random(len(transfers)) < 0.25, BY_QR, BY_BANK)
    books.append(
        payments(first_lots.at, transfers.account, first_lots.account, first_lots.amount, channel)
    )
    return first_lots, lots.take(direct)


def _mule(
    rng: np.random.Generator, lots: Lots, mules: list[np.ndarray], *, at_front: bool = False
) -> np.ndarray:
    """A mule of the lot's ring, mostly one in use that week; never the account it lies in."""
    week = lots.at // (60 * HOUR)
    to = np.empty(len(lots), dtype=np.int64)
    for ring, pool in enumerate(mules):
        rows = np.flatnonzero(lots.group == ring)
        in_use = max(len(pool) // 4, 2)
        # The first third of a ring's mules takes the victims' money, the others only pass it on.
        front = max(len(pool) // 3, 1)
        shift = week[rows] * 3 % len(pool)
        pick = (shift + rng.integers(0, in_use, len(rows))) % len(pool)
        if at_front:
            pick = pick % front
        elif len(pool) > 2 * front:
            pick = front + pick % (len(pool) - front)
        again = pool[pick] == lots.account[rows]
        to[rows] = pool[np.where(again, (pick + 1) % len(pool), pick)]
    return to


def _pass_on(
    rng: np.random.Generator,
    setting: Setting,
    lots: Lots,
    hops: np.ndarray,
    mules: list[np.ndarray],
    rests: list[tuple[Lots, int]],
    books: list[LedgerPayments],
    patience: float,
) -> tuple[Lots, np.ndarray]:
    """One hop: split, keep the commission, merge what goes to the same mule at the same time."""
    keep_share = rng.gamma(2, setting.config["money"]["mule_commission"] / 2, len(lots))
    indexed_lots = Lots(lots.account, lots.at, lots.amount, np.arange(len(lots)), lots.group)
    parts, kept_lots = split(rng, indexed_lots, keep_share.clip(0, 0.2), patience)
    rests.append((_with_origin(kept_lots, lots.origin), BALANCE))
    next_lots = _pay(parts, _mule(rng, parts, mules), books, BY_BANK)
    return _with_origin(next_lots, lots.origin), hops[next_lots.origin]


def _with_origin(lots: Lots, origin: np.ndarray) -> Lots:
    return Lots(lots.account, lots.at, lots.amount, origin[lots.origin], lots.group)


def _pay(parts: Lots, to: np.ndarray, books: list[LedgerPayments], channel: int) -> Lots:
    """Hand parts on and enter the merged payments in the books."""
    next_lots, payment = hand_on(parts, to)
    if not len(parts):
        return next_lots
    _, first = np.unique(payment, return_index=True)
    total = np.bincount(payment, parts.amount).astype(np.int64)
    books.append(payments(next_lots.at[first], parts.account[first], to[first], total, channel))
    return next_lots


def _cash_out(
    rng: np.random.Generator,
    setting: Setting,
    money: Money,
    rings: Rings,
    ends: Lots,
    rests: list[tuple[Lots, int]],
    books: list[LedgerPayments],
    patience: float,
) -> Lots:
    """The last mule buys cards, draws cash, buys goods, or pays the ring's own account."""
    share = np.where(ends.group == 0, *setting.config["rings"]["voucher_share"])
    draw = rng.random(len(ends))
    way = np.where(draw < share, 0, 1 + categories(rng, np.array([0.45, 0.2, 0.35]), len(ends)))
    keep_share = rng.gamma(2, setting.config["money"]["mule_commission"] / 2, len(ends)).clip(
        0, 0.2
    )
    parts, kept_lots = split(
        rng,
        Lots(ends.account, ends.at, ends.amount, np.arange(len(ends)), ends.group),
        keep_share,
        patience,
    )
    rests.append((_with_origin(kept_lots, ends.origin), BALANCE))
    how = way[parts.origin]
    parts = _with_origin(parts, ends.origin)
    withdrawals = parts.take(how == 1)
    cash = _pay(withdrawals, rng.choice(money.desks, len(withdrawals)), books, BY_CASH)
    # What is known of cash is whose account it was drawn from; the machine keeps none of it.
    rests.append((Lots(withdrawals.account, cash.at, cash.amount, cash.origin, cash.group), CASH))
    shops = rng.choice(money.shops, int((how == 2).sum()))
    rests.append((_pay(parts.take(how == 2), shops, books, BY_QR), PURCHASE))
    kept_by = parts.take(how == 3)
    cashier = np.array(
        [rng.choice(rings.of(CASHIER, int(g))) for g in kept_by.group], dtype=np.int64
    )
    rests.append((_pay(kept_by, cashier, books, BY_BANK), BALANCE))
    return parts.take(how == 0)
