"""What verification codes say about a number: how many services, and to whom they go on."""

import ibis.expr.types as ir


def code_counts(otps: ir.Table) -> ir.Table:
    """For each number that received codes.

    ``codes``, ``services`` (different senders), ``code_days``, ``codes_per_day``,
    ``services_per_day``, ``relayed`` (share passed on), ``relay_targets``, first and last time.
    """
    daily = otps.group_by("msisdn", day=otps["received_at"].date()).aggregate(n=otps.count())
    days = daily.group_by("msisdn").aggregate(code_days=daily.count())
    counts = otps.group_by("msisdn").aggregate(
        codes=otps.count(),
        services=otps["service"].nunique(),
        relayed=otps["relayed_to"].notnull().mean(),
        relay_targets=otps["relayed_to"].nunique(),
        first_code=otps["received_at"].min(),
        last_code=otps["received_at"].max(),
    )
    rows = counts.join(days, "msisdn")
    return rows.mutate(
        codes_per_day=rows["codes"] / rows["code_days"],
        services_per_day=rows["services"] / rows["code_days"],
        variety=rows["services"] / rows["codes"],
    )


def relays(otps: ir.Table) -> ir.Table:
    """For each target that codes are passed on to: ``relay_numbers`` it collects from."""
    relay_rows = otps.filter(otps["relayed_to"].notnull())
    return relay_rows.group_by(target=relay_rows["relayed_to"]).aggregate(
        relay_numbers=relay_rows["msisdn"].nunique(), relay_services=relay_rows["service"].nunique()
    )


def relay_targets(otps: ir.Table) -> ir.Table:
    """For each number: ``relay_numbers`` of the busiest target its codes are passed on to."""
    pairs = otps.filter(otps["relayed_to"].notnull())
    pairs = pairs.select("msisdn", target="relayed_to").distinct()
    sizes = pairs.join(relays(otps), "target")
    return sizes.group_by("msisdn").aggregate(
        relay_numbers=sizes["relay_numbers"].max(), target=sizes["target"].min()
    )
