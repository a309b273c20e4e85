"""Breach of a rule: an operator, platform or merchant that broke a dated rule.

The rulebook answers rule by rule (table ``compliance``); this gathers, for each party with a broken
answer over all its acts, which rules it broke and the rows that show it. Single acts are not
findings of their own: they stand in ``compliance``. The innocent explanation, a slip at the
counter, is weighed by the rule's own tolerance; and where all there is is one broken act, it is
listed and not decided, however few acts the party has.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.contract import Detector, Measurement
from suyuan.model.privacy import Privacy
from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: Who can be answerable for a rule; a SIM or a payment is a single act.
ANSWERABLE = ("operator:", "platform:", "merchant:", "courier:", "software:", "warehouse:")


def measure(tables: Tables) -> Measurement:
    answers = tables["compliance"]
    answerable = ibis.or_(*(answers["subject"].startswith(kind) for kind in ANSWERABLE))
    breaches = answers.filter((answers["answer"] == "broken") & answerable)
    rules = breaches.group_by(["subject", "rule_id"]).aggregate(
        on=breaches["on_date"].max(), acts=breaches["value"].max()
    )
    by_subject = rules.group_by("subject").aggregate(
        broken=rules["rule_id"].nunique(),
        count=rules["rule_id"].nunique(),
        rules=rules["rule_id"].collect(),
        last_seen=rules["on"].max(),
        acts=rules["acts"].max(),
    )
    # Sorted as an array, since Spark has no ordered collect.
    rule_ids = ibis.literal(";").join(by_subject["rules"].sort())
    several = by_subject["acts"].isnull() | (by_subject["acts"] > 1)
    candidates = by_subject.mutate(rule_id=rule_ids, corroborated=several).drop("rules", "acts")
    return Measurement(candidates, _rows(breaches, tables))


def _rows(breaches: ir.Table, tables: Tables) -> ir.Table:
    proofs = tables["proofs:compliance"]
    breach_ids = breaches.select("subject", "rule_id", of="evidence_id").distinct().view()
    pairs = proofs.inner_join(breach_ids, proofs["evidence_id"] == breach_ids["of"])
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
