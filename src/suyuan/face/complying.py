"""Which rules the organisations of a case kept."""

from datetime import date

import pyarrow.compute as pc
from rich.console import Console
from rich.table import Table

from suyuan.face.api import Results
from suyuan.face.masking import mask_subject
from suyuan.model.text import Language, Text
from suyuan.rulebook import load_rules
from suyuan.store.duck import DuckEngine
from suyuan.store.records import open_records


def print_answers(results: Results, on: date | None, to: Console, language: Language) -> None:
    """A row for each rule and organisation; single acts are counted below."""
    results["quality_summary"]  # an error that says what to run, where nothing was imported
    with DuckEngine() as engine:
        tables = open_records(engine, results.layout, zone=results.case.zone)
        checked = load_rules().check(tables, on=on)
    answers = checked.compliance
    whole = pc.starts_with(answers["subject"], "operator:")
    shown = Table(title=Text("Rules and answers", "规则与回答").in_(language), title_justify="left")
    for head in (
        Text("rule", "规则"),
        Text("who", "主体"),
        Text("answer", "回答"),
        Text("why", "理由"),
    ):
        shown.add_column(head.in_(language), overflow="fold")
    for row in answers.filter(whole).sort_by("rule_id").to_pylist():
        why = row["reason_zh"] if language == "zh" else row["reason"]
        shown.add_row(row["rule_id"], mask_subject(row["subject"]), row["answer"], why or "")
    to.print(shown)
    acts = answers.filter(pc.invert(whole))
    counted = acts.group_by(["rule_id", "answer"]).aggregate([("subject", "count")])
    for row in counted.sort_by("rule_id").to_pylist():
        told = Text("single acts: {n}", "单个行为:{n}").format(n=row["subject_count"])
        to.print(f"{row['rule_id']}  {row['answer']}  {told.in_(language)}")
    for rule, table in checked.unread:
        lacking = Text("not asked, table missing", "缺表未核对")
        to.print(f"{rule}  {lacking.in_(language)}: {table}")
