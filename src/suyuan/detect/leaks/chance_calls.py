"""Calls of the scammers that have nothing to do with any order of the table, learnt from the case.

Their lists hold more orders than the table does, and so people are called whose orders here had
nothing to do with it: at any time, and the more often the more they buy (in one of our worlds those
called so had half as many orders again as others; without that, what busy buyers have in common
was taken for leaks).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from suyuan.detect.leaks.arrays import Floats

#: Before data: calls an hour that a person gets for none of his orders in the table.
BEFORE_DATA_RATE: Final = 1.5e-4
LEAST: Final = 1e-9


@dataclass(frozen=True, slots=True)
class ContactedPeople:
    """Contacts: how ``sure`` each is, whether it is a ``call``, and the ``orders`` of the person.

    ``hours`` is for how long calls are known, ``buyers`` and ``placed_orders`` count everybody and
    all orders.
    """

    sure: Floats
    call: NDArray[np.bool_]
    orders: Floats
    hours: float
    buyers: float
    placed_orders: float


@dataclass(frozen=True, slots=True)
class ChanceCalls:
    """Calls an hour for no exposed order: of any ``person``, and more for each ``order``."""

    person: float
    order: float

    def of(self, people: ContactedPeople) -> Floats:
        """Per contact; what reports leave to orders that the table lacks is not learnt."""
        return np.where(people.call, self.person + self.order * people.orders, BEFORE_DATA_RATE)

    def learnt(self, people: ContactedPeople, about: Floats) -> "ChanceCalls":
        """As fits best where each contact was about an exposed order with probability `about`."""
        rest = np.where(people.call, people.sure * (1.0 - about), 0.0)
        by_order = self.order * people.orders
        share = by_order / (self.person + by_order)
        person = float((rest * (1.0 - share)).sum()) / max(people.buyers * people.hours, 1.0)
        order = float((rest * share).sum()) / max(people.placed_orders * people.hours, 1.0)
        return ChanceCalls(max(person, LEAST), max(order, LEAST))


#: Half for being known, half for a single order.
BEFORE_CALLS: Final = ChanceCalls(BEFORE_DATA_RATE / 2, BEFORE_DATA_RATE / 2)
