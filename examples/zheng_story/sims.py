"""SIM cards: who sold them, on which numbers, with which functions."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from zheng_story.book import Book
from zheng_story.cast import CALLING_NUMBERS
from zheng_story.people import Person, company, record

_CARRIERS = {
    "中国移动": ("134", "136", "137", "138", "139", "150", "152", "158"),
    "中国联通": ("130", "131", "186"),
    "中国电信": ("133", "153"),
}
_FIRST = "远恒瑞捷启博华云畅广星海诚安鼎天立通和卓汇明达佳源宏润悦新景盛"
_LAST = ("通信", "移动", "信息", "网络")
GUILTY = 21
IN_BULK = 9
INNOCENT = 10
_OPENED = datetime(2018, 11, 5)
_LAST_OPENED = datetime(2019, 4, 10)


@dataclass
class Reseller:
    name: str
    network: str
    personal: str
    industry: str


@dataclass
class Sims:
    """Numbers on industry cards that can speak and text: stock for farms and for the ring."""

    farm: list[str]
    calling: list[tuple[str, datetime]]


def sims(book: Book, subscribers: list[Person]) -> Sims:
    resellers = _resellers(book)
    _segments(book, resellers)
    stock: list[str] = []
    bulk = set(book.chance.sample(range(GUILTY), IN_BULK))
    for number, reseller in enumerate(resellers[:GUILTY]):
        stock += _guilty(book, reseller, in_bulk=number in bulk)
    for reseller in resellers[GUILTY:]:
        _honest(book, reseller)
    _ordinary(book, subscribers)
    calling = book.chance.sample(stock, CALLING_NUMBERS)
    first = datetime(2019, 4, 22)
    used = [(n, first + timedelta(days=3.5 * i)) for i, n in enumerate(calling)]
    return Sims(farm=[n for n in stock if n not in set(calling)], calling=used)


def _resellers(book: Book) -> list[Reseller]:
    prefixes = [f"17{a}{b}" for a in (0, 1) for b in range(10)]
    prefixes += [f"16{a}{b}" for a in (2, 5, 7) for b in (0, 3, 5, 7)]
    book.chance.shuffle(prefixes)
    return [
        Reseller(
            name=_FIRST[i] + _FIRST[(i * 7 + 3) % len(_FIRST)] + _LAST[i % len(_LAST)],
            network=list(_CARRIERS)[i % 3],
            personal=prefixes[i],
            industry=f"10648{i:02d}",
        )
        for i in book.chance.sample(range(GUILTY + INNOCENT), GUILTY + INNOCENT)
    ]


def _segments(book: Book, resellers: list[Reseller]) -> None:
    rows = [(p, owner, "personal") for owner, some in _CARRIERS.items() for p in some]
    for reseller in resellers:
        rows.append((reseller.personal, reseller.name, "personal"))
        rows.append((reseller.industry, reseller.name, "industry"))
    for segment, owner, product in rows:
        book.add(
            "number_segments",
            segment=segment,
            valid_from=datetime(2016, 1, 1),
            owner=owner,
            product=product,
            valid_to=None,
        )


def _sim(book: Book, reseller: Reseller, msisdn: str, at: datetime, **more: object) -> str:
    book.add(
        "sims",
        iccid=book.digits(20, "8986"),
        msisdn=msisdn,
        operator=reseller.name,
        network=reseller.network,
        product=more["product"],
        customer_id=more["customer"],
        customer_kind=more["kind"],
        agent=more.get("agent"),
        opened_at=at,
        closed_at=None,
        functions=more["functions"],
        data_quota_mb=more.get("quota"),
    )
    return msisdn


def _guilty(book: Book, reseller: Reseller, *, in_bulk: bool) -> list[str]:
    """Industry cards on personal numbers, with voice and SMS; nine sell them by the dozen."""
    chance = book.chance
    agent = f"{reseller.name}-{book.digits(5)}"
    numbers = []
    for _ in range(1 if in_bulk else 5):
        customer = company(book, f"{chance.choice(_FIRST)}{chance.choice(_FIRST)}科技有限公司")
        record(book, customer, kind="company")
        day = book.between(_OPENED, _LAST_OPENED).replace(hour=10)
        numbers += [
            _sim(
                book, reseller, book.digits(11, reseller.personal), book.after(day, 0, 400),
                product="industry", customer=customer.id, kind="company", agent=agent,
                functions=["voice", "sms", "data"], quota=chance.choice((500, 1024)),
            )
            for _ in range(chance.randint(28, 40) if in_bulk else 1)
        ]  # fmt: skip
    _personal(book, reseller, chance.randint(2, 4))
    return numbers


def _honest(book: Book, reseller: Reseller) -> None:
    """Industry cards where they belong, data only; and cards for people."""
    for _ in range(book.chance.randint(2, 4)):
        customer = company(
            book, f"{book.chance.choice(_FIRST)}{book.chance.choice(_FIRST)}物流公司"
        )
        record(book, customer, kind="company")
        day = book.between(_OPENED, _LAST_OPENED).replace(hour=10)
        for _ in range(book.chance.randint(1, 3)):
            _sim(
                book, reseller, book.digits(13, reseller.industry), book.after(day, 0, 300),
                product="industry", customer=customer.id, kind="company",
                agent=f"{reseller.name}-{book.digits(5)}", functions=["data"], quota=30,
            )  # fmt: skip
    _personal(book, reseller, book.chance.randint(4, 8))


def _personal(book: Book, reseller: Reseller, count: int) -> None:
    for _ in range(count):
        _sim(
            book, reseller, book.digits(11, reseller.personal),
            book.between(_OPENED, datetime(2019, 5, 20)), product="personal",
            customer=book.digits(8, "3"), kind="person",
            agent=f"{reseller.name}-{book.digits(5)}", functions=["voice", "sms", "data"],
        )  # fmt: skip


def _ordinary(book: Book, subscribers: list[Person]) -> None:
    for who in subscribers:
        owner = next(o for o, some in _CARRIERS.items() if who.phone.startswith(some))
        carrier = Reseller(owner, owner, who.phone[:3], "")
        _sim(
            book, carrier, who.phone, book.between(datetime(2012, 1, 1), datetime(2019, 1, 1)),
            product="personal", customer=who.id, kind="person",
            agent=f"{owner}-{book.chance.randint(10, 60)}", functions=["voice", "sms", "data"],
        )  # fmt: skip
