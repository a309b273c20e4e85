"""Write examples/zheng: the case of the newspaper page as input tables.

``python examples/make_zheng.py`` writes the same bytes every time. Nothing in the tables says who
is who; the story behind them is told in ``examples/zheng/README.md``, and what an investigation
must find is asserted in ``tests/``.
"""

import sys
from pathlib import Path

from zheng_story import chats, sims
from zheng_story.background import background
from zheng_story.book import Book
from zheng_story.calls import calls
from zheng_story.cast import Cast, cast
from zheng_story.money import Bank, deal, laundry, unreported
from zheng_story.people import person, record
from zheng_story.records_sold import sell
from zheng_story.shops import trade
from zheng_story.victims import other_victims, ring_victims

FOLK = 80


def tell() -> Book:
    """The whole story, from the shops to the border town."""
    book = Book()
    people = cast(book)
    folk = [person(book) for _ in range(FOLK)]
    told = trade(book, people)
    cards = sims.sims(book, folk)
    handsets = [book.digits(15, "86") for _ in range(2)]
    approaches = calls(book, people, told, cards, folk=folk, devices=handsets)
    stocks = chats.stocks(book, people, cards.farm)
    chat = chats.sold_to_ring(book, people, stocks, handsets)
    chats.wholesale(book, stocks)
    chats.ordinary(book, folk)
    bank = Bank(book)
    money = laundry(book, people, bank)
    ring_victims(book, people, approaches, chat, money)
    other_victims(book, money)
    unreported(money)
    deal(money)
    sell(book, people, told, bank)
    background(book, money, folk, told.orders)
    chats.talk(book, people, chats.contacts(book, people), folk)
    _known_people(book, people, [number for number, _ in cards.calling], handsets)
    return book


def _known_people(book: Book, people: Cast, numbers: list[str], handsets: list[str]) -> None:
    """Whom the police can name by now; the ring's man was caught with his last numbers on him."""
    ring = people.ring
    book.add(
        "parties",
        party_id=ring.id,
        kind="person",
        name=ring.name,
        phones=[ring.phone, *numbers[-5:]],
        devices=[ring.device, *handsets],
        accounts=ring.accounts,
        address=None,
    )
    rest = (*people.brokers, *people.merchants, people.middleman, *people.dealers, people.insider)
    for who in rest:
        record(book, who, devices=True)


def main(folder: Path) -> None:
    book = tell()
    book.write(folder)
    rows = sum(len(table) for table in book.tables.values())
    size = sum(file.stat().st_size for file in folder.iterdir()) / 1e6
    print(f"{folder}: {len(book.tables)} tables, {rows} rows, {size:.2f} MB")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "zheng")
