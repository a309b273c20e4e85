"""Case linkage 串并案: which reports are held to be the same hand.

Two reports are tied by each node that both touch. What a shared node is worth depends on how it was
touched (a call record outweighs a number taken down by hand) and on how many reports touch it: the
log-odds that two reports of one hand, rather than two at random, share it (Fellegi and Sunter
1969). Ties over a hub, or over somebody who supplies many rings, are not made.
"""

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.chain.communities import communities
from suyuan.chain.touch_kinds import WORTH
from suyuan.store.tables import Tables

#: Log-odds, before any tie, that two reports are the same hand.
PRIOR = -3.0
#: What two kinds of fraud add at most, where narratives tell them: ring after ring keeps one trade.
SCHEME = 3.0
#: Mean log-odds over all its pairs of reports that a group must keep: one hand, and one ring,
#: whose hands share less.
ONE_HAND, ONE_RING = 0.6, 0.2
#: A report alone joins a group that holds more than this share of its ties in favour.
CLEAR = 2.0 / 3.0
#: A person's word, in log-odds: more than all records about a ring together.
DECISION_ODDS = 1000.0
#: A node is compared between all its reports only up to this many.
FEW = 60


def ties(links: ir.Table, beneath: ir.Table, tables: Tables) -> ir.Table:
    """Pairs of reports (``left`` < ``right``) with the log-odds that they are one hand.

    `beneath` says what lies behind what (:func:`suyuan.chain.report_links.beneath`): two reports
    that share a number learn nothing more from its handset or its holder. ``loose`` counts those
    too: the odds by which reports are of one trade.
    """
    keep = tables.engine.keep
    worth = ibis.cases(*((links["how"] == how, w) for how, w in WORTH.items()), else_=0.0)
    nodes = links.mutate(worth=worth.cast("float64"))
    nodes = nodes.group_by(["report_id", "node"]).aggregate(worth=nodes["worth"].max())
    nodes = keep(nodes)
    counts = keep(nodes.mutate(n=nodes.count().over(group_by="node")))
    few, many = counts.filter(counts["n"] <= FEW), counts.filter(counts["n"] > FEW)
    candidates = ibis.union(_all_pairs(few), _neighbours(many.filter(many["worth"] >= -PRIOR)))
    pairs = keep(
        candidates.group_by(["left", "right", "node"]).aggregate(worth=candidates["worth"].max())
    )
    repeats = _repeats(pairs, beneath)
    own = ibis.ifelse(repeats["again"].isnull(), repeats["worth"], 0.0)
    sums = repeats.group_by(["left", "right"]).aggregate(
        worth=own.sum(), all=repeats["worth"].sum()
    )
    schemes = _schemes(keep(sums), tables)
    apart = schemes["scheme"] + PRIOR
    odds = schemes.select(
        "left", "right", log_odds=schemes["worth"] + apart, loose=schemes["all"] + apart
    )
    return _obey_decisions(odds, tables) if tables.has("pairings") else odds


def _repeats(pairs: ir.Table, beneath: ir.Table) -> ir.Table:
    """`pairs` with ``again`` where the node lies behind something else that both reports touch."""
    positive = pairs.filter(pairs["worth"] > 0).select("left", "right", by="node").view()
    echo = positive.inner_join(beneath, positive["by"] == beneath["thing"])
    echo = echo.select("left", "right", node="behind", again="right").distinct().view()
    on = ["left", "right", "node"]
    return pairs.left_join(echo, on).drop("left_right", "right_right", "node_right").view()


def _obey_decisions(odds: ir.Table, tables: Tables) -> ir.Table:
    """`odds`, with people's word in place of the records' where they merged or split reports."""
    decisions = tables["pairings"]
    open_ = odds.anti_join(decisions, ["left", "right"])
    word = ibis.ifelse(decisions["same"], DECISION_ODDS, -DECISION_ODDS).cast("float64")
    return ibis.union(open_, decisions.select("left", "right", log_odds=word, loose=word))


