"""Which reports may be of the fraud that this chain is about, and so speak against somebody.

A case holds reports of other frauds too: of loans, of shops that never sent, of friends who were
none. Their numbers and accounts are listed as all others are; but that an account was named in such
a report makes nobody a farm of this chain, and from many of them a case would learn to take campus
rooms for farms. So only reports that may be of this fraud name anybody, or are learnt from.
"""

import ibis
import ibis.expr.types as ir

from suyuan.detect.leaks.relevance import relevance
from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: What a narrative must leave of a chance: some of ours say little. A label alone is told apart
#: from those of other frauds in the middle; without either a report may be ours.
LEFT_OPEN, LIKELY = 0.15, 0.5
#: Said of a case whose reports are all of other frauds.
NONE_OF_OURS = Text(
    "No report in this case looks like order-based fraud, so numbers and accounts "
    "mentioned only in reports of other frauds are listed but not named.",
    "本案没有冒充客服类报案；仅由其他类型报案提及的号码和账号只列出，不认定。",
)


def reports_of_scheme(tables: Tables) -> ir.Table:
    """``report_id`` and ``relevance`` of each report that may be of this fraud."""
    read, reports = relevance(tables), tables["reports"]
    narratives = reports.filter(reports["narrative"].notnull()).select("report_id").distinct()
    pairs = read.left_join(narratives, read["contact"] == narratives["report_id"])
    least = ibis.ifelse(pairs["report_id"].notnull(), LEFT_OPEN, LIKELY)
    enough = pairs.filter(pairs["relevance"] >= least)
    return enough.group_by(report_id="contact").aggregate(relevance=enough["relevance"].max())


def mark_scheme(rows: ir.Table, scheme_reports: ir.Table) -> ir.Table:
    """`rows` with ``ours``: 1 where their ``report_id`` is among `scheme_reports`, else 0."""
    flag = scheme_reports.select("report_id").distinct().mutate(ours=ibis.literal(1))
    pairs = rows.left_join(flag, "report_id").drop("report_id_right")
    return pairs.mutate(ours=pairs["ours"].fill_null(0))


def limits(tables: Tables) -> list[dict[str, str]]:
    """The limit of a case that holds no report of this fraud, as a row of the table ``limits``."""
    if not tables.has("reports") or tables.engine.fetch(reports_of_scheme(tables)).num_rows:
        return []
    effects = {"effect": NONE_OF_OURS.en, "effect_zh": NONE_OF_OURS.zh}
    return [{"step": "reading", "table": "reports", **effects}]
