"""Breach of a rule: an operator, platform or merchant that broke a dated rule.

The rulebook answers rule by rule (table ``compliance``); this gathers, for each party with a broken
answer over all its acts, which rules it broke and the rows that show it. Single acts are not
findings of their own: they stand in ``compliance``. The innocent explanation, a slip at the
counter, is weighed by the rule's own tolerance; and where all there is is one broken act, it is
listed and not decided, however few acts the party has.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.contract import Detector, Measured
from suyuan.model.privacy import Privacy
from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: Who can be answerable for a rule; a SIM or a payment is a single act.
ANSWERABLE = ("operator:", "platform:", "merchant:", "courier:", "software:", "warehouse:")


def measure(tables: Tables) -> Measured:
    answers = tables["compliance"]
    answerable = ibis.or_(*(answers["subject"].startswith(kind) for kind in ANSWERABLE))
    broken = answers.filter((answers["answer"] == "broken") & answerable)
    rules = broken.group_by(["subject", "rule_id"]).aggregate(
        on=broken["on_date"].max(), acts=broken["value"].max()
    )
    gathered = rules.group_by("subject").aggregate(
        broken=rules["rule_id"].nunique(),
        count=rules["rule_id"].nunique(),
        rules=rules["rule_id"].collect(),
        last_seen=rules["on"].max(),
        acts=rules["acts"].max(),
    )
    # Sorted as an array, since Spark has no ordered collect.
    listed = ibis.literal(";").join(gathered["rules"].sort())
    several = gathered["acts"].isnull() | (gathered["acts"] > 1)
    candidates = gathered.mutate(rule_id=listed, corroborated=several).drop("rules", "acts")
    return Measured(candidates, _rows(broken, tables))


def _rows(broken: ir.Table, tables: Tables) -> ir.Table:
    proofs = tables["proofs:compliance"]
    named = broken.select("subject", "rule_id", of="evidence_id").distinct().view()
    pairs = proofs.inner_join(named, proofs["evidence_id"] == named["of"])
    return pairs.select(
        "subject",
        "table",
        "key",
        "row_id",
        "file",
        "line",
        "sha256",
        signal=ibis.literal("broken"),
        note=pairs["rule_id"],
        note_class=ibis.literal(Privacy.PUBLIC.value),
    )


DETECTOR = Detector(
    role="breach",
    title=Text("Who broke which rule", "谁违反了哪条规定"),
    reads=("compliance", "proofs:compliance"),
    needs=("compliance",),
    measure=measure,
)
