"""Groups of whatever shares things: the relation is cut down first, union-find does the rest."""

import ibis.expr.types as ir

from suyuan.identity.labels import label_pairs
from suyuan.store.engine import Engine

#: Things are written behind this mark, which sorts after letters and digits, so that the label of
#: a group (its smallest node) is a member and never a thing.
MARK = "~"


def thing(kind: str, value: ir.StringValue) -> ir.StringValue:
    """A node for something shared; `kind` keeps a device apart from a number written alike."""
    return MARK + kind + value


def group_members(engine: Engine, ties: ir.Table, *, widest: int) -> ir.Table:
    """Members tied to others: ``member``, ``group`` (its smallest member).

    `ties` has pairs ``member``, ``thing``. A thing of one member ties nobody and stays in the
    database; one of more than `widest` members is a hub or a placeholder and is not followed.
    """
    edges = engine.gather(_edges, ties, by=(widest,))
    return engine.derive(_members, engine.arrow(label_pairs(edges["member"], edges["thing"])))


def _edges(ties: ir.Table, widest: int) -> ir.Table:
    width = ties.group_by("thing").aggregate(n=ties.count())
    narrow_things = width.filter((width["n"] > 1) & (width["n"] <= widest))
    return ties.semi_join(narrow_things, "thing").select("member", "thing")


def _members(labels: ir.Table) -> ir.Table:
    members = labels.filter(~labels["node"].startswith(MARK))
    return members.select(member="node", group="label")
