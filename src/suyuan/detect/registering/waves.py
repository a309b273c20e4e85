"""Registered in a wave: on days on which many more accounts were made than around them.

Honest registrations are spread over the years; stock is made in the weeks in which somebody works
at it, by whatever hands and on whatever phones. So the days are measured against the days around
them, all accounts of the case together, and no device, address or number is needed.
"""

import ibis
import ibis.expr.types as ir

#: Days to either side that make a wave, and those that it is measured against.
NEAR, AROUND = 3, 60
#: Accounts that a wave is thought to hold beside those counted: of few, little is said.
FEW = 3.0


def waves(slim: ir.Table) -> ir.Table:
    """``account_id``, ``wave``: how many times as many were registered as around, as a logarithm.

    `slim` are registrations (:func:`suyuan.detect.registering.crowds.registrations`).
    """
    day_numbers = slim.filter(slim["registered_at"].notnull())
    number = (day_numbers["registered_at"].epoch_seconds() / 86_400).floor().cast("int64")
    day_numbers = day_numbers.select("account_id", number=number)
    daily = day_numbers.group_by("number").aggregate(n=day_numbers.count())
    near, around = (
        daily["n"].sum().over(
            ibis.window(order_by="number", range=(-days, days))
        ).cast("float64")
        for days in (NEAR, AROUND)
    )  # fmt: skip
    share = float(2 * NEAR + 1) / float(2 * AROUND + 1)
    wave_days = daily.mutate(wave=((near + FEW) / (around * share + FEW)).log())
    return day_numbers.join(wave_days, "number").select("account_id", "wave")
