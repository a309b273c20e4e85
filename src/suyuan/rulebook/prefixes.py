"""Which entry of a dated table of leading digits a number falls under.

Numbers are matched by equality of their heads, one length at a time, so that ten million cards
against a thousand segments stay a hash join.
"""

import ibis
import ibis.expr.types as ir

_YES, _UNKNOWN, _NO = 2, 1, 0
_KINDS = 3


def longest_prefix(asked: ir.Table, entries: ir.Table) -> ir.Table:
    """`asked` (with ``row_id``, ``asked``, ``asked_on``) and a boolean column ``found``.

    `entries` has ``segment``, ``valid_from``, ``valid_to`` and ``fulfils``. The longest entry that
    heads the number and is valid on the day decides. A number under no entry is outside them; but
    where no entry that fulfils is valid on that day, where the number is missing, or masked among
    the digits that matter, it cannot be told.
    """
    entries = entries.filter(entries.segment.notnull()).mutate(
        size=lambda t: t.segment.length().cast("int64"),
        kind=lambda t: ibis.cases((t.fulfils, _YES), (~t.fulfils, _NO), else_=_UNKNOWN),
    )
    best = _best(asked, entries)
    span = entries.aggregate(
        longest=entries.size.max(),
        fulfilling=(entries.kind == _YES).sum().cast("int64"),
        since=entries.valid_from.min(where=entries.kind == _YES),
        until=entries.valid_to.max(where=entries.kind == _YES),
        always=((entries.kind == _YES) & entries.valid_from.isnull()).sum().cast("int64"),
        ever=((entries.kind == _YES) & entries.valid_to.isnull()).sum().cast("int64"),
    )
    joined = asked.left_join(best, asked.row_id == best.best_row).cross_join(span)
    covered = (
        (joined.fulfilling > 0)
        & ((joined.always > 0) | (joined.asked_on >= joined.since))
        & ((joined.ever > 0) | (joined.asked_on <= joined.until))
    )
    masked = joined.asked.substr(0, joined.longest).contains("*")
    kind = joined.best % _KINDS
    found = ibis.cases(
        (joined.asked.isnull() | joined.asked_on.isnull() | masked, ibis.null("boolean")),
        (kind == _UNKNOWN, ibis.null("boolean")),
        (joined.best.notnull(), kind == _YES),
        (covered, ibis.literal(value=False)),
        else_=ibis.null("boolean"),
    )
    return joined.mutate(found=found).drop("best", "best_row", *span.columns)


def _best(asked: ir.Table, entries: ir.Table) -> ir.Table:
    """For each row the longest valid entry: its length, with what it says in the last place."""
    sizes = entries.select("size").distinct()
    numbers = asked.select("row_id", "asked", "asked_on").cross_join(sizes)
    heads = numbers.mutate(leading=numbers.asked.substr(0, numbers["size"]))
    hits = heads.join(
        entries.select("segment", "valid_from", "valid_to", "kind"),
        heads.leading == entries.segment,
    )
    valid = hits.filter(
        hits.valid_from.isnull() | (hits.valid_from <= hits.asked_on),
        hits.valid_to.isnull() | (hits.asked_on <= hits.valid_to),
    )
    ranked = valid.mutate(rank=valid["size"] * _KINDS + valid.kind)
    return ranked.group_by(best_row="row_id").aggregate(best=ranked["rank"].max().cast("int64"))
