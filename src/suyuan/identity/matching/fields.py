"""Both sides of the linkage brought to the same shape: visible digits, local days, first letters."""

from datetime import datetime
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir


def seized(leaked: ir.Table, zone: str) -> ir.Table:
    """Seized rows: ``leaked_row`` and the fields compared; masked values stay as they are."""
    return _fields(leaked, "leaked_row", "l_", phone="phone", name="name", zone=zone)


def ordered(orders: ir.Table, zone: str) -> ir.Table:
    """Orders: ``order_row``, ``order_id`` and the fields compared."""
    return _fields(
        orders, "order_row", "o_", phone="buyer_phone", name="buyer_name", zone=zone
    ).mutate(order_id=orders["order_id"])


def _fields(
    rows: ir.Table, id_: str, side: str, *, phone: str, name: str, zone: str
) -> ir.Table:
    digits, person = rows[phone], rows[name]
    day = _local_day(rows["ordered_at"], zone)
    fields = {
        "phone": digits,
        "phone_key": visible(digits),
        "masked": digits.contains("*"),
        "name": person,
        "initial": ibis.ifelse(person.substr(0, 1) == "*", ibis.null("string"), person.substr(0, 1)),
        "address": rows["address"],
        "item": rows["item"],
        "amount": rows["amount"],
        "hour": (rows["ordered_at"].epoch_seconds() / 3600).floor().cast("int64"),
        "day": day,
        "waybill": ibis.ifelse(
            rows["waybill_id"].contains("*"), ibis.null("string"), rows["waybill_id"]
        ),
    }
    return rows.select(**{id_: rows["row_id"]}, **{side + k: v for k, v in fields.items()})


def visible(digits: ir.StringValue) -> ir.StringValue:
    """First three and last four digits of an 11-digit number, where all seven are visible."""
    head, tail = digits.substr(0, 3), digits.substr(7, 4)
    shown = (digits.length() == 11) & ~head.contains("*") & ~tail.contains("*")
    return ibis.ifelse(shown, head + tail, ibis.null("string"))


def _local_day(moment: ir.TimestampValue, zone: str) -> ir.IntegerValue:
    """Days since 1970 by the clock of `zone`; a date without a time is midnight there."""
    offset = ZoneInfo(zone).utcoffset(datetime(2019, 6, 1))
    seconds = int(offset.total_seconds()) if offset else 0
    return ((moment.epoch_seconds() + seconds) / 86_400).floor().cast("int64")
