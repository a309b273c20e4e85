"""How popular candidates are with the people reached, by orders that cannot be behind the call.

An order placed after the call, or longer before it than any leak lasts, says what somebody buys
anyway, and where: each person is their own control (the case-crossover design of Maclure 1991).
Had a courier many victims because their province uses it, it would have as many of these orders.
"""

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from suyuan.detect.leaks.arrays import Exposure, Floats
from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.detect.leaks.lags import EDGES
from suyuan.detect.leaks.victims import inside, through


@dataclass(frozen=True, slots=True)
class Controls:
    """Per candidate: people's orders that went through it (``count``), in parts of a person each,
    and as many as its share of all orders of those days gives (``usual``).
    """

    count: Floats
    usual: Floats


def control_orders(contacted_people: ir.Table, orders: ir.Table) -> ir.Table:
    """Orders of `contacted_people` that no call can be about: ``part`` of a person, and by whom.

    All orders of a person together weigh what the person weighs, times how likely it is that the
    call came through an order at all.
    """
    own = ibis.union(
        _control_pairs(contacted_people, orders, contacted_people["person"] == orders["buyer_id"]),
        _control_pairs(
            contacted_people, orders, contacted_people["phone"] == orders["buyer_phone"]
        ),
        distinct=True,
    )
    outside = (own["hours"] < EDGES[0]) | (own["hours"] >= EDGES[-1])
    own = own.filter(outside)
    return own.mutate(part=own["weight"] / own.count().over(group_by="contact"))


def controls(rows: pa.Table, exposure: Exposure) -> Controls:
    """Counts of `rows` (:func:`control_orders`) for each candidate of `exposure`."""
    rows = inside(rows, exposure)
    part, day = rows["part"].to_numpy().astype(float), rows["bin"].to_numpy()
    count = np.zeros(len(exposure.subjects))
    for column in through(rows, exposure).T:
        is_known = column >= 0
        count += np.bincount(column[is_known], part[is_known], len(count))
    mass = np.bincount(day, part, len(exposure.totals))
    return Controls(count, exposure.counts @ (mass / np.maximum(exposure.totals, 1.0)))


def _control_pairs(
    contacted_people: ir.Table, orders: ir.Table, match: ir.BooleanValue
) -> ir.Table:
    pairs = contacted_people.inner_join(orders, match)
    gap = contacted_people["called_at"].epoch_seconds() - orders["ordered_at"].epoch_seconds()
    return pairs.select(
        contact=contacted_people["contact"],
        weight=contacted_people["weight"] * contacted_people["relevance"],
        order_id=orders["order_id"],
        ordered_at=orders["ordered_at"],
        hours=gap.cast("float64") / 3600.0,
        **{name: orders[name] for name in ATTRIBUTES},
    )
