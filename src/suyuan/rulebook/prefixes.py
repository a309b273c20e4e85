"""Which entry of a dated table of leading digits a number falls under.

Numbers are matched by equality of their heads, one length at a time, so that ten million cards
against a thousand segments stay a hash join.
"""

import ibis
import ibis.expr.types as ir

_YES, _NOT_KNOWN, _NO = 2, 1, 0
_KINDS = 3


def longest_prefix(queries: ir.Table, entries: ir.Table) -> ir.Table:
    """`queries` (with ``row_id``, ``asked``, ``asked_on``) and a boolean column ``found``.

    `entries` has ``segment``, ``valid_from``, ``valid_to`` and ``fulfils``. The longest entry that
    heads the number and is valid on the day decides. A number under no entry is outside them; but
    where no entry that fulfils is valid on that day, where the number is missing, or masked among
    the digits that matter, it cannot be told.
    """
    entries = entries.filter(entries.segment.notnull()).mutate(
        size=lambda t: t.segment.length().cast("int64"),
        kind=lambda t: ibis.cases((t.fulfils, _YES), (~t.fulfils, _NO), else_=_NOT_KNOWN),
    )
    best = _best(queries, entries)
    span = entries.aggregate(
        longest=entries.size.max(),
        fulfilling=(entries.kind == _YES).sum().cast("int64"),
        since=entries.valid_from.min(where=entries.kind == _YES),
        until=entries.valid_to.max(where=entries.kind == _YES),
        always=((entries.kind == _YES) & entries.valid_from.isnull()).sum().cast("int64"),
        ever=((entries.kind == _YES) & entries.valid_to.isnull()).sum().cast("int64"),
    )
    rows = queries.left_join(best, queries.row_id == best.best_row).cross_join(span)
    is_covered = (
        (rows.fulfilling > 0)
        & ((rows.always > 0) | (rows.asked_on >= rows.since))
        & ((rows.ever > 0) | (rows.asked_on <= rows.until))
    )
    is_masked = rows.asked.substr(0, rows.longest).contains("*")
    kind = rows.best % _KINDS
    answer = ibis.cases(
        (rows.asked.isnull() | rows.asked_on.isnull() | is_masked, ibis.null("boolean")),
        (kind == _NOT_KNOWN, ibis.null("boolean")),
        (rows.best.notnull(), kind == _YES),
        (is_covered, ibis.literal(value=False)),
        else_=ibis.null("boolean"),
    )
    return rows.mutate(found=answer).drop("best", "best_row", *span.columns)


def _best(queries: ir.Table, entries: ir.Table) -> ir.Table:
    """For each row the longest valid entry: its length, with what it says in the last place."""
    sizes = entries.select("size").distinct()
    numbers = queries.select("row_id", "asked", "asked_on").cross_join(sizes)
    heads = numbers.mutate(leading=numbers.asked.substr(0, numbers["size"]))
    hits = heads.join(
        entries.select("segment", "valid_from", "valid_to", "kind"),
        heads.leading == entries.segment,
    )
    valid = hits.filter(
        hits.valid_from.isnull() | (hits.valid_from <= hits.asked_on),
        hits.valid_to.isnull() | (hits.asked_on <= hits.valid_to),
    )
    ranks = valid.mutate(rank=valid["size"] * _KINDS + valid.kind)
    return ranks.group_by(best_row="row_id").aggregate(best=ranks["rank"].max().cast("int64"))
