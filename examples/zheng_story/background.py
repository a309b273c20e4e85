"""Innocent money: wages, tills, families, loans put to use, gift cards and honest resellers."""

from datetime import datetime, timedelta

from zheng_story.book import Book
from zheng_story.cast import BEGIN, END
from zheng_story.money import Bank, Laundry, Lot
from zheng_story.people import Person, company, person, record
from zheng_story.shops import Order


def background(book: Book, laundry: Laundry, folk: list[Person], orders: list[Order]) -> None:
    bank = laundry.bank
    for who in folk:
        bank.open(who.id, who.name)
        record(book, who, devices=True)
    _wages(book, bank, folk[:30])
    _till(book, bank, folk)
    _families(book, bank, folk[30:50])
    _rent(book, bank, folk[50:60])
    _loans(book, bank, folk[60:68])
    _buyers_pay(book, bank, orders)
    _gift_cards(book, laundry, folk)
    _honest_reseller(book, laundry, folk)
    _wholesaler(book, laundry, folk)


def _wages(book: Book, bank: Bank, staff: list[Person]) -> None:
    firm = company(book, "宏图包装有限公司")
    record(book, firm, kind="company")
    bank.open(firm.id, firm.name, balance=900_000_00)
    for month in (4, 5, 6):
        if month < 6:
            client = bank.open(None, "某客户公司", balance=2_000_000_00)
            bank.pay(client, firm.id, 260_000_00, datetime(2019, month, 14, 16), memo="货款")
        for number, who in enumerate(staff):
            at = datetime(2019, month, 15 if month < 6 else 5, 10, number // 2)
            bank.pay(firm.id, who.id, book.chance.randint(3800, 9200) * 100, at, memo="工资")
            if book.chance.random() < 0.5:
                bank.pay(who.id, book.digits(19, "62"), book.chance.randint(10, 40) * 100_00,
                         book.after(at, 60, 3000), memo="还款")  # fmt: skip


def _till(book: Book, bank: Bank, folk: list[Person]) -> None:
    """Busy shops take many small payments by day and are emptied to the owner's card at night."""
    for name, low, high in (("好邻居超市", 6, 180), ("巷口面馆", 8, 60)):
        owner = person(book)
        record(book, owner)
        card = bank.open(owner.id, owner.name)
        till = bank.open(owner.id, name, "merchant", balance=200_00)
        day = datetime(2019, 5, 6)
        while day < datetime(2019, 6, 1):
            takings = 0
            for who in book.chance.sample(folk, 6):
                fen = book.chance.randint(low * 100, high * 100)
                bank.pay(who.id, till, fen, book.between(day.replace(hour=7), day.replace(hour=21)),
                         "qr")  # fmt: skip
                takings += fen
            bank.pay(till, card, takings, day.replace(hour=23, minute=30))
            day += timedelta(days=1)


def _families(book: Book, bank: Bank, kin: list[Person]) -> None:
    """Four send to a fifth, who pays the deposit on a flat the same day."""
    for start in range(0, len(kin), 5):
        head, *others = kin[start : start + 5]
        day = book.between(datetime(2019, 4, 25), datetime(2019, 5, 30)).replace(hour=9)
        total = 0
        for who in others:
            fen = book.chance.randint(3, 12) * 10_000_00 // 2
            bank.pay(who.id, head.id, fen, book.after(day, 0, 180))
            total += fen
        developer = bank.open(None, "安居置业有限公司", "merchant", balance=3_000_000_00)
        bank.pay(head.id, developer, total, book.after(day, 200, 400), memo="购房定金")


def _rent(book: Book, bank: Bank, tenants: list[Person]) -> None:
    landlord = person(book)
    record(book, landlord)
    bank.open(landlord.id, landlord.name)
    for who in tenants:
        for month in (4, 5):
            at = book.between(datetime(2019, month, 24), datetime(2019, month, 28))
            bank.pay(who.id, landlord.id, book.chance.randint(12, 30) * 100_00, at, memo="房租")


def _loans(book: Book, bank: Bank, borrowers: list[Person]) -> None:
    """People who borrow, draw the money to their card and spend it within the hour: no fraud."""
    lender = bank.open(None, "好借消费金融", "loan", balance=50_000_000_00)
    hospital = bank.open(None, "市第一人民医院", "merchant", balance=9_000_000_00)
    for who in borrowers:
        wallet = bank.open(who.id, who.name, "wallet", institution="支付宝", balance=0)
        fen = book.chance.choice((10_000_00, 20_000_00, 50_000_00))
        at = book.between(datetime(2019, 4, 22, 9), datetime(2019, 6, 2))
        bank.pay(lender, wallet, fen, at, "loan")
        at = book.after(at, 8, 50)
        bank.pay(wallet, who.id, fen, at, "wallet")
        if book.chance.random() < 0.6:
            bank.pay(who.id, hospital, fen - book.chance.randint(1, 40) * 100_00,
                     book.after(at, 5, 90))  # fmt: skip


def _buyers_pay(book: Book, bank: Bank, orders: list[Order]) -> None:
    """A fifth of the orders are seen being paid for."""
    shops = {order.shop.id: "" for order in orders}
    for id_ in shops:
        shops[id_] = bank.open(id_, None, "merchant", institution="支付宝", balance=30_000_00)
    for order in orders:
        if book.chance.random() < 0.2:
            wallet = book.digits(16, "20")
            bank.pay(wallet, shops[order.shop.id], order.fen, order.at, "wallet", order=order.id)


def _gift_cards(book: Book, laundry: Laundry, folk: list[Person]) -> None:
    """People top up and redeem for themselves."""
    for _ in range(90):
        who = book.chance.choice(folk)
        kind = book.chance.choice(("suning", "qcoin"))
        fen = book.chance.choice((30_00, 50_00, 100_00, 200_00, 500_00, 1000_00))
        at = book.between(BEGIN, END)
        shop = laundry.shops[kind].id
        paid = laundry.bank.pay(who.id, shop, fen, at, "voucher")
        card = Lot(book.digits(16, "9"), kind, fen)
        card.issue(book, book.after(at, 0.2, 2), shop, who.id, price=fen, paid=paid)
        if book.chance.random() < 0.7:
            card.redeem(book, book.after(at, 5, 9000), who.id, shop)


def _honest_reseller(book: Book, laundry: Laundry, folk: list[Person]) -> None:
    """A counter that buys gift cards people got from their firms, and sells them on, slowly."""
    counter = person(book)
    record(book, counter)
    bank, shop = laundry.bank, laundry.shops["suning"].id
    bank.open(counter.id, counter.name, balance=80_000_00)
    firm = company(book, "鑫源机械有限公司")
    record(book, firm, kind="company")
    bank.open(firm.id, firm.name, balance=600_000_00)
    for _ in range(70):
        who, buyer = book.chance.sample(folk, 2)
        fen = book.chance.choice((200_00, 500_00, 500_00, 1000_00))
        at = book.between(BEGIN, END - timedelta(days=9))
        card = Lot(book.digits(16, "9"), "suning", fen)
        paid = bank.pay(firm.id, shop, fen, at, "voucher", memo="员工福利")
        card.issue(book, book.after(at, 1, 30), shop, firm.id, price=fen, paid=paid)
        at = book.after(at, 200, 900)
        card.transfer(book, at, firm.id, who.id)
        at = book.after(at, 1440, 5 * 1440)
        price = fen * book.chance.randint(93, 96) // 100
        paid = bank.pay(counter.id, who.id, price, at)
        card.transfer(book, at, who.id, counter.id, price=price, paid=paid)
        at = book.after(at, 1440, 3 * 1440)
        if book.chance.random() < 0.85:
            price = fen * book.chance.randint(97, 99) // 100
            paid = bank.pay(buyer.id, counter.id, price, at)
            card.transfer(book, at, counter.id, buyer.id, price=price, paid=paid)


def _wholesaler(book: Book, laundry: Laundry, folk: list[Person]) -> None:
    """A firm that buys points from the issuer by contract at 0.96 and sells them at 0.985."""
    firm = company(book, "乐充网络科技有限公司")
    record(book, firm, kind="company")
    bank, shop = laundry.bank, laundry.shops["qcoin"].id
    bank.open(firm.id, firm.name, balance=500_000_00)
    for _ in range(60):
        fen = book.chance.choice((500_00, 1000_00, 2000_00))
        at = book.between(BEGIN, END - timedelta(days=4))
        card = Lot(book.digits(16, "9"), "qcoin", fen)
        price = fen * 96 // 100
        paid = bank.pay(firm.id, shop, price, at)
        card.issue(book, book.after(at, 1, 10), shop, firm.id, price=price, paid=paid)
        at = book.after(at, 60, 3000)
        buyer = book.chance.choice(folk)
        price = fen * 985 // 1000
        paid = bank.pay(buyer.id, firm.id, price, at)
        card.transfer(book, at, firm.id, buyer.id, price=price, paid=paid)
