"""Whose money lies in an account, in the terminal."""

from rich.console import Console

from suyuan.face.cli.screen import add, grid, subject
from suyuan.face.cli.trace_output import ROWS_SHOWN, methods_of
from suyuan.face.display import Display
from suyuan.face.wording import yuan_of_fen
from suyuan.model.text import Language, Text
from suyuan.money.backward_trace import trace_back
from suyuan.store.case import Results
from suyuan.store.decisions import DECISIONS_STEP
from suyuan.store.duck import DuckEngine
from suyuan.store.records import open_records
from suyuan.store.steps import execute


def print_whose(
    results: Results,
    account: str,
    method: str | None,
    to: Console,
    language: Language,
    display: Display,
) -> None:
    """Whose money lies in `account`: each first payer's share, by one method."""
    with DuckEngine() as engine:
        tables = open_records(engine, results.layout, zone=results.case.zone)
        execute(DECISIONS_STEP, tables)
        sources = trace_back(tables, account, methods_of(method)[0])
    heads = (
        *(Text("from", "来源"), Text("what", "性质"), Text("came", "流入")),
        Text("still lies there", "尚存"),
    )
    name = display.subject(f"bank_account:{account}").in_(language)
    title = Text("Whose money is it? {account}", "这是谁的钱？{account}").format(account=name)
    table = grid(title, heads, language)
    for row in sources.slice(0, ROWS_SHOWN).to_pylist():
        source = subject(display, row["source"], language)
        kind = _SOURCES.get(row["kind"], Text(row["kind"], row["kind"])).in_(language)
        add(table, source, kind, *(yuan_of_fen(row[c], language) for c in ("came", "lies")))
    if sources.num_rows > ROWS_SHOWN:
        more = Text("{n} further sources", "其余{n}个来源")
        table.caption = more.format(n=sources.num_rows - ROWS_SHOWN).in_(language)
    to.print(table)


_SOURCES = {
    "report": Text("a report's loss", "报案损失"),
    "opening": Text("already held when the records begin", "记录开始时已有"),
    "beyond": Text("not traced further", "未再追查"),
}
