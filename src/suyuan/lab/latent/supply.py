"""Dealings: who sold what to whom, the guilty among honest second-hand trade."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.cardhands import TRANSFER
from suyuan.lab.latent.cardtrade import CardTrade
from suyuan.lab.latent.leaks import Leaks
from suyuan.lab.latent.ledger import BY_BANK, BY_WALLET, LedgerPayments, Money, payments
from suyuan.lab.latent.people import People
from suyuan.lab.latent.rings import BOSS, BROKER, CALLER, QQ, SIM_TRADER, WECHAT, Rings
from suyuan.lab.seeds import categories
from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND, Setting

GOODS = (
    "records",
    "chat_account",
    "token_account",
    "sim",
    "otp",
    "voucher",
    "bank_account",
    "service",
)
RECORDS, CHAT, TOKEN, SIM, OTP, VOUCHER, BANK_ACCOUNT, SERVICE = range(8)
# Fen for each piece: records fall from six yuan with age; a new chat account, one with a token …
UNIT_PRICE = np.array([300, 1000, 2500, 3000, 50, 0, 50_000, 20_000])


@dataclass(frozen=True)
class Supply:
    """One row for each dealing (people on both sides), and the payments for them.

    ``payment`` is the row of ``book``, -1 where paid in another way; ``source`` the leak whose
    records were sold; ``guilty`` (truth) whether it served a ring; ``ring`` which one.
    """

    at: np.ndarray
    seller: np.ndarray
    buyer: np.ndarray
    goods: np.ndarray
    quantity: np.ndarray
    price: np.ndarray
    payment: np.ndarray
    ring: np.ndarray
    source: np.ndarray
    card_event: np.ndarray
    book: LedgerPayments

    def __len__(self) -> int:
        return len(self.at)


def build(
    setting: Setting,
    people: People,
    money: Money,
    rings: Rings,
    leaks: Leaks,
    cards: CardTrade,
) -> Supply:
    """Dealings of the rings' suppliers, of the same suppliers with strangers, and honest ones."""
    rng = setting.rng("supply")
    rows = _ring_dealings(rng, setting, rings, leaks)
    rows = _with_strangers(rng, people, rows)
    rows = np.concatenate([rows, _honest(rng, setting, people, rings, max(len(rows) * 2, 200))])
    deals = _card_deals(rng, cards)
    n, m = len(rows), len(deals)
    quantity, price = _prices(rng, rows)
    is_paid = rng.random(n) < 0.6
    book = payments(
        rows[is_paid, 0] + rng.integers(1, 40, int(is_paid.sum())) * MINUTE,
        money.source(rows[is_paid, 2], rng.random(int(is_paid.sum())) < 0.5),
        rows[is_paid, 1],
        price[is_paid],
        rng.choice([BY_BANK, BY_WALLET], int(is_paid.sum())),
    )
    payment = np.full(n + m, -1)
    payment[:n][is_paid] = np.arange(len(book))
    blank = np.full(m, -1)
    card_at, card_from, card_to = (
        getattr(cards, name)[deals] for name in ("event_at", "event_from", "event_to")
    )
    return Supply(
        at=np.concatenate([rows[:, 0], card_at]),
        seller=np.concatenate([rows[:, 1], card_from]),
        buyer=np.concatenate([rows[:, 2], card_to]),
        goods=np.concatenate([rows[:, 3], np.full(m, VOUCHER)]),
        quantity=np.concatenate([quantity, np.ones(m, dtype=np.int64)]),
        price=np.concatenate([price, cards.event_price[deals]]),
        payment=payment,
        ring=np.concatenate([rows[:, 4], blank]),
        source=np.concatenate([rows[:, 5], blank]),
        card_event=np.concatenate([np.full(n, -1), deals]),
        book=book,
    )


def _when(rng: np.random.Generator, setting: Setting, n: int) -> np.ndarray:
    at = setting.start + rng.random(n) * (setting.days - 1) * DAY
    moment: np.ndarray = at.astype(np.int64) // SECOND * SECOND
    return moment


def _rows(
    at: np.ndarray, seller: int, buyer: np.ndarray, goods: int, ring: int, source: int = -1
) -> np.ndarray:
    unit = np.ones(len(at), dtype=np.int64)
    return np.stack([at, unit * seller, buyer, unit * goods, unit * ring, unit * source], axis=1)


