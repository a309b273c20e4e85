"""What can be done with cards: bought in usual faces, handed over, dealt, resold, redeemed."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.ledger import BY_BANK, BY_QR, LedgerPayments, Money, payments
from suyuan.lab.setting import DAY, HOUR, MINUTE, SECOND, Setting

KINDS = ("qcoin", "suning", "phone_credit")
POINTS, CARD, CREDIT = range(3)
ISSUE, TRANSFER, REDEEM = range(3)
EVENTS = ("issue", "transfer", "redeem")
UNITS = np.array([5_000, 10_000, 20_000, 30_000, 50_000, 100_000])
NO_PARTY = -1


class Sheet:
    """Collects events and payments; payments are numbered as they come."""

    def __init__(self) -> None:
        self.events: list[tuple[np.ndarray, ...]] = []
        self.books: list[LedgerPayments] = []
        self.paid = 0

    def pay(self, book: LedgerPayments) -> np.ndarray:
        rows = np.arange(self.paid, self.paid + len(book))
        self.books.append(book)
        self.paid += len(book)
        return rows

    def note(
        self,
        card: np.ndarray,
        event: int,
        at: np.ndarray,
        sides: tuple[np.ndarray, np.ndarray],
        price: np.ndarray,
        payment: np.ndarray,
    ) -> None:
        self.events.append(
            (card, np.full(len(card), event), at // SECOND * SECOND, *sides, price, payment)
        )


@dataclass
class PrepaidCards:
    """Cards and, as the trade goes on, who has each one since when."""

    kind: np.ndarray
    face: np.ndarray
    origin: np.ndarray
    ring: np.ndarray
    holder: np.ndarray
    since: np.ndarray


def join_cards(a: PrepaidCards, b: PrepaidCards) -> PrepaidCards:
    names = ("kind", "face", "origin", "ring", "holder", "since")
    return PrepaidCards(*(np.concatenate([getattr(a, n), getattr(b, n)]) for n in names))


def whole(books: list[LedgerPayments]) -> LedgerPayments:
    names = ("at", "payer", "payee", "amount", "channel", "memo", "order")
    return LedgerPayments(*(np.concatenate([getattr(b, n) for b in books]) for n in names))


def faces(
    rng: np.random.Generator, amount: np.ndarray, biggest: int
) -> tuple[np.ndarray, np.ndarray]:
    """Cards of usual faces within each amount: (row of the amount, face); the change is left."""
    rows: list[np.ndarray] = []
    faces: list[np.ndarray] = []
    rest = amount.copy()
    for unit in UNITS[biggest >= UNITS][::-1]:
        skip = rng.random(len(rest)) < 0.25 if unit > UNITS[1] else np.zeros(len(rest), bool)
        count = np.where(skip, 0, rest // unit)
        if unit == UNITS[0]:
            count = np.minimum(count, 6)
        rows.append(np.repeat(np.arange(len(rest)), count))
        faces.append(np.full(int(count.sum()), unit))
        rest = rest - count * unit
    row = np.concatenate(rows)
    order = np.argsort(row, kind="stable")
    return row[order], np.concatenate(faces)[order]


def prices(
    rng: np.random.Generator,
    setting: Setting,
    kind: np.ndarray,
    face: np.ndarray,
    dealer: np.ndarray,
) -> np.ndarray:
    """What a dealer pays: the market's discount, with a spread of his own and one by the deal."""
    config = setting.config["money"]
    base = np.array([config["discount"]["qcoin"], config["discount"]["suning"], 0.9])[kind]
    spread = np.array([config["spread"]["qcoin"], config["spread"]["suning"], 0.02])[kind]
    own = np.sin(dealer * 12.9898) * 0.6
    rate = base + spread * (own + rng.normal(0, 0.7, len(kind)))
    price: np.ndarray = np.round(face * rate.clip(0.5, 0.995)).astype(np.int64)
    return price


def deal(
    rng: np.random.Generator,
    cards: PrepaidCards,
    index: np.ndarray,
    buyer: np.ndarray,
    payee: np.ndarray,
    price: np.ndarray,
    sheet: Sheet,
    money: Money,
) -> None:
    """Cards of one seller to one buyer within hours are one deal, paid for at once."""
    window = cards.since[index] // (6 * HOUR)
    key = np.stack([cards.holder[index], buyer, payee, cards.kind[index], window])
    _, deal = np.unique(key, axis=1, return_inverse=True)
    deal = deal.ravel()
    _, first = np.unique(deal, return_index=True)
    when = np.zeros(len(first), dtype=np.int64)
    np.maximum.at(when, deal, cards.since[index])
    when += (rng.gamma(2, 50 * MINUTE, len(first))).astype(np.int64) + 5 * MINUTE
    when = when // SECOND * SECOND
    total = np.bincount(deal, price).astype(np.int64)
    source = money.source(buyer[first], rng.random(len(first)) < 0.4)
    payment = sheet.pay(payments(when, source, payee[first], total, BY_BANK))
    at = when[deal] + rng.integers(-600, 600, len(deal)) * SECOND
    at = np.maximum(at, cards.since[index] + SECOND)
    sheet.note(index, TRANSFER, at, (cards.holder[index], buyer), price, payment[deal])
    cards.holder[index], cards.since[index] = buyer, at


def hand_over(
    rng: np.random.Generator, cards: PrepaidCards, index: np.ndarray, to: np.ndarray, sheet: Sheet
) -> None:
    """Card numbers sent on without money."""
    at = cards.since[index] + (rng.lognormal(2.5, 1.0, len(index)) * MINUTE).astype(np.int64)
    no_payment = np.full(len(index), -1)
    sheet.note(index, TRANSFER, at, (cards.holder[index], to), no_payment, no_payment)
    cards.holder[index], cards.since[index] = to, at


def resell(
    rng: np.random.Generator,
    cards: PrepaidCards,
    index: np.ndarray,
    people: int,
    money: Money,
    sheet: Sheet,
) -> None:
    """To customers at a little under face within days; they redeem."""
    sales = index[rng.random(len(index)) < 0.85]
    dealer = cards.holder[sales]
    customer = rng.integers(0, people, len(sales))
    at = cards.since[sales] + (rng.gamma(1.5, 20 * HOUR, len(sales))).astype(np.int64) + 20 * MINUTE
    at = at // SECOND * SECOND
    rate = np.array([0.93, 0.985, 0.96])[cards.kind[sales]] + rng.normal(0, 0.008, len(sales))
    price = np.round(cards.face[sales] * rate.clip(0.6, 1.0)).astype(np.int64)
    source = money.source(customer, rng.random(len(sales)) < 0.6)
    payment = sheet.pay(payments(at, source, dealer, price, BY_QR))
    sheet.note(sales, TRANSFER, at + 30 * SECOND, (dealer, customer), price, payment)
    cards.holder[sales], cards.since[sales] = customer, at
    redeem(rng, cards, sales, sheet)


def redeem(rng: np.random.Generator, cards: PrepaidCards, index: np.ndarray, sheet: Sheet) -> None:
    redemptions = index[rng.random(len(index)) < 0.7]
    at = (
        cards.since[redemptions]
        + (rng.gamma(1.0, 2 * DAY, len(redemptions))).astype(np.int64)
        + MINUTE
    )
    no_payment = np.full(len(redemptions), -1)
    sheet.note(
        redemptions,
        REDEEM,
        at,
        (cards.holder[redemptions], np.full(len(redemptions), NO_PARTY)),
        no_payment,
        no_payment,
    )
