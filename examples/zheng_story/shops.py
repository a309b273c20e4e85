"""Shops and their orders; who looked at them; and what was later found on seized disks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from zheng_story.book import Book, Cell, yuan
from zheng_story.cast import BEGIN, END, SEIZED, Cast
from zheng_story.people import Person, person

_GOODS = {
    "内衣": (3900, 12900),
    "运动鞋": (9900, 39900),
    "奶粉": (15800, 32800),
    "连衣裙": (7900, 25900),
    "保温杯": (2900, 9900),
    "手机壳": (990, 4900),
    "床上四件套": (12900, 39900),
    "洗发水": (2990, 8990),
    "台灯": (3900, 15900),
    "儿童书包": (5900, 19900),
}
_COURIERS = ("courier-sto", "courier-yto", "courier-best")
_SOFTWARE = ("print-kuaida", "print-yifa", "print-yuncang")


@dataclass
class Shop:
    id: str
    item: str
    platform: str
    software: str
    clerks: tuple[str, str]


@dataclass
class Order:
    id: str
    shop: Shop
    buyer: Person
    at: datetime
    fen: int
    waybill: str
    stolen_at: datetime | None = None


@dataclass
class Trade:
    """All orders, the two shops they got out of, and the exhibits they turned up in."""

    orders: list[Order]
    bugged: Shop
    betrayed: Shop
    disk: str
    laptop: str

    def stolen(self, shop: Shop) -> list[Order]:
        return [order for order in self.orders if order.shop is shop and order.stolen_at]


def trade(book: Book, people: Cast) -> Trade:
    shops = [
        Shop(
            id=book.digits(9, "7"),
            item=item,
            platform="taobao" if number < 7 else "pinduoduo",
            software=_SOFTWARE[number % 3],
            clerks=(f"kf{book.digits(4)}", f"kf{book.digits(4)}"),
        )
        for number, item in enumerate(_GOODS)
    ]
    told = Trade(
        orders=[],
        bugged=shops[0],
        betrayed=shops[4],
        disk=book.digits(7, "WZ"),
        laptop=book.digits(7, "WZ"),
    )
    for shop in shops:
        count = 118 if shop in (told.bugged, told.betrayed) else book.chance.randint(60, 130)
        told.orders += [
            _order(book, shop, person(book), _shopping_time(book)) for _ in range(count)
        ]
    bought = datetime(2019, 4, 27, 14, 21, 36)
    told.orders.append(_order(book, told.bugged, people.zheng, bought, fen=6200))
    for order in told.orders:
        _write_order(book, order)
    _usual_work(book, shops, told.orders)
    _trojan(book, told)
    _insider(book, told)
    _exhibits(book, told, people)
    return told


def _shopping_time(book: Book) -> datetime:
    day = book.between(BEGIN, END).replace(minute=0, second=0)
    return book.between(day.replace(hour=8), day.replace(hour=23, minute=40))


def _order(book: Book, shop: Shop, buyer: Person, at: datetime, fen: int | None = None) -> Order:
    low, high = _GOODS[shop.item]
    return Order(
        id=book.digits(18, "4"),
        shop=shop,
        buyer=buyer,
        at=at,
        fen=fen or book.chance.randrange(low, high, 10),
        waybill=book.digits(13, "77"),
    )


def _write_order(book: Book, order: Order) -> None:
    book.add(
        "orders",
        order_id=order.id,
        ordered_at=order.at,
        buyer_id=order.buyer.id,
        buyer_name=order.buyer.name,
        buyer_phone=order.buyer.phone,
        address=order.buyer.address,
        platform=order.shop.platform,
        merchant_id=order.shop.id,
        courier=book.chance.choice(_COURIERS),
        waybill_id=order.waybill,
        item=order.shop.item,
        amount=yuan(order.fen),
        software=order.shop.software,
    )


def _look(book: Book, org: str, actor: str, at: datetime, action: str, **more: Cell) -> None:
    book.add(
        "accesses", access_id=book.digits(10), at=at, org=org, actor_id=actor,
        terminal=more.get("terminal"), ip=more.get("ip"), action=action,
        order_id=more.get("order"), row_count=more.get("rows"),
        range_from=more.get("since"), range_to=more.get("until"),
    )  # fmt: skip


def _usual_work(book: Book, shops: list[Shop], orders: list[Order]) -> None:
    """Clerks open orders in working hours; once a week the accounts are exported."""
    for order in orders:
        if book.chance.random() < 0.55:
            day = order.at + timedelta(days=1)
            at = book.between(day.replace(hour=9, minute=0), day.replace(hour=18, minute=0))
            clerk = book.chance.choice(order.shop.clerks)
            _look(book, order.shop.id, clerk, at, "view", order=order.id, terminal="PC1")
    for shop in shops:
        for week in range(8):
            since = BEGIN + timedelta(days=7 * week)
            until = since + timedelta(days=7)
            rows = sum(o.shop is shop and since <= o.at < until for o in orders)
            at = book.between(until.replace(hour=10), until.replace(hour=11, minute=30))
            _look(book, shop.id, shop.clerks[0], at, "export", rows=rows, since=since, until=until,
                  terminal="PC1")  # fmt: skip


def _trojan(book: Book, told: Trade) -> None:
    """A program on the packing-room machine sends off the newest orders every second night."""
    shop = told.bugged
    since = datetime(2019, 4, 20, 3, 10)
    while since < datetime(2019, 5, 26):
        until = book.after(since, 2 * 24 * 60 - 25, 2 * 24 * 60 + 25)
        if since <= datetime(2019, 4, 26, 12) <= until:
            until = datetime(2019, 4, 28, 3, 12, 9)
        taken = [o for o in told.orders if o.shop is shop and since <= o.at < until]
        for order in taken:
            order.stolen_at = until
        _look(book, shop.id, shop.clerks[1], until, "export", rows=len(taken), since=since,
              until=until, terminal="PC2", ip="103.86.44.19")  # fmt: skip
        since = until


def _insider(book: Book, told: Trade) -> None:
    """A packer at the other shop opens orders that are none of his work, in the late evening."""
    login = f"ck{book.digits(4)}"
    for order in told.orders:
        day = order.at.replace(hour=20, minute=40, second=0)
        late = book.after(max(day, order.at), 5, 170)
        inside = datetime(2019, 4, 22) < order.at < datetime(2019, 5, 30)
        if order.shop is told.betrayed and inside and book.chance.random() < 0.8:
            order.stolen_at = late
            _look(book, order.shop.id, login, late, "search", order=order.id, terminal="PC3")
        elif order.shop is told.betrayed and book.chance.random() < 0.3:
            noon = (order.at + timedelta(days=1)).replace(hour=13)
            _look(book, order.shop.id, login, noon, "print", order=order.id, terminal="PC3")


def _exhibits(book: Book, told: Trade, people: Cast) -> None:
    """Two brokers' disks, and a phone from another matter with a parcel list of no interest."""
    first, second = people.brokers
    disk, laptop, phone = told.disk, told.laptop, book.digits(7, "WZ")
    for order in told.stolen(told.bugged):
        _leaked(book, disk, first.id, order)
        if book.chance.random() < 0.4 and order.buyer is not people.zheng:
            _leaked(book, laptop, second.id, order, later=True)
    for order in told.stolen(told.betrayed):
        _leaked(book, laptop, second.id, order)
    for exhibit, holder, count in ((disk, first.id, 110), (laptop, second.id, 70)):
        for _ in range(count):
            at = _shopping_time(book)
            elsewhere = Shop("", book.chance.choice(list(_GOODS)), "", "", ("", ""))
            order = _order(book, elsewhere, person(book), at)
            order.stolen_at = book.after(at, 300, 2600)
            _leaked(book, exhibit, holder, order)
    courier = person(book)
    for order in book.chance.sample(told.orders, 35):
        if order.buyer is not people.zheng:
            _leaked(book, phone, courier.id, order, dated=False)


def _leaked(
    book: Book, exhibit: str, holder: str, order: Order, *, later: bool = False, dated: bool = True
) -> None:
    chance = book.chance
    got = order.stolen_at
    if later and got:
        got = book.after(got, 600, 4000)
    masked = chance.random() < 0.5
    book.add(
        "leaked",
        leaked_id=book.digits(9),
        exhibit_id=exhibit,
        holder_id=holder,
        obtained_at=got if dated else None,
        name=order.buyer.masked_name if masked else order.buyer.name,
        phone=order.buyer.masked_phone if masked else order.buyer.phone,
        address=order.buyer.address if chance.random() < 0.85 else None,
        item=order.shop.item,
        amount=yuan(order.fen) if chance.random() < 0.9 else None,
        ordered_at=order.at if chance.random() < 0.85 else None,
        waybill_id=order.waybill if chance.random() < 0.4 else None,
        known_at=SEIZED,
    )
