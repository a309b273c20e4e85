"""Orders whose copies stand in seized data, but for lists of those who had the orders anyway."""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.contacts import ATTRIBUTES
from suyuan.store.tables import Tables


def copies(tables: Tables, least: float) -> ir.Table:
    """The rows of ``matches`` of at least this probability that are copies in other hands.

    A shop's list of its own customers, found with the shop, let nothing out: an order is no copy
    where the holder of the exhibit is an organisation that the order went through.
    """
    matches = tables["matches"]
    matches = matches.filter(matches["probability"] >= least)
    own_rows = tables["leaked"].select("holder_id", of="row_id")
    own_rows = own_rows.filter(own_rows["holder_id"].notnull())
    orders = tables["orders"].select("order_id", *ATTRIBUTES)
    pairs = matches.select("leaked_row", "order_id").inner_join(
        own_rows, ibis._["leaked_row"] == own_rows["of"]
    )
    pairs = pairs.inner_join(orders, "order_id")
    own = pairs.filter(ibis.or_(*(pairs[name] == pairs["holder_id"] for name in ATTRIBUTES)))
    return matches.anti_join(own.select("leaked_row", "order_id"), ["leaked_row", "order_id"])
