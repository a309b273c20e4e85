"""What the rings' sellers hold: each account and card goes to one buyer, and is used after that."""

from dataclasses import dataclass

import numpy as np

from suyuan.lab.latent.lines import SCAM
from suyuan.lab.latent.world import World
from suyuan.lab.setting import DAY

#: The seller of what no one seller can be told of.
NO_SELLER = -1
#: What a deal is about is handed over within this time of it.
HANDED_OVER = 8 * DAY


@dataclass(frozen=True)
class Stock:
    """Goods by seller, then by time of hand-over.

    ``row`` is what they are, ``ring`` who will use them (-1: strangers); ``available`` those that
    nobody has bought yet.
    """

    row: np.ndarray
    seller: np.ndarray
    ring: np.ndarray
    at: np.ndarray
    available: np.ndarray

    @classmethod
    def of(cls, row: np.ndarray, seller: np.ndarray, ring: np.ndarray, at: np.ndarray) -> "Stock":
        order = np.lexsort((at, seller))
        available = np.ones(len(row), dtype=bool)
        return cls(row[order], seller[order], ring[order], at[order], available)

    def sell(self, seller: int, ring: int, at: int, many: int, *, again: bool) -> np.ndarray:
        """Up to `many` goods that `seller` hands over soon after `at` for `ring`'s use.

        With `again`, whatever is handed over then, though it was sold to others.
        """
        low, high = np.searchsorted(self.seller, [seller, seller + 1])
        soon = low + np.searchsorted(self.at[low:high], [at, at + HANDED_OVER])
        there = np.arange(*soon)
        free = (self.ring[there] == ring) & self.available[there]
        picks = there[free | again][:many]
        self.available[picks] = False
        return self.row[picks]


def farmed_accounts(world: World) -> Stock:
    """Rows of ``accounts`` that were sold."""
    chats = world.accounts
    sold_rows = np.flatnonzero(chats.sold_at > 0)
    return Stock.of(
        sold_rows, chats.merchant[sold_rows], chats.ring[sold_rows], chats.sold_at[sold_rows]
    )


def bulk_cards(world: World) -> Stock:
    """Rows of ``cards`` opened in bulk: a scam number's for its ring, a farm's for strangers.

    Which trader handed on which card is not told; they are handed over before their first use.
    """
    cards, lines = world.cards, world.lines
    bulk = np.flatnonzero(cards.bulk)
    line = cards.line[bulk]
    scam = lines.use[line] == SCAM
    number = np.where(scam, lines.index[line], 0)
    ring = np.where(scam, world.calls.number_ring[number], -1)
    return Stock.of(bulk, np.full(len(bulk), NO_SELLER), ring, lines.first[line])
