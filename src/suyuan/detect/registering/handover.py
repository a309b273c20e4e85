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
    uses = sight.join(
        slim.select("account_id", "registered_at", "device", "ip"), "account_id"
    ).filter(lambda t: t["at"] >= t["registered_at"])
    other_device = (uses["login_device"] != uses["device"]).fill_null(ibis.literal(value=True))
    elsewhere = (uses["login_ip"] != uses["ip"]).fill_null(ibis.literal(value=True))
    uses = uses.mutate(other=other_device, moved=other_device & elsewhere)
    first = uses.group_by("account_id").aggregate(
        registered_at=uses["registered_at"].min(),
        logins=uses.count(),
        own_device=1.0 - uses["other"].mean(),
        moved=uses["moved"].mean(),
        woke=uses["at"].min(where=uses["other"]),
        last_login=uses["at"].max(),
    )
    crowd = _login_crowd(logins)
    facts = first.left_join(crowd, "account_id").drop("account_id_right")
    sleep = (facts["woke"].epoch_seconds() - facts["registered_at"].epoch_seconds()) / 86400
    return facts.select(
        "account_id", "logins", "own_device", "moved", "login_crowd", "last_login",
        dormant_days=sleep.cast("float64"),
    )  # fmt: skip


def _login_crowd(logins: ir.Table) -> ir.Table:
    on = logins.filter(logins["device"].notnull()).select("account_id", "device").distinct()
    size = on.group_by("device").aggregate(login_crowd=on.count())
    with_size = on.join(size, "device")
    return with_size.group_by("account_id").aggregate(login_crowd=with_size["login_crowd"].max())
