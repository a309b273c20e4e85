"""Prepaid cards and points: bought with stolen or honest money, handed on, resold, redeemed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from suyuan.lab.latent.cardhands import (
    CARD,
    CREDIT,
    ISSUE,
    NO_PARTY,
    POINTS,
    UNITS,
    PrepaidCards,
    Sheet,
    deal,
    faces,
    hand_over,
    join_cards,
    prices,
    redeem,
    resell,
    whole,
)
from suyuan.lab.latent.flows import Lots
from suyuan.lab.latent.laundering import Laundering
from suyuan.lab.latent.ledger import BY_BANK, BY_QR, BY_WALLET, LedgerPayments, Money, payments
from suyuan.lab.latent.people import People
from suyuan.lab.latent.rings import CASHIER, MIDDLEMAN, QCOIN, SUNING, Rings
from suyuan.lab.seeds import categories
from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND, Setting

#: Honest resellers of each ring's surroundings to whom a part of its cards goes unknown to them.
CARELESS_RESELLERS: Final = 2


@dataclass(frozen=True)
class CardTrade:
    """Cards, the events of each, and the payments behind them.

    ``event_payment`` is the row of ``book`` that paid for an event, -1 none. For each card: kind,
    face (fen), ``origin`` (victim, -1 honest), ``holder`` (the person with whom it came to rest,
    -1: the card itself), ``ring``.
    """

    kind: np.ndarray
    face: np.ndarray
    origin: np.ndarray
    ring: np.ndarray
    holder: np.ndarray
    event_card: np.ndarray
    event: np.ndarray
    event_at: np.ndarray
    event_from: np.ndarray
    event_to: np.ndarray
    event_price: np.ndarray
    event_payment: np.ndarray
    book: LedgerPayments
    rest: Lots
    resellers: np.ndarray
    collectors: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)


def build(
    setting: Setting, people: People, money: Money, rings: Rings, dirty: Laundering
) -> CardTrade:
    """Stolen money into cards, cards to dealers; and the honest trade beside it."""
    rng = setting.rng("cardtrade")
    sheet = Sheet()
    stolen_cards, rest = _buy(rng, setting, money, dirty.to_cards, dirty.by_victim, sheet)
    ring_people = np.unique(rings.person)
    honest = rng.permutation(np.setdiff1d(np.arange(len(people)), ring_people))
    many = setting.counts["honest_resellers"]
    resellers, collectors = honest[:many], honest[many : many + max(many // 2, 6)]
    clean = _honest_buyers(rng, setting, people, money, sheet, len(stolen_cards.face), collectors)
    every = join_cards(stolen_cards, clean)
    holder = np.full(len(every.face), NO_PARTY)
    _dealers(rng, setting, money, rings, every, len(stolen_cards.face), resellers, holder, sheet)
    dealers = np.concatenate([rings.of(SUNING), rings.of(QCOIN)])
    buyers = np.concatenate([resellers, dealers])
    _honest_sales(
        rng, setting, people, money, every, len(stolen_cards.face), buyers, many, collectors, sheet
    )
    card, event, at, giver, taker, price, payment = (
        np.concatenate([e[i] for e in sheet.events]) for i in range(7)
    )
    return CardTrade(
        kind=every.kind,
        face=every.face,
        origin=every.origin,
        ring=every.ring,
        holder=holder,
        event_card=card,
        event=event,
        event_at=at,
        event_from=giver,
        event_to=taker,
        event_price=price,
        event_payment=payment,
        book=whole(sheet.books),
        rest=rest,
        resellers=resellers,
        collectors=collectors,
    )


def _buy(
    rng: np.random.Generator,
    setting: Setting,
    money: Money,
    lots: Lots,
    by_victim: np.ndarray,
    sheet: Sheet,
) -> tuple[PrepaidCards, Lots]:
    """Mules (or victims themselves, by scanning a code) buy cards; what is left over stays."""
    shares = setting.config["rings"]["suning_share"]
    drift = setting.config["drift"]
    kind = np.where(rng.random(len(lots)) < shares, CARD, POINTS)
    late = lots.at > setting.start + int(drift["day"]) * DAY
    kind = np.where(late & (rng.random(len(lots)) < drift["share"]), CREDIT, kind)
    row, face = faces(rng, lots.amount, int(UNITS[-1]))
    spend = np.bincount(row, face, minlength=len(lots)).astype(np.int64)
    is_buyer = spend > 0
    shop = money.voucher_shops[kind * 2 + rng.integers(0, 2, len(lots))]
    channel = np.where(by_victim, BY_QR, rng.choice([BY_BANK, BY_WALLET], len(lots)))
    new_payments = sheet.pay(
        payments(
            lots.at[is_buyer],
            lots.account[is_buyer],
            shop[is_buyer],
            spend[is_buyer],
            channel[is_buyer],
        )
    )
    payment = np.full(len(lots), -1)
    payment[is_buyer] = new_payments
    # The account is a person's bank account, and has that person's number.
    buyer = money.owner[lots.account]
    at = lots.at[row] + rng.integers(2, 90, len(row)) * SECOND
    card = np.arange(len(row))
    no_giver = np.full(len(row), NO_PARTY)
    sheet.note(card, ISSUE, at, (no_giver, buyer[row]), face, payment[row])
    remainder = lots.amount - spend
    rest = Lots(lots.account, lots.at, remainder, lots.origin, lots.group).take(remainder > 0)
    return PrepaidCards(kind[row], face, lots.origin[row], lots.group[row], buyer[row], at), rest


def _honest_buyers(
    rng: np.random.Generator,
    setting: Setting,
    people: People,
    money: Money,
    sheet: Sheet,
    stolen_count: int,
    collectors: np.ndarray,
) -> PrepaidCards:
    """Presents, game players, firms' welfare cards; collectors buy up many at once as mules do."""
    total = max(setting.counts["vouchers"] - stolen_count, 200)
    buys = max(total // 5, 20)
    amount = np.round(rng.lognormal(7.2, 1.3, buys)).clip(50, 40_000).astype(np.int64) * 100
    buyer = categories(rng, people.activity, buys)
    often = rng.random(buys) < 0.3
    amount = np.where(often, np.minimum(amount * 5 // 2, 4_000_000), amount)
    buyer = np.where(often, collectors[rng.integers(0, len(collectors), buys)], buyer)
    account = money.source(buyer, rng.random(buys) < 0.5)
    at = setting.start + (rng.random(buys) * (setting.days - 1) * DAY).astype(np.int64)
    lots = Lots(account, at // SECOND * SECOND, amount, np.full(buys, -1), np.full(buys, -1))
    cards, _ = _buy_clean(rng, money, lots, sheet, stolen_count)
    return cards


def _buy_clean(
    rng: np.random.Generator, money: Money, lots: Lots, sheet: Sheet, first_card: int
) -> tuple[PrepaidCards, Lots]:
    kind = categories(rng, np.array([0.45, 0.5, 0.05]), len(lots))
    row, face = faces(rng, lots.amount, int(UNITS[-1]))
    spend = np.bincount(row, face, minlength=len(lots)).astype(np.int64)
    shop = money.voucher_shops[kind * 2 + rng.integers(0, 2, len(lots))]
    is_buyer = spend > 0
    channel = rng.choice([BY_BANK, BY_WALLET, BY_QR], len(lots))
    payment = np.full(len(lots), -1)
    payment[is_buyer] = sheet.pay(
        payments(
            lots.at[is_buyer],
            lots.account[is_buyer],
            shop[is_buyer],
            spend[is_buyer],
            channel[is_buyer],
        )
    )
    buyer = money.owner[lots.account]
    at = lots.at[row] + rng.integers(2, 90, len(row)) * SECOND
    card = first_card + np.arange(len(row))
    sheet.note(card, ISSUE, at, (np.full(len(row), NO_PARTY), buyer[row]), face, payment[row])
    return PrepaidCards(kind[row], face, lots.origin[row], lots.group[row], buyer[row], at), lots


def _dealers(
    rng: np.random.Generator,
    setting: Setting,
    money: Money,
    rings: Rings,
    cards: PrepaidCards,
    stolen_count: int,
    resellers: np.ndarray,
    holder: np.ndarray,
    sheet: Sheet,
) -> None:
    """Stolen cards: through the middleman (who keeps a cut) or straight to the ring's dealers.

    One in five goes astray: to honest resellers, most of it to two who ask a middleman nothing.
    """
    for ring in range(rings.n):
        index = np.flatnonzero(cards.ring[:stolen_count] == ring)
        middle, cashiers = rings.of(MIDDLEMAN, ring), rings.of(CASHIER, ring)
        careless = rng.choice(resellers, CARELESS_RESELLERS)
        is_kept = rng.random(len(index)) < 0.07
        index = index[~is_kept]
        through = rng.random(len(index)) < 0.75
        via = middle[rng.integers(0, len(middle), len(index))]
        hand_over(rng, cards, index[through], via[through], sheet)
        for kind, role in ((POINTS, QCOIN), (CARD, SUNING), (CREDIT, QCOIN)):
            pool = rings.of(role, ring)
            rows = np.flatnonzero(cards.kind[index] == kind)
            dealer = pool[rng.integers(0, len(pool), len(rows))]
            astray = rng.random(len(rows))
            dealer = np.where(astray < 0.2, rng.choice(careless, len(rows)), dealer)
            dealer = np.where(astray < 0.06, rng.choice(resellers, len(rows)), dealer)
            batch = index[rows]
            payee = np.where(through[rows], via[rows], rng.choice(cashiers, len(rows)))
            price = prices(rng, setting, cards.kind[batch], cards.face[batch], dealer)
            deal(rng, cards, batch, dealer, payee, price, sheet, money)
            holder[batch] = dealer
            _cut(rng, cashiers, payee, through[rows], price, cards.since[batch], sheet)
            resell(rng, cards, batch, len(money.wallet_of), money, sheet)


def _cut(
    rng: np.random.Generator,
    cashiers: np.ndarray,
    payee: np.ndarray,
    through: np.ndarray,
    price: np.ndarray,
    at: np.ndarray,
    sheet: Sheet,
) -> None:
    """The middleman pays the ring what he got, less one or two in a hundred."""
    person, day = payee[through], at[through] // (9 * HOUR)
    key = np.stack([person, day])
    _, deal = np.unique(key, axis=1, return_inverse=True)
    deal = deal.ravel()
    _, first = np.unique(deal, return_index=True)
    when = np.zeros(len(first), dtype=np.int64)
    np.maximum.at(when, deal, at[through])
    total = np.bincount(deal, price[through]) * rng.uniform(0.98, 0.995, len(first))
    delay = (rng.gamma(2, HOUR, len(first)) + 10 * MINUTE).astype(np.int64)
    to = rng.choice(cashiers, len(first))
    sheet.pay(
        payments(
            (when + delay) // SECOND * SECOND,
            person[first],
            to,
            np.round(total).astype(np.int64),
            BY_BANK,
        )
    )


def _honest_sales(
    rng: np.random.Generator,
    setting: Setting,
    people: People,
    money: Money,
    cards: PrepaidCards,
    stolen_count: int,
    resellers: np.ndarray,
    honest: int,
    collectors: np.ndarray,
    sheet: Sheet,
) -> None:
    """Unwanted cards: to a collector first or straight to an honest reseller, at market prices."""
    index = np.arange(stolen_count, len(cards.face))
    sales = index[rng.random(len(index)) < 0.75]
    weight = rng.lognormal(0, 0.9, len(resellers)) * np.where(
        np.arange(len(resellers)) < honest, 1.0, 0.4
    )
    # Two in three trade in one kind only, as dealers do.
    taste = rng.choice([POINTS, CARD, NO_PARTY], len(resellers))
    choice = np.zeros(len(sales), dtype=np.int64)
    for kind in np.unique(cards.kind[sales]):
        rows = np.flatnonzero(cards.kind[sales] == kind)
        takes = (taste == kind) | (taste == NO_PARTY)
        choice[rows] = categories(rng, weight * np.where(takes, 1.0, 0.002), len(rows))
    pool = resellers[choice]
    # Some resellers buy from whoever comes, others from two or three collectors they know.
    through = rng.random(len(sales)) < rng.beta(0.7, 0.7, len(resellers))[choice]
    regulars = collectors[
        (choice[through] * 3 + rng.integers(0, 2, int(through.sum()))) % len(collectors)
    ]
    hand_over(rng, cards, sales[through], regulars, sheet)
    price = prices(rng, setting, cards.kind[sales], cards.face[sales], pool)
    deal(rng, cards, sales, pool, cards.holder[sales].copy(), price, sheet, money)
    resell(rng, cards, sales, len(people), money, sheet)
    rest = np.setdiff1d(index, sales)
    redeem(rng, cards, rest, sheet)
