"""Reading as a step of an investigation."""

from suyuan.model.text import Text
from suyuan.reading.ranking import ranking
from suyuan.reading.reports import read_reports
from suyuan.store.steps import Step, StepOutput
from suyuan.store.tables import Tables

_COLUMNS = ("report_id", "reported_at", "fraud_type", "narrative", "loss")


def read_narratives(tables: Tables) -> StepOutput:
    """Read the narratives of ``reports``; what is missing gives empty tables."""
    reports = tables.engine.fetch(tables["reports"].select(*_COLUMNS))
    readings = read_reports(reports, zone=tables.zone)
    return {
        "statements": readings.statements,
        "stages": readings.stages,
        "fraud_types": readings.fraud_types,
        "wording_pairs": readings.wording_pairs,
        "fraud_ranking": ranking(reports, readings.fraud_types, zone=tables.zone),
    }


READING = Step(
    name="reading",
    title=Text("Reading the reports", "阅读报案陈述"),
    reads=("reports",),
    writes=("statements", "stages", "fraud_types", "wording_pairs", "fraud_ranking"),
    run=read_narratives,
    without={
        "reports": Text(
            "No stages, facts, fraud types or like wording from statements.",
            "无法从陈述中得到作案环节、要素、诈骗类型与文本相似。",
        )
    },
)
