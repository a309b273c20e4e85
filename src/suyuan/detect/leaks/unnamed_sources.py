"""Orders of organisations that no finding names, counted and met as if each of them leaked.

Somebody is called whose leak nobody knows yet. Where it was shows in the calls long before it can
be named, and until then its orders are worth a warning.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.detect.leaks.lags import EDGES
from suyuan.store.tables import Tables


def unnamed_orders(tables: Tables, aged: ir.Table, now: int) -> ir.Table:
    """Each order young enough to be called about, once for each organisation of it that no row of
    `aged` has for source.
    """
    orders = tables["orders"]
    begin = now - int(EDGES[-1] * 3600)
    young = orders.filter(orders["ordered_at"].epoch_seconds() >= begin)
    seconds = ibis.literal(now) - young["ordered_at"].epoch_seconds()
    young = young.mutate(age=seconds.cast("float64") / 3600.0)
    each = ibis.union(
        *(
            young.filter(young[name].notnull()).select(
                "order_id", "ordered_at", "buyer_id", "buyer_phone", "age",
                "row_id", "file", "line", "sha256",
                source=ibis.literal(f"{kind}:") + young[name],
            )
            for name, kind in ATTRIBUTES.items()
        )
    )  # fmt: skip
    return each.anti_join(aged.select("source").distinct(), "source")
