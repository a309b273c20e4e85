"""The brokers' sales of order records: the fresher the dearer, six yuan at most."""

from datetime import datetime, timedelta

from zheng_story.book import Book, yuan
from zheng_story.cast import SEIZED, Cast
from zheng_story.money import Bank
from zheng_story.shops import Trade

_FRESH_FEN = 600


def price(age_days: float) -> int:
    """Fen a record: six yuan on the day, half of it after three days."""
    return max(20, round(_FRESH_FEN * 0.5 ** (age_days / 3)))


def sell(book: Book, people: Cast, told: Trade, bank: Bank) -> None:
    at = datetime(2019, 4, 22, 9)
    turn = 0
    while at < datetime(2019, 6, 1):
        broker = people.brokers[turn % 2]
        exhibit = told.disk if turn % 2 == 0 else told.laptop
        age = book.chance.choice((0.2, 0.5, 1, 1, 2, 4, 9))
        count = book.chance.randint(150, 700)
        fen = count * price(age)
        paid = bank.pay(people.ring.id, broker.id, fen, book.after(at, 5, 90))
        _trade(book, broker.id, people.ring.id, count=count, fen=fen, at=at, exhibit=exhibit,
               paid=paid)  # fmt: skip
        if turn % 5 == 3:
            count = book.chance.randint(4_000, 30_000)
            stranger = f"qq:{book.digits(10, '2')}"
            fen = count * price(18)
            _trade(book, broker.id, stranger, count=count, fen=fen, at=at, exhibit=exhibit)
        at += timedelta(days=book.chance.choice((1, 2, 2)), minutes=book.chance.randint(-90, 90))
        turn += 1
    for _ in range(7):
        # The packer is paid by the head; no ledger names what for.
        paid_at = book.between(datetime(2019, 4, 23), datetime(2019, 5, 30))
        bank.pay(
            people.brokers[1].id, people.insider.id, book.chance.randint(150, 600) * 100, paid_at
        )


def _trade(
    book: Book, seller: str, buyer: str, *, count: int, fen: int, at: datetime, exhibit: str,
    paid: str | None = None,
) -> None:  # fmt: skip
    book.add(
        "trades", trade_id=book.digits(9), at=at, seller=seller, buyer=buyer, goods="records",
        quantity=count, price=yuan(fen), items=[exhibit], payment_id=paid, known_at=SEIZED,
    )  # fmt: skip
