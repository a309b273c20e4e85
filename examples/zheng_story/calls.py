"""Call records: the ring's, and those of people and desks that also call a lot."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from zheng_story.book import Book
from zheng_story.cast import BEGIN, END, Cast
from zheng_story.people import Person
from zheng_story.shops import Order, Trade
from zheng_story.sims import Sims

CALLED = datetime(2019, 4, 28, 15, 42, 10)
_DAYS_PER_NUMBER = 3


@dataclass
class Approach:
    """One scam call to the buyer of a stolen order."""

    order: Order
    number: str
    at: datetime


def calls(
    book: Book, people: Cast, told: Trade, sims: Sims, *, folk: list[Person], devices: list[str]
) -> list[Approach]:
    approaches = _approaches(book, people, told, sims)
    for number, first in sims.calling:
        device = book.chance.choice(devices)
        for day in range(_DAYS_PER_NUMBER):
            strangers = book.chance.randint(34, 46)
            for _ in range(strangers):
                at = _hour(book, first + timedelta(days=day), 9, 20)
                callee = book.digits(11, book.chance.choice(("135", "159", "188", "187", "151")))
                length = book.chance.choice((0, 8, 25, 40, 90))
                _call(book, number, callee, at, length, device=device, country="MM")
        for approach in approaches:
            if approach.number == number:
                length = book.chance.randint(300, 1500)
                callee = approach.order.buyer.phone
                _call(book, number, callee, approach.at, length, device=device, country="MM")
    _switchboard(book, told)
    _refund_desk(book, told)
    _telemarketer(book)
    _acquaintances(book, folk)
    # A line as real exports have them: a date that does not exist.
    book.add("calls", call_id=book.digits(12), caller=folk[0].phone, callee=folk[1].phone,
             started_at="2019-05-32 10:12:00", duration=61)  # fmt: skip
    return approaches


def _approaches(book: Book, people: Cast, told: Trade, sims: Sims) -> list[Approach]:
    """Most buyers of stolen orders are called, soon after the theft."""
    found = []
    for shop in (told.bugged, told.betrayed):
        for order in told.stolen(shop):
            stolen = order.stolen_at or order.at
            after = book.chance.choices((0.3, 1, 2, 4), (45, 35, 12, 8))[0]
            day = stolen + timedelta(days=after)
            number = _in_use(sims, day)
            at = max(_hour(book, day, 9, 20), book.after(stolen, 90, 200))
            if order.buyer is people.zheng:
                number, at = _in_use(sims, CALLED), CALLED
            if number and (book.chance.random() < 0.75 or order.buyer is people.zheng):
                found.append(Approach(order, number, at))
    return found


def _in_use(sims: Sims, at: datetime) -> str | None:
    live = [number for number, first in sims.calling if first.date() <= at.date()]
    return live[-1] if live else None


def _hour(book: Book, day: datetime, low: int, high: int) -> datetime:
    start = day.replace(hour=low, minute=0, second=0, microsecond=0)
    return book.between(start, start.replace(hour=high))


def _call(
    book: Book, caller: str, callee: str, at: datetime, duration: int, *,
    device: str | None = None, country: str = "CN",
) -> None:  # fmt: skip
    book.add(
        "calls", call_id=book.digits(12), caller=caller, callee=callee, started_at=at,
        duration=duration, imei=device, country=country,
    )  # fmt: skip


def _switchboard(book: Book, told: Trade) -> None:
    """A courier rings the day after the order, to say that the parcel is at the door."""
    number = book.digits(11, "4008")
    for order in book.chance.sample(told.orders, 260):
        at = _hour(book, order.at + timedelta(days=book.chance.choice((1, 2))), 8, 20)
        _call(book, number, order.buyer.phone, at, book.chance.randint(10, 60))
        if book.chance.random() < 0.2:
            _call(book, order.buyer.phone, number, book.after(at, 3, 200), 45)


def _refund_desk(book: Book, told: Trade) -> None:
    """A real refund desk of another shop: calls buyers about their order, and is called back."""
    number = book.digits(11, "4006")
    shops = [o for o in told.orders if o.shop not in (told.bugged, told.betrayed)]
    for order in book.chance.sample(shops, 120):
        at = _hour(book, order.at + timedelta(days=book.chance.choice((1, 2, 3))), 9, 18)
        _call(book, number, order.buyer.phone, at, book.chance.randint(60, 300))
        if book.chance.random() < 0.45:
            _call(book, order.buyer.phone, number, book.after(at, 5, 1000), 120)


def _telemarketer(book: Book) -> None:
    number = book.digits(11, "0571")
    for _ in range(160):
        at = _hour(book, book.between(BEGIN, END), 9, 18)
        _call(book, number, book.digits(11, "139"), at, book.chance.choice((0, 5, 15, 30, 60)))


def _acquaintances(book: Book, folk: list[Person]) -> None:
    for who in folk:
        friends = book.chance.sample(folk, 3)
        for _ in range(book.chance.randint(3, 9)):
            friend = book.chance.choice(friends)
            at = _hour(book, book.between(BEGIN, END), 8, 22)
            one, other = (who, friend) if book.chance.random() < 0.6 else (friend, who)
            _call(book, one.phone, other.phone, at, book.chance.randint(15, 600),
                  device=one.device)  # fmt: skip
