"""Whether an account slept and then woke in other hands."""

import ibis
import ibis.expr.types as ir


def handover(slim: ir.Table, logins: ir.Table) -> ir.Table:
    """For each account that was ever logged in to.

    ``dormant_days`` from registration to the first login on another device (to the first login
    where devices are not known); ``own_device`` share of logins on the device it was registered
    on; ``moved`` 1 where the last login is on another device and another address than the first
    registration; ``login_crowd`` accounts seen on its busiest login device.
    """
    sight = logins.select("account_id", "at", login_device="device", login_ip="ip")
    both = sight.join(
        slim.select("account_id", "registered_at", "device", "ip"), "account_id"
    ).filter(lambda t: t["at"] >= t["registered_at"])
    other = (both["login_device"] != both["device"]).fill_null(ibis.literal(value=True))
    elsewhere = (both["login_ip"] != both["ip"]).fill_null(ibis.literal(value=True))
    both = both.mutate(other=other, moved=other & elsewhere)
    first = both.group_by("account_id").aggregate(
        registered_at=both["registered_at"].min(),
        logins=both.count(),
        own_device=1.0 - both["other"].mean(),
        moved=both["moved"].mean(),
        woke=both["at"].min(where=both["other"]),
        last_login=both["at"].max(),
    )
    crowd = _login_crowd(logins)
    found = first.left_join(crowd, "account_id").drop("account_id_right")
    slept = (found["woke"].epoch_seconds() - found["registered_at"].epoch_seconds()) / 86400
    return found.select(
        "account_id", "logins", "own_device", "moved", "login_crowd", "last_login",
        dormant_days=slept.cast("float64"),
    )  # fmt: skip


def _login_crowd(logins: ir.Table) -> ir.Table:
    on = logins.filter(logins["device"].notnull()).select("account_id", "device").distinct()
    size = on.group_by("device").aggregate(login_crowd=on.count())
    with_size = on.join(size, "device")
    return with_size.group_by("account_id").aggregate(login_crowd=with_size["login_crowd"].max())
