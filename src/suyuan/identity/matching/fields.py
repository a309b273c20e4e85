"""Both sides of the linkage brought to one shape: visible digits, local days, first letters."""

from datetime import datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir

from suyuan.lookup.masked_numbers import visible


def leaked_fields(rows: ir.Table, zone: str) -> ir.Table:
    """Seized rows: ``leaked_row`` and the fields compared; masked values stay as they are."""
    fields = _fields(rows, "l_", phone="phone", name="name", zone=zone)
    return rows.select(leaked_row=rows["row_id"], **fields)


def order_fields(orders: ir.Table, zone: str) -> ir.Table:
    """Orders: ``order_row``, ``order_id`` and the fields compared."""
    fields = _fields(orders, "o_", phone="buyer_phone", name="buyer_name", zone=zone)
    return orders.select("order_id", order_row=orders["row_id"], **fields)


def _fields(rows: ir.Table, side: str, *, phone: str, name: str, zone: str) -> dict[str, ir.Value]:
    digits, person = rows[phone], rows[name]
    day = _local_day(rows["ordered_at"], zone)
    fields = {
        "phone": digits,
        "phone_key": visible(digits),
        "masked": digits.contains("*"),
        "name": person,
        "initial": ibis.ifelse(
            person.substr(0, 1) == "*", ibis.null("string"), person.substr(0, 1)
        ),
        "address": rows["address"],
        "item": rows["item"],
        "amount": rows["amount"],
        "hour": (rows["ordered_at"].epoch_seconds() / 3600).floor().cast("int64"),
        "day": day,
        "waybill": ibis.ifelse(
            rows["waybill_id"].contains("*"), ibis.null("string"), rows["waybill_id"]
        ),
    }
    return {side + field: value for field, value in fields.items()}


def _local_day(moment: ir.TimestampValue, zone: str) -> ir.IntegerValue:
    """Days since 1970 by the clock of `zone`; a date without a time is midnight there."""
    offset = ZoneInfo(zone).utcoffset(datetime(2019, 6, 1))
    seconds = int(offset.total_seconds()) if offset else 0
    return ((moment.epoch_seconds() + seconds) / 86_400).floor().cast("int64")
