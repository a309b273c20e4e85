"""The latent world, component by component."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent import (
    busy,
    cards,
    cardtrade,
    commerce,
    farms,
    firms,
    laundering,
    leaks,
    ledger,
    lines,
    market,
    numbering,
    otherfraud,
    people,
    rings,
    scamcalls,
    supply,
    victims,
)
from suyuan.lab.seeds import scramble
from suyuan.lab.setting import Setting


@dataclass(frozen=True)
class Book:
    """All payments in the order of time, with what the banks know of them.

    ``row_of`` gives, for each part by name, the place of its rows in the ordered book.
    """

    payments: ledger.LedgerPayments
    status: np.ndarray
    opening: np.ndarray
    balance_after: np.ndarray
    row_of: dict[str, np.ndarray]


@dataclass(frozen=True)
class World:
    """Everything that happens, before anybody records it."""

    setting: Setting
    numbering: numbering.Numbering
    people: people.People
    market: market.Market
    rings: rings.Rings
    leaks: leaks.Leaks
    calls: scamcalls.ScamCalls
    busy: busy.Busy
    lines: lines.Lines
    firms: firms.Firms
    cards: cards.SimCards
    accounts: farms.Accounts
    victims: victims.ScamVictims
    money: ledger.Money
    laundering: laundering.Laundering
    trade: cardtrade.CardTrade
    supply: supply.Supply
    other_fraud: otherfraud.OtherFraud
    book: Book

    def outside_phone(self, index: np.ndarray) -> np.ndarray:
        """The number of somebody beyond the records, for each index."""
        codes = scramble(index + self.setting.seed * 10**9)
        carriers = self.numbering.segment[self.numbering.owner < 3]
        carriers = carriers[(carriers < 1400) | (carriers >= 1500)]
        phones: np.ndarray = carriers[codes % len(carriers)] * 10**7 + (codes >> 20) % 10**7
        return phones


def build(setting: Setting) -> World:
    """Draw the latent world; ordinary calls are drawn later, day by day, as they are written."""
    numbers = numbering.build(setting)
    folk = people.build(setting, numbers)
    shops = market.build(setting, folk)
    gangs = rings.build(setting, folk)
    order_leaks = leaks.build(setting, shops, gangs)
    calls = scamcalls.build(setting, folk, shops, gangs, order_leaks)
    callers = busy.build(setting, folk, shops)
    phones = lines.build(setting, numbers, calls, callers)
    honest = firms.build(setting, numbers, folk, gangs)
    sim_cards = cards.build(setting, numbers, folk, phones, honest)
    chats = farms.build(setting, folk, gangs, phones, honest)
    scam_victims = victims.build(setting, calls, chats)
    money = ledger.open_accounts(setting, folk, shops)
    dirty = laundering.build(setting, money, gangs, scam_victims)
    trade = cardtrade.build(setting, folk, money, gangs, dirty)
    deals = supply.build(setting, folk, money, gangs, order_leaks, trade)
    first = phones.first[phones.rows(lines.OTHER_FRAUD)]
    other_frauds = otherfraud.build(setting, folk, money, gangs, scam_victims, first)
    parts = {
        "laundering": dirty.book,
        "cards": trade.book,
        "supply": deals.book,
        "other": other_frauds.book,
    }
    already = sum(len(part) for part in parts.values())
    ordinary = commerce.build(setting, folk, shops, money, gangs, already)
    book = _keep_book(setting, parts, ordinary, len(money))
    return World(
        setting,
        numbers,
        folk,
        shops,
        gangs,
        order_leaks,
        calls,
        callers,
        phones,
        honest,
        sim_cards,
        chats,
        scam_victims,
        money,
        dirty,
        trade,
        deals,
        other_frauds,
        book,
    )


def _keep_book(
    setting: Setting,
    parts: dict[str, ledger.LedgerPayments],
    ordinary: list[ledger.LedgerPayments],
    accounts: int,
) -> Book:
    """Put all payments in order; a few ordinary ones fail or are reversed."""
    rng = setting.rng("book")
    whole, starts = ledger.together([*parts.values(), *ordinary])
    order = np.argsort(whole.at, kind="stable")
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    columns = (getattr(whole, name)[order] for name in whole.__dataclass_fields__)
    book = ledger.LedgerPayments(*columns)
    status = np.where(rng.random(len(book)) < 0.006, ledger.FAILURE, ledger.SETTLEMENT)
    part_rows = np.concatenate([place[starts[i] : starts[i + 1]] for i in range(len(parts))])
    status[part_rows] = ledger.SETTLEMENT
    opening, after = ledger.balances(accounts, book, status == ledger.SETTLEMENT, rng)
    rows = {name: place[starts[i] : starts[i + 1]] for i, name in enumerate(parts)}
    return Book(book, status, opening, after, rows)
