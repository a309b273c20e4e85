"""Chat accounts: farmed in batches, sold by four merchants, used by the ring; and everyone's."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from zheng_story.book import Book
from zheng_story.cast import END, SEIZED, Cast
from zheng_story.people import Person

_PER_BATCH = 18
_RING_IPS = ("103.25.12.8", "103.25.12.21")


@dataclass
class Farmed:
    """One account registered to be sold."""

    id: str
    at: datetime
    phone: str
    device: str
    token: bool


@dataclass
class Stock:
    merchant: Person
    contact: str
    accounts: list[Farmed]


def stocks(book: Book, people: Cast, numbers: list[str]) -> list[Stock]:
    """Each merchant's stock: three or four batches, each from a few handsets at one address."""
    left = list(numbers)
    made = []
    for merchant in people.merchants:
        platform = "wechat" if merchant in people.wechat_merchants else "qq"
        contact = f"{platform}:{_name(book, platform)}"
        own = [book.digits(15, "86") for _ in range(2)]
        since = datetime(2016, 3, 2, 20)
        _account(book, contact, since, phone=merchant.phone, device=own[0], ip=None,
                 holder=merchant.id)  # fmt: skip
        merchant.accounts.append(contact)
        batches = [_batch(book, platform, left) for _ in range(3 if platform == "wechat" else 4)]
        stock = Stock(merchant, contact, [account for batch in batches for account in batch])
        for account in book.chance.sample(stock.accounts, len(stock.accounts) // 2):
            # The merchant looks in to keep the account alive.
            at = book.between(account.at + timedelta(days=3), datetime(2019, 4, 20))
            _login(book, account.id, at, own[0], None)
        made.append(stock)
    return made


def _batch(book: Book, platform: str, numbers: list[str]) -> list[Farmed]:
    day = book.between(datetime(2019, 1, 3), datetime(2019, 4, 8)).replace(hour=2)
    ip = f"117.62.{book.chance.randint(1, 250)}.{book.chance.randint(1, 250)}"
    handsets = [book.digits(15, "86") for _ in range(3)]
    relay = f"http-{book.digits(6)}"
    made = []
    for _ in range(_PER_BATCH):
        # The farm's cards are opened before; the order in which they are taken is chance.
        phone = numbers.pop(book.chance.randrange(len(numbers)))
        at = book.after(day, 0, 120)
        id_ = f"{platform}:{_name(book, platform)}"
        token = platform == "qq" and book.chance.random() < 0.1
        device = book.chance.choice(handsets)
        bound = token if platform == "qq" else None
        _account(book, id_, at, phone=phone, device=device, ip=ip, token=bound)
        services = [platform, *book.some(["taobao", "weibo", "douyin"], 0.3)]
        for service in services:
            _code(
                book, phone, service, at if service == platform else book.after(at, 60, 9000), relay
            )
        made.append(Farmed(id_, at, phone, device, token))
    return made


def _name(book: Book, platform: str) -> str:
    return book.digits(10, str(book.chance.randint(1, 3))) if platform == "qq" else (
        "wxid_" + "".join(book.chance.choice("abcdefghkmnpqrstuvwxyz0123456789") for _ in range(14))
    )  # fmt: skip


def _account(
    book: Book, id_: str, at: datetime, *, phone: str, device: str | None, ip: str | None,
    holder: str | None = None, token: bool | None = None,
) -> None:  # fmt: skip
    banned = holder is None and book.chance.random() < 0.2
    book.add(
        "accounts",
        account_id=id_,
        platform=id_.split(":", maxsplit=1)[0],
        registered_at=at,
        phone=phone,
        device=device,
        ip=ip,
        holder_id=holder,
        token=None if token is None else str(token).lower(),
        status="banned" if banned else "active",
        status_at=book.between(datetime(2019, 5, 1), END) if banned else None,
    )


def _code(book: Book, phone: str, service: str, at: datetime, relay: str | None) -> None:
    book.add("otps", msisdn=phone, service=service, received_at=book.after(at, -2, 0),
             relayed_to=relay)  # fmt: skip


def _login(book: Book, account: str, at: datetime, device: str, ip: str | None) -> None:
    book.add("logins", account_id=account, at=at, device=device, ip=ip)


def sold_to_ring(
    book: Book, people: Cast, stocks: list[Stock], devices: list[str]
) -> list[tuple[str, datetime]]:
    """Every few days the ring buys a handful of accounts and is on them within hours."""
    bought = []
    for stock in stocks:
        at = datetime(2019, 4, 21, 11)
        left = list(stock.accounts)
        while at < datetime(2019, 6, 2):
            lot = [left.pop() for _ in range(min(5, len(left)))]
            if lot:
                _sale(book, people, stock, lot, at)
            for account in lot:
                start = book.after(at, 60, 1000)
                bought.append((account.id, start))
                for _ in range(2):
                    _login(book, account.id, book.after(start, 0, 4000),
                           book.chance.choice(devices), book.chance.choice(_RING_IPS))  # fmt: skip
            at = book.after(at, 3.5 * 1440, 5.5 * 1440)
    return sorted(bought, key=lambda pair: (pair[1], pair[0]))


def _sale(book: Book, people: Cast, stock: Stock, lot: list[Farmed], at: datetime) -> None:
    """One trade for plain accounts, one for token accounts: they have different prices."""
    for token in (False, True):
        part = [account for account in lot if account.token is token]
        if not part:
            continue
        wechat = stock.contact.startswith("wechat")
        each = (
            book.chance.randint(15, 45)
            if token
            else book.chance.randint(*((8, 14) if wechat else (2, 5)))
        )
        book.add(
            "trades", trade_id=book.digits(9), at=at, seller=stock.contact, buyer=people.ring.id,
            goods="token_account" if token else "chat_account", quantity=len(part),
            price=f"{each * len(part)}.00", items=[a.id for a in part], payment_id=None,
            known_at=SEIZED,
        )  # fmt: skip


def wholesale(book: Book, stocks: list[Stock]) -> None:
    """The rest of the merchants' ledgers: lots by the thousand, to buyers nobody knows."""
    sizes = {"wechat": (4_000, 15_000), "qq": (120_000, 420_000)}
    for stock in stocks:
        platform = stock.contact.split(":")[0]
        for _ in range(30 if stock is stocks[0] else 36 if stock is stocks[2] else 6):
            count = book.chance.randint(*sizes[platform])
            fen = count * book.chance.randint(*((600, 950) if platform == "wechat" else (90, 220)))
            book.add(
                "trades", trade_id=book.digits(9), seller=stock.contact,
                at=book.between(datetime(2018, 10, 1), END),
                buyer=f"{platform}:{_name(book, platform)}", goods="chat_account", quantity=count,
                price=f"{fen // 100}.{fen % 100:02d}", items=None, payment_id=None, known_at=SEIZED,
            )  # fmt: skip


def ordinary(book: Book, folk: list[Person]) -> None:
    """Everybody's own accounts; a café and a family share an address or a handset."""
    for number, who in enumerate(folk):
        for platform in book.some(["wechat", "qq"], 0.8):
            id_ = f"{platform}:{_name(book, platform)}"
            at = book.between(datetime(2012, 1, 1), datetime(2019, 4, 1))
            ip = (
                "58.211.7.30" if number % 9 == 0 else f"49.{book.chance.randint(64, 95)}.{number}.7"
            )
            device = folk[number - 1].device if number % 11 == 0 else who.device
            token = None if platform == "wechat" else book.chance.random() < 0.05
            _account(book, id_, at, phone=who.phone, device=device, ip=ip, holder=who.id,
                     token=token)  # fmt: skip
            _code(book, who.phone, platform, at, None)
            for _ in range(book.chance.randint(0, 3)):
                _login(book, id_, book.between(datetime(2019, 4, 1), END), who.device, ip)
            who.accounts.append(id_)


def contacts(book: Book, people: Cast) -> dict[str, str]:
    """The login each of the seized phones was found signed in to: a merchant's, the shop's."""
    found = {merchant.id: merchant.accounts[0] for merchant in people.merchants}
    rest = (people.ring, *people.brokers, people.middleman, *people.dealers, people.insider)
    for who in rest:
        platform = book.chance.choice(("wechat", "qq"))
        id_ = f"{platform}:{_name(book, platform)}"
        at = book.between(datetime(2013, 1, 1), datetime(2018, 6, 1))
        _account(book, id_, at, phone=who.phone, device=who.device, ip=None, holder=who.id)
        who.accounts.append(id_)
        found[who.id] = id_
    return found


def talk(book: Book, people: Cast, contacts: dict[str, str], folk: list[Person]) -> None:
    """Who spoke with whom on the seized phones; the words themselves say little."""
    words = ("今天的到了吗", "收到", "晚点给你", "老规矩", "明天再说", "数目对的", "好的", "稍等")
    pairs = [(contacts[people.ring.id], contacts[other.id]) for other in
             (*people.brokers, *people.merchants, people.middleman)]  # fmt: skip
    pairs += [(contacts[people.middleman.id], contacts[d.id]) for d in people.dealers]
    pairs.append((contacts[people.brokers[1].id], contacts[people.insider.id]))
    known = [account for who in folk for account in who.accounts]
    pairs += [(book.chance.choice(known), book.chance.choice(known)) for _ in range(20)]
    for one, other in pairs:
        for _ in range(book.chance.randint(4, 9)):
            sender, receiver = (one, other) if book.chance.random() < 0.5 else (other, one)
            book.add("messages", message_id=book.digits(10), sender=sender, receiver=receiver,
                     at=book.between(datetime(2019, 4, 22), END), text=book.chance.choice(words),
                     known_at=SEIZED)  # fmt: skip
