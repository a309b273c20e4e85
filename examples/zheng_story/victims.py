"""Victims who reported: Zheng, the others of the ring, and those of other frauds."""

from datetime import datetime

from zheng_story.book import Book, yuan
from zheng_story.calls import Approach
from zheng_story.cast import MONEY_FROM, Cast
from zheng_story.money import Laundry
from zheng_story.people import person, record
from zheng_story.statements import Facts, other_statement, statement, zheng_statement

_REPORTING = 32
_BY_OWN_HAND = 6


def ring_victims(
    book: Book, people: Cast, approaches: list[Approach], chats: list[tuple[str, datetime]],
    laundry: Laundry,
) -> None:  # fmt: skip
    by_time = sorted(approaches, key=lambda a: a.at)
    late = [a for a in by_time if a.at > MONEY_FROM and a.order.buyer is not people.zheng]
    chosen = sorted(book.chance.sample(late, _REPORTING), key=lambda a: a.at)
    own_hand = {id(a) for a in book.chance.sample(chosen, _BY_OWN_HAND)}
    lender = laundry.bank.open(None, "快享消费金融", "loan", balance=90_000_000_00)
    for approach in chosen:
        _victim(
            book, approach, _chat(chats, approach.at), laundry, by_cards=id(approach) in own_hand
        )
    zheng = next(a for a in by_time if a.order.buyer is people.zheng)
    _zheng(book, zheng, _chat(chats, zheng.at), laundry, lender)


def _chat(chats: list[tuple[str, datetime]], at: datetime) -> str:
    """An account that the ring had lately bought."""
    return [account for account, start in chats if start <= at][-1]


def _victim(book: Book, approach: Approach, chat: str, laundry: Laundry, *, by_cards: bool) -> None:
    who, chance = approach.order.buyer, book.chance
    record(book, who)
    loss = min(max(round(chance.lognormvariate(9.0, 1.0)), 800), 120_000) * 100
    card = laundry.bank.open(who.id, who.name, balance=loss + chance.randint(20, 3000) * 100)
    at = book.after(approach.at, 25, 120)
    if by_cards:
        kind = chance.choice(("suning", "qcoin"))
        loss = min(loss // 500_00 * 500_00 + 500_00, 5_000_00)
        paid = laundry.bank.pay(who.id, laundry.shops[kind].id, loss, at, "qr")
        laundry.issue(kind, loss, book.after(at, 0.2, 2), who.id, paid)
        payee = laundry.bank.main[laundry.shops[kind].id]
    else:
        payee = laundry.receive(card, loss, at)
    facts = Facts(approach.order, approach.number, chat, approach.at, at, loss, by_cards=by_cards)
    reported = book.after(at, 50, 3000)
    told = statement(book, facts)
    _report(book, reported, approach, chat=chat, payee=payee, loss=loss, told=told)


def _zheng(book: Book, approach: Approach, chat: str, laundry: Laundry, lender: str) -> None:
    """50,000 lent to her wallet, drawn to her card, and 49,950 of it gone three minutes later."""
    who, bank = approach.order.buyer, laundry.bank
    card = bank.open(who.id, who.name, balance=43_60)
    wallet = bank.open(who.id, who.name, "wallet", institution="支付宝", balance=0)
    who.accounts += [card, wallet]
    record(book, who)
    day = datetime(2019, 4, 29)
    bank.pay(lender, wallet, 50_000_00, day.replace(hour=10, minute=12, second=8), "loan")
    bank.pay(wallet, card, 50_000_00, day.replace(hour=10, minute=31, second=40), "wallet")
    payee = laundry.receive(card, 49_950_00, day.replace(hour=10, minute=34, second=52))
    told = zheng_statement(approach.number, chat, payee)
    reported = day.replace(hour=13, minute=20)
    _report(book, reported, approach, chat=chat, payee=payee, loss=49_950_00, told=told,
            known=True)  # fmt: skip


def _report(
    book: Book, at: datetime, approach: Approach, *, chat: str, payee: str, loss: int, told: str,
    known: bool = False,
) -> None:  # fmt: skip
    """What the officer wrote down; now and then a field was not established."""
    who = approach.order.buyer

    def share(of: float) -> bool:
        return known or book.chance.random() < of

    book.add(
        "reports",
        report_id=book.digits(12, "A3213"),
        reported_at=at,
        victim_id=who.id,
        victim_phone=who.phone,
        contacted_at=approach.at,
        caller_numbers=[approach.number] if share(0.9) else None,
        chat_accounts=[chat] if share(0.85) else None,
        quoted_order_id=approach.order.id if share(0.7) else None,
        payee_accounts=[payee] if share(0.92) else None,
        loss=yuan(loss),
        fraud_type="冒充客服" if share(0.85) else "网购诈骗",
        narrative=told,
    )


def other_victims(book: Book, laundry: Laundry) -> None:
    """Brushing orders, loans, officials, investments: each with hands and accounts of its own."""

    for kind in ("刷单返利", "虚假贷款", "冒充公检法", "虚假投资") * 4:
        who = person(book)
        record(book, who)
        bank = laundry.bank
        loss = round(book.chance.lognormvariate(9.2, 0.9)) * 100
        bank.open(who.id, who.name, balance=loss + book.chance.randint(50, 5000) * 100)
        mule = bank.open(None, None, at=book.between(datetime(2019, 1, 5), datetime(2019, 4, 1)))
        at = book.between(datetime(2019, 4, 18), datetime(2019, 6, 3))
        bank.pay(who.id, mule, loss, at)
        bank.pay(mule, book.digits(19, "62"), loss - loss // 80, book.after(at, 4, 400))
        number = book.digits(11, book.chance.choice(("0085", "152", "177")))
        book.add(
            "reports", report_id=book.digits(12, "A3213"), reported_at=book.after(at, 100, 6000),
            victim_id=who.id, victim_phone=who.phone, contacted_at=book.after(at, -3000, -60),
            caller_numbers=[number] if kind == "冒充公检法" else None, payee_accounts=[mule],
            loss=yuan(loss), fraud_type=kind, narrative=other_statement(book, kind, loss),
        )  # fmt: skip