def _schemes(pairs: ir.Table, tables: Tables) -> ir.Table:
    """`pairs` with ``scheme``: the log of how much likelier than chance both are one kind of fraud.

    With p and q the two reports' probabilities over kinds and b the case's own mix, that is
    log(sum p q / sum b b), within bounds; 0 where a report tells nothing.
    """
    types = tables["fraud_types"]
    types = types.filter(types["in_force"]).select("report_id", "type", "probability")
    mix = types.group_by("type").aggregate(share=types["probability"].mean())
    chance = mix.aggregate(chance=(mix["share"] * mix["share"]).sum()).view()
    first, second = types.view(), types.view()
    typed_pairs = (
        pairs.inner_join(first, pairs["left"] == first["report_id"]).drop("report_id").view()
    )
    typed_pairs = typed_pairs.rename(p="probability")
    matches = typed_pairs.inner_join(
        second,
        (typed_pairs["right"] == second["report_id"]) & (typed_pairs["type"] == second["type"]),
    )
    agree = (
        matches.group_by(["left", "right"])
        .aggregate(agree=(matches["p"] * matches["probability"]).sum())
        .view()
    )
    weights = pairs.left_join(agree, ["left", "right"]).drop("left_right", "right_right").view()
    weights = weights.cross_join(chance)
    ratio = ((weights["agree"] + 0.01) / (weights["chance"] + 0.01)).ln()
    bounds = ibis.greatest(ibis.least(ratio, SCHEME), -SCHEME)
    return weights.mutate(scheme=ibis.coalesce(bounds, 0.0))


def series(pairs: pa.Table, first: pa.Table, resolution: float, by: str = "log_odds") -> pa.Table:
    """Columns ``node`` (every report, in order of `first`) and ``name`` of its group.

    Groups are communities over the ties in favour; a report that none took in joins the one that
    its ties speak for. A group is named after its earliest report
    (`first`: report_id in order of time), so that a new report joins without renaming what stands.
    """
    odds = pairs[by]
    tied = pairs.filter(pc.or_(pc.greater(odds, 0.0), pc.less_equal(odds, -DECISION_ODDS)))
    tied = tied.sort_by([("left", "ascending"), ("right", "ascending")])
    ids = first["report_id"].combine_chunks()
    ends = [pc.index_in(tied[side], value_set=ids).to_numpy() for side in ("left", "right")]
    label = communities(
        ends[0].astype(np.int32),
        ends[1].astype(np.int32),
        tied[by].to_numpy(),
        len(ids),
        resolution,
    )
    label = _join_lone(label, ends[0], ends[1], tied[by].to_numpy())
    earliest = np.full(len(ids), len(ids), dtype=np.int64)
    np.minimum.at(earliest, label, np.arange(len(ids)))
    return pa.table({"node": ids, "name": ids.take(pa.array(earliest[label]))})


def _join_lone(
    label: np.ndarray, left: np.ndarray, right: np.ndarray, weight: np.ndarray
) -> np.ndarray:
    """`label` with reports that are alone in the group that most of their ties speak for.

    A large group asks of each newcomer ties to many of its reports. Who shares a number with one of
    them, and nothing with any other group, belongs there all the same.
    """
    count = len(label)
    size = np.bincount(label, minlength=count)
    start, end = np.concatenate([left, right]), np.concatenate([right, left])
    alone = (size[label[start]] == 1) & (size[label[end]] > 1)
    keys, place = np.unique(start[alone] * count + label[end][alone], return_inverse=True)
    pull = np.bincount(place, np.concatenate([weight, weight])[alone], minlength=len(keys))
    report, group = keys // count, keys % count
    in_favour = np.bincount(report, np.maximum(pull, 0.0), minlength=count)
    order = np.lexsort((group, -pull, report))
    best = order[np.unique(report[order], return_index=True)[1]]
    best = best[pull[best] > CLEAR * in_favour[report[best]]]
    out = label.copy()
    out[report[best]] = group[best]
    return out


def _neighbours(nodes: ir.Table) -> ir.Table:
    """Each report with the next of the same node, in linear size, worth as much as all pairs."""
    window = ibis.window(group_by="node", order_by="report_id")
    after = nodes.mutate(
        right=nodes["report_id"].lead(1).over(window), other=nodes["worth"].lead(1).over(window)
    )
    after = after.filter(after["right"].notnull())
    worth = ibis.least(after["worth"], after["other"]) * after["n"].cast("float64") / 2.0
    return after.select("node", left="report_id", right="right", worth=worth)


def _all_pairs(nodes: ir.Table) -> ir.Table:
    left, right = nodes, nodes.view()
    pairs = left.inner_join(
        right, (left["node"] == right["node"]) & (left["report_id"] < right["report_id"])
    )
    return pairs.select(
        node=left["node"],
        left=left["report_id"],
        right=right["report_id"],
        worth=ibis.least(left["worth"], right["worth"]),
    )
