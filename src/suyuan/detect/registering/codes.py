"""What verification codes say about a number: how many services, and to whom they go on."""

import ibis.expr.types as ir


def received(otps: ir.Table) -> ir.Table:
    """For each number that received codes.

    ``codes``, ``services`` (different senders), ``code_days``, ``codes_per_day``,
    ``services_per_day``, ``relayed`` (share passed on), ``relay_targets``, first and last time.
    """
    daily = otps.group_by("msisdn", day=otps["received_at"].date()).aggregate(n=otps.count())
    days = daily.group_by("msisdn").aggregate(code_days=daily.count())
    all_ = otps.group_by("msisdn").aggregate(
        codes=otps.count(),
        services=otps["service"].nunique(),
        relayed=otps["relayed_to"].notnull().mean(),
        relay_targets=otps["relayed_to"].nunique(),
        first_code=otps["received_at"].min(),
        last_code=otps["received_at"].max(),
    )
    both = all_.join(days, "msisdn")
    return both.mutate(
        codes_per_day=both["codes"] / both["code_days"],
        services_per_day=both["services"] / both["code_days"],
        variety=both["services"] / both["codes"],
    )


def relays(otps: ir.Table) -> ir.Table:
    """For each target that codes are passed on to: ``relay_numbers`` it collects from."""
    sent = otps.filter(otps["relayed_to"].notnull())
    return sent.group_by(target=sent["relayed_to"]).aggregate(
        relay_numbers=sent["msisdn"].nunique(), relay_services=sent["service"].nunique()
    )


def collected(otps: ir.Table) -> ir.Table:
    """For each number: ``relay_numbers`` of the busiest target its codes are passed on to."""
    pairs = otps.filter(otps["relayed_to"].notnull())
    pairs = pairs.select("msisdn", target="relayed_to").distinct()
    sized = pairs.join(relays(otps), "target")
    return sized.group_by("msisdn").aggregate(
        relay_numbers=sized["relay_numbers"].max(), target=sized["target"].min()
    )
