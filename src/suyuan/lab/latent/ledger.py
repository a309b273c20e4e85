"""The ledger: accounts that hold money and every payment between them."""

from dataclasses import dataclass, fields
from itertools import pairwise

import numpy as np

from suyuan.lab.latent.market import MERCHANT, Market
from suyuan.lab.latent.people import People
from suyuan.lab.seeds import distinct
from suyuan.lab.setting import Setting

BANK, WALLET, LOAN, SHOP, VOUCHER_SHOP = range(5)
KIND_NAMES = ("bank", "wallet", "loan", "merchant", "voucher_shop")
CHANNELS = ("bank", "wallet", "card", "loan", "cash", "voucher", "qr")
BY_BANK, BY_WALLET, BY_CARD, BY_LOAN, BY_CASH, BY_VOUCHER, BY_QR = range(7)
SETTLEMENT, REVERSAL, FAILURE = range(3)


@dataclass(frozen=True)
class Money:
    """Money accounts. The first ``people`` are everybody's bank accounts, in their order.

    ``owner`` is a person, -1 for organisations; ``wallet_of`` gives each person's wallet or -1.
    The remaining fields are the positions of special accounts.
    """

    kind: np.ndarray
    owner: np.ndarray
    org: np.ndarray
    number: np.ndarray
    wallet_of: np.ndarray
    shop_of_org: np.ndarray
    shops: np.ndarray
    voucher_shops: np.ndarray
    lenders: np.ndarray
    desks: np.ndarray
    employers: np.ndarray

    def __len__(self) -> int:
        return len(self.kind)

    def source(self, person: np.ndarray, prefers_wallet: np.ndarray) -> np.ndarray:
        """The account a person pays from: the wallet where there is one and it is preferred."""
        wallet = self.wallet_of[person]
        return np.where(prefers_wallet & (wallet >= 0), wallet, person)


@dataclass(frozen=True)
class LedgerPayments:
    """One row for each payment; ``order`` is the market's order it paid for, or -1."""

    at: np.ndarray
    payer: np.ndarray
    payee: np.ndarray
    amount: np.ndarray
    channel: np.ndarray
    memo: np.ndarray
    order: np.ndarray

    def __len__(self) -> int:
        return len(self.at)


def payments(
    at: np.ndarray,
    payer: np.ndarray,
    payee: np.ndarray,
    amount: np.ndarray,
    channel: np.ndarray | int,
    *,
    memo: np.ndarray | int = -1,
    order: np.ndarray | int = -1,
) -> LedgerPayments:
    """Payments of one sort; single values are repeated."""

    def whole(value: np.ndarray | int) -> np.ndarray:
        return np.broadcast_to(np.asarray(value, dtype=np.int64), (len(at),)).copy()

    return LedgerPayments(
        np.asarray(at, dtype=np.int64),
        whole(payer),
        whole(payee),
        np.asarray(amount, dtype=np.int64),
        whole(channel),
        whole(memo),
        whole(order),
    )


def together(parts: list[LedgerPayments]) -> tuple[LedgerPayments, np.ndarray]:
    """All parts as one, and where each part starts."""
    starts = np.concatenate([[0], np.cumsum([len(part) for part in parts])])
    columns = [np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(LedgerPayments)]
    return LedgerPayments(*columns), starts


def open_accounts(setting: Setting, people: People, market: Market) -> Money:
    """Bank accounts for everybody, wallets for some, and those of shops, lenders and cash desks."""
    rng = setting.rng("ledger")
    n = len(people)
    merchants = np.flatnonzero(market.org_kind == MERCHANT)
    few = {
        "voucher_shops": 6,
        "lenders": 5,
        "desks": 8 + n // 20_000,
        "employers": max(n // 120, 8),
    }
    special = len(merchants) + sum(few.values())
    wallets = max(setting.counts["money_accounts"] - n - special, n // 20)
    holders = rng.permutation(n)[: min(wallets, n)]
    kind = np.concatenate(
        [
            np.full(n, BANK),
            np.full(len(holders), WALLET),
            np.full(len(merchants), SHOP),
            np.full(few["voucher_shops"], VOUCHER_SHOP),
            np.full(few["lenders"], LOAN),
            np.full(few["desks"], BANK),
            np.full(few["employers"], BANK),
        ]
    )
    owner = np.full(len(kind), -1)
    owner[: n + len(holders)] = np.concatenate([np.arange(n), holders])
    wallet_of = np.full(n, -1)
    wallet_of[holders] = n + np.arange(len(holders))
    start = n + len(holders)
    shop_of_org = np.full(len(market.org_id), -1)
    shop_of_org[merchants] = start + np.arange(len(merchants))
    org = np.full(len(kind), -1)
    org[start : start + len(merchants)] = merchants
    positions = start + len(merchants) + np.concatenate([[0], np.cumsum(list(few.values()))])
    spans = [np.arange(a, b) for a, b in pairwise(positions.tolist())]
    return Money(
        kind=kind,
        owner=owner,
        org=org,
        number=_numbers(rng, kind),
        wallet_of=wallet_of,
        shop_of_org=shop_of_org,
        shops=shop_of_org[merchants],
        voucher_shops=spans[0],
        lenders=spans[1],
        desks=spans[2],
        employers=spans[3],
    )


def _numbers(rng: np.random.Generator, kind: np.ndarray) -> np.ndarray:
    """Nineteen digits for cards, sixteen for whatever else holds money."""
    cards = 621_000_000 * 10**10 + distinct(rng, len(kind), 0, 19 * 10**15)
    other_numbers = distinct(rng, len(kind), 2 * 10**15, 3 * 10**15)
    return np.where(kind == BANK, cards, other_numbers)


def balances(
    accounts: int, book: LedgerPayments, is_settled: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Opening balances that let every payment be made, and the payer's balance after each.

    Payments must be in the order of time. ``is_settled`` marks those that moved money.
    """
    n = len(book)
    amount = np.where(is_settled, book.amount, 0)
    account = np.concatenate([book.payee, book.payer])
    change = np.concatenate([amount, -amount])
    when = np.concatenate([np.arange(n) * 2, np.arange(n) * 2 + 1])
    order = np.lexsort((when, account))
    cumulative = np.cumsum(change[order])
    first = np.searchsorted(account[order], np.arange(accounts + 1))
    before = np.concatenate([[0], cumulative])[first[:-1]]
    own = cumulative - np.repeat(before, np.diff(first))
    lowest = np.zeros(accounts, dtype=np.int64)
    np.minimum.at(lowest, account[order], own)
    opening = -lowest + np.round(rng.lognormal(7.2, 1.4, accounts) * 100).astype(np.int64)
    after = np.empty(2 * n, dtype=np.int64)
    after[order] = own + np.repeat(opening, np.diff(first))
    return opening, after[n:]
