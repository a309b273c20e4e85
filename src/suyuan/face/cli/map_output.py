"""What ``suyuan map`` shows: the columns with samples, and rows as sentences."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from rich.console import Console

from suyuan.face.cli.screen import add, grid, plain
from suyuan.ingest.proposing.header_words import DIRECTION, OWN
from suyuan.ingest.proposing.proposal import Proposal
from suyuan.ingest.proposing.trial import MappingTrial
from suyuan.model.records import RECORDS
from suyuan.model.text import Language, Text
from suyuan.privacy.masks import mask_cell, mask_identifier

_SAMPLES: Final = 3


def print_proposal(proposal: Proposal, name: str, to: Console, language: Language) -> None:
    """The columns by number, with the shape of some cells, and what they seem to be."""
    heads = [Text("no.", "序号"), Text("column", "列"), Text("samples", "样例")]
    heads += [Text("is", "标准列"), Text("why", "依据")]
    table = RECORDS[proposal.table]
    rows = grid(f"{name} → {table.zh if language == 'zh' else table.name}", heads, language)
    for n, column in enumerate(proposal.columns, start=1):
        samples = ", ".join(mask_cell(sample) for sample in column.samples[:_SAMPLES])
        because = column.because.in_(language)
        add(rows, str(n), column.header, samples, column.role or "–", because)
    to.print(rows)
    if proposal.sample.headless:
        _say(_HEADLESS, to, language)
    if proposal.is_statement:
        _say(_statement(proposal), to, language)


def _statement(proposal: Proposal) -> Text:
    flags = proposal.headers(DIRECTION)
    if flags:
        words = proposal.words
        return _DIRECTION.format(
            header=flags[0],
            out=", ".join(words.out_words) or "?",
            come=", ".join(words.in_words) or "?",
        )
    return _SIGN_TELLS if proposal.is_signed and not proposal.headers(OWN) else _SIDE


def print_trial(trial: MappingTrial, to: Console, language: Language) -> None:
    """The first rows as sentences, how many stand, and why others do not."""
    for row in trial.rows:
        _say(sentence(str(trial.table), row), to, language)
    counts = _COUNTS.format(kept=f"{trial.rows_kept:,}", aside=f"{trial.aside:,}")
    _say(counts, to, language)
    if trial.balance_hits or trial.balance_misses:
        every = f"{trial.balance_hits + trial.balance_misses:,}"
        _say(_BALANCES.format(n=f"{trial.balance_hits:,}", all=every), to, language)
    for text, column, n in trial.reasons:
        place = f"{column}: " if column else ""
        _say(Text(f"  · {place}{text.en} ({n:,})", f"  · {place}{text.zh}（{n:,}）"), to, language)


def sentence(table: str, row: Mapping[str, Any]) -> Text:
    """A row as one says it: A paid B 100.00 at …"""
    if table == "payments":
        amount = f"{row['amount'] / 100:,.2f}"
        return _PAYMENT_LINE.format(
            a=_party(row["payer"]), b=_party(row["payee"]), n=amount, at=row["at"]
        )
    if table == "calls":
        parties = {"a": _party(row["caller"]), "b": _party(row["callee"])}
        return _CALL_LINE.format(**parties, n=row.get("duration") or 0, at=row["started_at"])
    names = [c.name for c in RECORDS[table] if row.get(c.name) is not None][:6]
    cells = ", ".join(f"{name} {_cell(row[name])}" for name in names)
    return Text(f"  {cells}", f"  {cells}")


def _party(identifier: object) -> str:
    """A number by its ends; a name by its first character."""
    return mask_identifier(str(identifier), lambda _: "").rstrip("~") if identifier else "?"


def _cell(value: object) -> str:
    return str(value) if isinstance(value, datetime | int | float) else mask_cell(str(value))


def _say(text: Text, to: Console, language: Language) -> None:
    to.print(plain(text.in_(language)), soft_wrap=True)


_HEADLESS = Text(
    "The file has no header; once saved, its columns are recognised by their order and shape.",
    "该文件没有表头；保存后按列的次序与形态识别。",
)
_DIRECTION = Text(
    "{header} says which way each row went: {out} is out, {come} is in. Rows are told from the own "
    "account's side.",
    "“{header}”表明每行的方向：{out} 为支出（主叫），{come} 为收入（被叫）；"
    "按本方账户的视角还原双方。",
)
_SIGN_TELLS = Text(
    "The sign of the amount gives the direction of each row.", "以金额的正负号区分收支。"
)
_SIDE = Text("Rows are written from the own account's side.", "各行按本方账户的视角记载。")
_PAYMENT_LINE = Text("  {a} paid {b} {n} at {at}", "  {at} {a} 付给 {b} {n} 元")
_CALL_LINE = Text("  {a} called {b} for {n} s at {at}", "  {at} {a} 呼叫 {b}，{n} 秒")
_COUNTS = Text(
    "{kept} rows would be accepted, {aside} set aside.", "{kept} 行可用，{aside} 行将被隔离。"
)
_BALANCES = Text("{n} of {all} balances match the one before.", "余额衔接 {n}/{all}。")
