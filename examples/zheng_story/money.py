"""Accounts and payments; the way of the stolen money into cards and points, and out again."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from zheng_story.book import Book, yuan
from zheng_story.cast import END, MONEY_FROM, Cast
from zheng_story.people import Person, company, person, record

_BANKS = ("工商银行", "农业银行", "建设银行", "邮储银行", "江苏银行")
SUNING_RATE, QCOIN_RATE = 97, 86
_TARGET = {"suning": 3_060_000_00, "qcoin": 2_040_000_00}
_LARGEST = {"suning": 20_000_00, "qcoin": 10_000_00}
_FEE_PERCENT = 1


@dataclass
class Bank:
    """Who holds which account, and every payment written down."""

    book: Book
    main: dict[str, str] = field(default_factory=dict)

    def open(
        self, holder: str | None, name: str | None, kind: str = "bank", *,
        at: datetime | None = None, institution: str | None = None, balance: int | None = None,
    ) -> str:  # fmt: skip
        chance = self.book.chance
        number = self.book.digits(19, "62") if kind == "bank" else self.book.digits(16, "20")
        self.book.add(
            "bank_accounts", account_no=number, holder_id=holder, holder_name=name,
            institution=institution or chance.choice(_BANKS), kind=kind,
            opened_at=at or self.book.between(datetime(2011, 1, 1), datetime(2018, 12, 31)),
            opening_balance=yuan(chance.randint(5_00, 20_000_00) if balance is None else balance),
            status="open",
        )  # fmt: skip
        if holder:
            self.main.setdefault(holder, number)
        return number

    def pay(
        self, payer: str, payee: str, fen: int, at: datetime, channel: str = "bank", *,
        memo: str | None = None, order: str | None = None,
    ) -> str:  # fmt: skip
        """A payment between two accounts, or the main accounts of two parties; gives its id."""
        number = self.book.digits(14, "2019")
        self.book.add(
            "payments", payment_id=number, at=at, payer=self.main.get(payer, payer),
            payee=self.main.get(payee, payee), amount=yuan(fen), channel=channel, memo=memo,
            merchant_order=order, status="settled",
        )  # fmt: skip
        return number


@dataclass
class Lot:
    """A top-up order, or a packet of cards under one number."""

    id: str
    kind: str
    fen: int
    bought_up: datetime | None = None

    def issue(
        self, book: Book, at: datetime, giver: str, taker: str, *, price: int, paid: str
    ) -> None:
        self._event(book, "issue", at, giver=giver, taker=taker, price=price, paid=paid)

    def transfer(
        self, book: Book, at: datetime, giver: str, taker: str, *,
        price: int | None = None, paid: str | None = None,
    ) -> None:  # fmt: skip
        self._event(book, "transfer", at, giver=giver, taker=taker, price=price, paid=paid)

    def redeem(self, book: Book, at: datetime, giver: str, taker: str) -> None:
        self._event(book, "redeem", at, giver=giver, taker=taker, price=None, paid=None)

    def _event(
        self, book: Book, what: str, at: datetime, *, giver: str, taker: str,
        price: int | None, paid: str | None,
    ) -> None:  # fmt: skip
        book.add(
            "vouchers", voucher_id=self.id, event=what, at=at, kind=self.kind,
            face_value=yuan(self.fen), price=None if price is None else yuan(price),
            from_party=giver, to_party=taker, payment_id=paid,
        )  # fmt: skip


@dataclass
class Laundry:
    """The accounts that the money runs through, and the cards bought so far."""

    book: Book
    bank: Bank
    people: Cast
    shops: dict[str, Person]
    first: list[str]
    second: list[str]
    lots: list[Lot] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=lambda: dict(_TARGET))

    def receive(self, payer: str, fen: int, at: datetime, payee: str | None = None) -> str:
        """A victim pays; within the hour the money is cards. Gives the account paid into."""
        book = self.book
        into = payee or book.chance.choice(self.first)
        self.bank.pay(payer, into, fen, at, book.chance.choice(("bank", "bank", "qr")))
        moved = fen - book.chance.randint(0, max(1, fen // 15_000)) * 100
        second = book.chance.choice(self.second)
        moment = at
        for part in _parts(book, moved):
            moment = book.after(moment, 1.5, 9)
            self.bank.pay(into, second, part, moment)
        self.buy(second, moved // 100_00 * 100_00, moment)
        return into

    def buy(self, payer: str, fen: int, at: datetime) -> None:
        kind = max(self.left, key=lambda k: self.left[k] / _TARGET[k])
        while fen > 0:
            part = min(fen, _LARGEST[kind])
            at = self.book.after(at, 3, 25)
            paid = self.bank.pay(payer, self.shops[kind].id, part, at, "voucher")
            self.issue(kind, part, self.book.after(at, 0.2, 2), self.people.ring.id, paid)
            fen -= part

    def issue(self, kind: str, fen: int, at: datetime, to: str, paid: str) -> None:
        """The shop gives out a lot; it is the ring's at once, or when the victim hands it over."""
        lot = Lot(self.book.digits(16, "9"), kind, fen)
        lot.issue(self.book, at, self.shops[kind].id, to, price=fen, paid=paid)
        ring, middleman = self.people.ring.id, self.people.middleman.id
        if to != ring:
            at = self.book.after(at, 2, 12)
            lot.transfer(self.book, at, to, ring)
        lot.bought_up = self.book.after(at, 4, 45)
        lot.transfer(self.book, lot.bought_up, ring, middleman)
        self.left[kind] -= fen
        self.lots.append(lot)