def _ring_dealings(
    rng: np.random.Generator, setting: Setting, rings: Rings, leaks: Leaks
) -> np.ndarray:
    """Each supplier deals with the ring's callers and boss every few days."""
    dealings: list[np.ndarray] = [np.empty((0, 6), dtype=np.int64)]
    for role, goods in ((BROKER, RECORDS), (WECHAT, CHAT), (QQ, CHAT), (SIM_TRADER, SIM)):
        for person in rings.of(role):
            for ring in rings.rings_of(int(person), role):
                buyers = np.concatenate([rings.of(CALLER, int(ring)), rings.of(BOSS, int(ring))])
                at = _when(rng, setting, int(rng.integers(4, 11)))
                to = buyers[rng.integers(0, len(buyers), len(at))]
                ware = TOKEN if role == QQ and rng.random() < 0.5 else goods
                sources = np.flatnonzero((leaks.broker == person) & leaks.used)
                source = int(rng.choice(sources)) if role == BROKER and len(sources) else -1
                dealings.append(_rows(at, int(person), to, ware, int(ring), source))
    for role in (WECHAT, QQ):
        for person in rings.of(role):
            traders = rings.of(SIM_TRADER)
            at = _when(rng, setting, int(rng.integers(2, 6)))
            to = np.full(len(at), person)
            dealings.append(_rows(at, int(rng.choice(traders)), to, SIM, -1))
    return np.concatenate(dealings)


def _with_strangers(rng: np.random.Generator, people: People, rows: np.ndarray) -> np.ndarray:
    """Suppliers sell to others as well: the rest of the black market, about as often."""
    again = rows[rng.random(len(rows)) < 0.8].copy()
    again[:, 2] = rng.integers(0, len(people), len(again))
    again[:, 4] = -1
    again[:, 0] += rng.integers(-48, 48, len(again)) * HOUR
    return np.concatenate([rows, again])


def _honest(
    rng: np.random.Generator, setting: Setting, people: People, rings: Rings, n: int
) -> np.ndarray:
    """Gamers selling accounts, address lists, SIM wholesale, repairs and deliveries.

    A ring's hands buy of them too, now and then, and tell nobody what for.
    """
    sellers = np.setdiff1d(np.arange(len(people)), np.unique(rings.person))
    sellers = rng.permutation(sellers)[: max(n // 8, 10)]
    main = categories(rng, np.array([0.2, 0.25, 0.1, 0.2, 0.05, 0.0, 0.02, 0.18]), len(sellers))
    seller = categories(rng, rng.lognormal(0, 0.7, len(sellers)), n)
    regulars = rng.integers(0, len(people), len(sellers) * 3)
    is_regular = rng.random(n) < 0.5
    buyer = np.where(
        is_regular, regulars[seller * 3 + rng.integers(0, 3, n)], rng.integers(0, len(people), n)
    )
    users = np.concatenate([rings.of(CALLER), rings.of(BOSS)])
    if len(users):
        buyer = np.where(rng.random(n) < 0.04, rng.choice(users, n), buyer)
    blank = np.full(n, -1)
    return np.stack(
        [_when(rng, setting, n), sellers[seller], buyer, main[seller], blank, blank], axis=1
    )


def _prices(rng: np.random.Generator, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Quantity and total price. Records: at most six yuan each, less as they age."""
    goods = rows[:, 3]
    n = len(rows)
    scale = np.array([5.5, 4.5, 3.5, 2.5, 5.0, 0, 0.7, 0.3])[goods]
    quantity = np.maximum(np.round(np.exp(rng.normal(scale, 0.8))), 1).astype(np.int64)
    fresh = np.round(600 * np.exp(-rng.exponential(0.8, n))).clip(5, 600)
    unit = np.where(goods == RECORDS, fresh, UNIT_PRICE[goods] * rng.lognormal(0, 0.4, n))
    return quantity, np.maximum(np.round(quantity * unit), 100).astype(np.int64)


def _card_deals(rng: np.random.Generator, cards: CardTrade) -> np.ndarray:
    """Some of the resales of cards stand in a ledger as well, honest ones too."""
    sales = np.flatnonzero((cards.event == TRANSFER) & (cards.event_price > 0))
    selection: np.ndarray = sales[rng.random(len(sales)) < 0.12]
    return selection
