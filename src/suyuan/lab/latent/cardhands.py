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
NOBODY = -1


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
    who: np.ndarray
    since: np.ndarray


def joined(a: PrepaidCards, b: PrepaidCards) -> PrepaidCards:
    names = ("kind", "face", "origin", "ring", "who", "since")
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
    left = amount.copy()
    for unit in UNITS[biggest >= UNITS][::-1]:
        skip = rng.random(len(left)) < 0.25 if unit > UNITS[1] else np.zeros(len(left), bool)
        count = np.where(skip, 0, left // unit)
        if unit == UNITS[0]:
            count = np.minimum(count, 6)
        rows.append(np.repeat(np.arange(len(left)), count))
        faces.append(np.full(int(count.sum()), unit))
        left = left - count * unit
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
    found: np.ndarray = np.round(face * rate.clip(0.5, 0.995)).astype(np.int64)
    return found


def deal(
    rng: np.random.Generator,
    cards: PrepaidCards,
    which: np.ndarray,
    buyer: np.ndarray,
    payee: np.ndarray,
    price: np.ndarray,
    sheet: Sheet,
    money: Money,
) -> None:
    """Cards of one seller to one buyer within hours are one deal, paid for at once."""
    window = cards.since[which] // (6 * HOUR)
    key = np.stack([cards.who[which], buyer, payee, cards.kind[which], window])
    _, deal = np.unique(key, axis=1, return_inverse=True)
    deal = deal.ravel()
    _, first = np.unique(deal, return_index=True)
    when = np.zeros(len(first), dtype=np.int64)
    np.maximum.at(when, deal, cards.since[which])
    when += (rng.gamma(2, 50 * MINUTE, len(first))).astype(np.int64) + 5 * MINUTE
    when = when // SECOND * SECOND
    total = np.bincount(deal, price).astype(np.int64)
    source = money.source(buyer[first], rng.random(len(first)) < 0.4)
    paid = sheet.pay(payments(when, source, payee[first], total, BY_BANK))
    at = when[deal] + rng.integers(-600, 600, len(deal)) * SECOND
    at = np.maximum(at, cards.since[which] + SECOND)
    sheet.note(which, TRANSFER, at, (cards.who[which], buyer), price, paid[deal])
    cards.who[which], cards.since[which] = buyer, at


def hand_over(
    rng: np.random.Generator, cards: PrepaidCards, which: np.ndarray, to: np.ndarray, sheet: Sheet
) -> None:
    """Card numbers sent on without money."""
    at = cards.since[which] + (rng.lognormal(2.5, 1.0, len(which)) * MINUTE).astype(np.int64)
    none = np.full(len(which), -1)
    sheet.note(which, TRANSFER, at, (cards.who[which], to), none, none)
    cards.who[which], cards.since[which] = to, at


def resell(
    rng: np.random.Generator,
    cards: PrepaidCards,
    which: np.ndarray,
    people: int,
    money: Money,
    sheet: Sheet,
) -> None:
    """To customers at a little under face within days; they redeem."""
    some = which[rng.random(len(which)) < 0.85]
    dealer = cards.who[some]
    customer = rng.integers(0, people, len(some))
    at = cards.since[some] + (rng.gamma(1.5, 20 * HOUR, len(some))).astype(np.int64) + 20 * MINUTE
    at = at // SECOND * SECOND
    rate = np.array([0.93, 0.985, 0.96])[cards.kind[some]] + rng.normal(0, 0.008, len(some))
    price = np.round(cards.face[some] * rate.clip(0.6, 1.0)).astype(np.int64)
    source = money.source(customer, rng.random(len(some)) < 0.6)
    paid = sheet.pay(payments(at, source, dealer, price, BY_QR))
    sheet.note(some, TRANSFER, at + 30 * SECOND, (dealer, customer), price, paid)
    cards.who[some], cards.since[some] = customer, at
    redeem(rng, cards, some, sheet)


def redeem(rng: np.random.Generator, cards: PrepaidCards, which: np.ndarray, sheet: Sheet) -> None:
    some = which[rng.random(len(which)) < 0.7]
    at = cards.since[some] + (rng.gamma(1.0, 2 * DAY, len(some))).astype(np.int64) + MINUTE
    none = np.full(len(some), -1)
    sheet.note(some, REDEEM, at, (cards.who[some], np.full(len(some), NOBODY)), none, none)