def _parts(book: Book, fen: int) -> list[int]:
    """Large sums go on in two or three transfers, whole yuan but for the last."""
    if fen < 20_000_00:
        return [fen]
    cut = book.chance.randint(30, 60) * fen // 10_000 * 100
    return [cut, fen - cut]


def laundry(book: Book, people: Cast, bank: Bank) -> Laundry:
    shops = {"suning": company(book, "苏宁易购卡券店"), "qcoin": company(book, "腾讯充值中心")}
    for shop in shops.values():
        record(book, shop, kind="company")
        bank.open(shop.id, shop.name, "voucher_shop", balance=5_000_000_00)
    for who in (people.ring, *people.brokers, *people.merchants, people.middleman, people.insider):
        bank.open(who.id, who.name, balance=book.chance.randint(1_000, 60_000) * 100)
    for who in people.dealers:
        bank.open(who.id, who.name, balance=book.chance.randint(600_000, 900_000) * 100)
    layers: list[list[str]] = [[], []]
    for number in range(10):
        # Villagers and students who let their cards; opened shortly before.
        holder = person(book)
        record(book, holder)
        opened = book.between(datetime(2019, 2, 20), datetime(2019, 4, 20))
        layers[number % 2].append(
            bank.open(holder.id, holder.name, at=opened, balance=book.chance.randint(0, 90) * 100)
        )
    return Laundry(book, bank, people, shops, *layers)


def unreported(laundry: Laundry) -> None:
    """Victims who never reported: the ring's other income, up to what is known to be laundered."""
    book = laundry.book
    while max(laundry.left.values()) > 0:
        day = book.between(MONEY_FROM, END - timedelta(days=3))
        fen = min(round(book.chance.lognormvariate(9.1, 0.8)), 90_000) * 100
        card = laundry.bank.open(None, None, balance=fen + book.chance.randint(1, 900) * 100)
        laundry.receive(card, fen, book.between(day.replace(hour=9), day.replace(hour=21)))


def deal(laundry: Laundry) -> None:
    """Twice a day each dealer pays the middleman for what came in; he keeps one per cent."""
    book, bank, people = laundry.book, laundry.bank, laundry.people
    buyers = _resale_customers(laundry)
    for (half, which), lots in _batches(book, laundry.lots).items():
        for kind, rate, dealers in (
            ("suning", SUNING_RATE, people.suning_dealers),
            ("qcoin", QCOIN_RATE, people.qcoin_dealers),
        ):
            batch = [lot for lot in lots if lot.kind == kind]
            if not batch:
                continue
            dealer = dealers[which]
            at = book.after(half, 2, 55)
            total = sum(lot.fen * rate // 100 for lot in batch)
            paid = bank.pay(dealer.id, people.middleman.id, total, at)
            share = total * (100 - _FEE_PERCENT) // 100
            bank.pay(people.middleman.id, people.ring.id, share, book.after(at, 20, 90))
            for lot in batch:
                price = lot.fen * rate // 100
                lot.transfer(book, at, people.middleman.id, dealer.id, price=price, paid=paid)
                _resell(laundry, lot, dealer, at, book.chance.choice(buyers))
    _spend(laundry)


def _batches(book: Book, lots: list[Lot]) -> dict[tuple[datetime, int], list[Lot]]:
    """Lots by half day, each to the first or the second dealer of its kind."""
    found: dict[tuple[datetime, int], list[Lot]] = {}
    handed_on = [(lot.bought_up, lot.id, lot) for lot in lots if lot.bought_up]
    for at, _, lot in sorted(handed_on, key=lambda known: known[:2]):
        half = at.replace(hour=13 if at.hour < 13 else 23, minute=0, second=0)
        found.setdefault((half, book.chance.randint(0, 1)), []).append(lot)
    return found


def _resale_customers(laundry: Laundry) -> list[Person]:
    customers = [person(laundry.book) for _ in range(40)]
    for who in customers:
        record(laundry.book, who)
        laundry.bank.open(who.id, who.name, balance=300_000_00)
    return customers


def _resell(laundry: Laundry, lot: Lot, dealer: Person, at: datetime, buyer: Person) -> None:
    book = laundry.book
    if book.chance.random() < 0.7:
        at = book.after(at, 120, 2200)
        price = lot.fen * (book.chance.randint(982, 990) if lot.kind == "suning" else 915) // 1000
        paid = laundry.bank.pay(buyer.id, dealer.id, price, at, "wallet")
        lot.transfer(book, at, dealer.id, buyer.id, price=price, paid=paid)
        if book.chance.random() < 0.25:
            lot.redeem(book, book.after(at, 100, 4000), buyer.id, laundry.shops[lot.kind].id)


def _spend(laundry: Laundry) -> None:
    """The ring draws its money in the border town."""
    book, day = laundry.book, MONEY_FROM + timedelta(days=1)
    machine = book.digits(8, "ATM")
    while day < END:
        for _ in range(2):
            at = book.between(day.replace(hour=9), day.replace(hour=22))
            fen = book.chance.randint(250, 500) * 100_00
            laundry.bank.pay(laundry.people.ring.id, machine, fen, at, "cash")
        day += timedelta(days=1)
