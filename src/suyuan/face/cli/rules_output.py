"""Which rules the organisations of a case kept."""

from datetime import date

import pyarrow.compute as pc
from rich.console import Console

from suyuan.face.cli.screen import add, grid, subject
from suyuan.face.display import Display
from suyuan.model.text import Language, Text, row_text
from suyuan.privacy.reveal import masking
from suyuan.rulebook import load_rules
from suyuan.store.case import Results
from suyuan.store.duck import DuckEngine
from suyuan.store.records import open_records


def print_answers(results: Results, on: date | None, to: Console, language: Language) -> None:
    """A row for each rule and organisation; single acts are counted below."""
    results["quality_summary"]  # an error that says what to run, where nothing was imported
    with DuckEngine() as engine:
        tables = open_records(engine, results.layout, zone=results.case.zone)
        check = load_rules().check(tables, on=on)
    answers = check.compliance
    whole = pc.starts_with(answers["subject"], "operator:")
    heads = (
        *(Text("rule", "规则"), Text("who", "主体")),
        *(Text("answer", "回答"), Text("why", "理由")),
    )
    lines = grid(Text("Rules and answers", "规则与回答"), heads, language)
    display = Display(results.case.zone, masking(results.layout, None, "rules"))
    for row in answers.filter(whole).sort_by("rule_id").to_pylist():
        why = row_text(row, "reason").in_(language)
        add(lines, row["rule_id"], subject(display, row["subject"], language), row["answer"], why)
    to.print(lines)
    acts = answers.filter(pc.invert(whole))
    counts = acts.group_by(["rule_id", "answer"]).aggregate([("subject", "count")])
    for row in counts.sort_by("rule_id").to_pylist():
        line = Text("single acts: {n}", "单个行为：{n}").format(n=row["subject_count"])
        to.print(f"{row['rule_id']}  {row['answer']}  {line.in_(language)}")
    for rule, table in check.omissions:
        sentence = Text("not checked, table missing", "缺表未核对")
        to.print(f"{rule}  {sentence.in_(language)}: {table}")
