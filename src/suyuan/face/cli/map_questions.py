"""What ``suyuan map`` asks: columns, how directions are told, whose account, units, days."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

import typer

from suyuan.ingest.proposing.direction_words import DirectionWords
from suyuan.ingest.proposing.doubts import has_signs
from suyuan.ingest.proposing.header_words import (
    DIRECTION,
    IN_AMOUNT,
    OUT_AMOUNT,
    OWN,
    STATEMENT_ROLES,
    statement_sides,
)
from suyuan.ingest.proposing.proposal import Proposal
from suyuan.model.records import RECORDS
from suyuan.model.text import Language, Text

_KINDS: Final = ("both", "flag", "columns", "sign")


def ask_table(guess: str, language: Language) -> str:
    """Which standard table the rows are of."""
    return _choice(_TABLE_ASKED, tuple(RECORDS), guess, language)


def ask_all(proposal: Proposal, language: Language) -> Proposal:
    """The proposal with a person's answers; Enter takes what is proposed."""
    proposal = _ask_columns(proposal, language)
    if proposal.table in statement_sides():
        proposal = _ask_direction(proposal, language)
    if proposal.is_statement:
        proposal = _ask_own(proposal, language)
    if proposal.table == "payments" and proposal.unit in {None, "分"}:
        proposal = _ask_unit(proposal, language)
    if proposal.days is not None:
        order = _choice(_DAYS_ASKED, ("dmy", "mdy"), proposal.days, language)
        proposal = replace(proposal, days=order)
    return proposal


def _ask_columns(proposal: Proposal, language: Language) -> Proposal:
    """Corrections, several in a line, until an empty one."""
    roles = [*RECORDS[proposal.table].names]
    roles += [r for r in STATEMENT_ROLES if proposal.table in statement_sides() and r not in roles]
    typer.echo(_ROLES.format(names=", ".join(roles)).in_(language))
    while True:
        line = typer.prompt(_CORRECT.in_(language), default="", show_default=False).strip()
        if not line:
            return proposal
        answers: dict[str, str | None] = {}
        for word in line.replace(",", " ").replace(",", " ").split():
            place, _, role = word.partition("=")
            header = _header(place, proposal.sample.headers)
            if header is None or role not in {*roles, "-"}:
                typer.echo(_NO_SUCH.format(answer=word).in_(language))
            else:
                answers[header] = None if role == "-" else role
        proposal = proposal.with_(answers)
        for header, answer in answers.items():
            typer.echo(f"  {header}: {answer or '-'}")


def _header(text: str, headers: Sequence[str]) -> str | None:
    if text.isdigit() and 0 < int(text) <= len(headers):
        return headers[int(text) - 1]
    return text if text in headers else None


def _ask_direction(proposal: Proposal, language: Language) -> Proposal:
    kind = _choice(_HOW, _kinds(proposal), _kind(proposal), language)
    if kind == "both":
        giver, taker = proposal.parties
        proposal = _ask_role(proposal, giver, language)
        return _ask_role(_without_roles(proposal, {*STATEMENT_ROLES}), taker, language)
    if kind == "flag":
        proposal = _without_roles(proposal, {OUT_AMOUNT, IN_AMOUNT})
        return _ask_words(_ask_role(proposal, DIRECTION, language), language)
    if kind == "columns":
        proposal = _without_roles(proposal, {DIRECTION, "amount"})
        proposal = _ask_role(proposal, OUT_AMOUNT, language)
        return _ask_role(proposal, IN_AMOUNT, language)
    proposal = _without_roles(proposal, {DIRECTION, OUT_AMOUNT, IN_AMOUNT})
    proposal = _ask_role(proposal, "amount", language)
    default = "positive" if proposal.inverted else "negative"
    sign = _choice(_SPENT_SIGN, ("negative", "positive"), default, language)
    # A person's word stands as the balances' would.
    return replace(proposal, inverted=sign == "positive", confirmed=max(1, proposal.confirmed))


def _kinds(proposal: Proposal) -> tuple[str, ...]:
    return _KINDS if proposal.table == "payments" else _KINDS[:2]


def _kind(proposal: Proposal) -> str:
    """How the direction is told as far as is known."""
    if not proposal.is_statement:
        return "both"
    if proposal.headers(OUT_AMOUNT) or proposal.headers(IN_AMOUNT):
        return "columns"
    if proposal.headers(DIRECTION):
        return "flag"
    return "sign" if has_signs(proposal) else "both" if proposal.table != "payments" else "flag"


def _without_roles(proposal: Proposal, roles: Collection[str]) -> Proposal:
    return proposal.with_({c.header: None for c in proposal.columns if c.role in roles})


def _ask_role(proposal: Proposal, role: str, language: Language) -> Proposal:
    """Which column has this role; its number or its header."""
    present = next(iter(proposal.headers(role)), None)
    headers = proposal.sample.headers
    default = str(headers.index(present) + 1) if present else None
    words = _ROLE_WORDS.get(role, Text(role, role))
    prompt = _COLUMN_FOR.format(what="{what}")
    question = Text(prompt.en.format(what=words.en), prompt.zh.format(what=words.zh)).in_(language)
    while True:
        header = _header(typer.prompt(question, default=default).strip(), headers)
        if header is not None:
            return proposal.with_({header: role})
        typer.echo(_NO_SUCH.format(answer="?").in_(language))


def _ask_words(proposal: Proposal, language: Language) -> Proposal:
    """For each word of the direction column: out, in, or neither."""
    words, cells = proposal.words, proposal.cells(DIRECTION)
    outs: list[str] = []
    ins: list[str] = []
    for word in sorted(dict.fromkeys(cells), key=lambda w: -cells.count(w))[:12]:
        default = "out" if word in words.out_words else "in" if word in words.in_words else "-"
        prompt = _WORD.format(word=word, n=f"{cells.count(word):,}")
        answer = _choice(prompt, ("out", "in", "-"), default, language)
        if answer != "-":
            (outs if answer == "out" else ins).append(word)
    direction = DirectionWords(words.place, tuple(sorted(outs)), tuple(sorted(ins)))
    return replace(proposal, words=direction)


def _ask_own(proposal: Proposal, language: Language) -> Proposal:
    columns = [*proposal.headers(OWN), *proposal.headers(proposal.parties[0])]
    if columns:
        typer.echo(_OWN_COLUMN.format(header=columns[0]).in_(language))
        return proposal
    answer = typer.prompt(_OWN_ASKED.in_(language), default=proposal.own).strip()
    return replace(proposal, own=answer)


def _ask_unit(proposal: Proposal, language: Language) -> Proposal:
    default = {"元": "yuan", "分": "fen"}.get(proposal.unit or "")
    unit = _choice(_UNIT_ASKED, ("yuan", "fen"), default, language)
    return replace(proposal, unit="分" if unit == "fen" else "元")


def _choice(prompt: Text, choices: Sequence[str], default: str | None, language: Language) -> str:
    """One of `choices`, by its word or its number; asked until it is one."""
    default = default if default in choices else None
    question = f"{prompt.in_(language)} [{' / '.join(choices)}]"
    while True:
        answer = typer.prompt(question, default=default).strip().lower()
        if answer in choices:
            return str(answer)
        if answer.isdigit() and 0 < int(answer) <= len(choices):
            return choices[int(answer) - 1]
        typer.echo(_NO_SUCH.format(answer=answer).in_(language))


_TABLE_ASKED = Text("What do these rows contain", "各行是什么数据")
_ROLES = Text("Columns may be: {names}", "可用的标准列：{names}")
_CORRECT = Text(
    "Correct by number, such as 3=memo 5=- (- ignores); Enter when right",
    "按序号更正，如 3=memo 5=-（- 为忽略）；无误请回车",
)
_NO_SUCH = Text("No such choice: {answer}.", "没有“{answer}”这一项。")
_HOW = Text(
    "How are payer and payee identified: each row names both (both), a flag (flag), two "
    "columns of amounts (columns), or the sign (sign)",
    "如何区分付方与收方：每行写明双方（both）、标志列（flag）、收支两列（columns）、正负号（sign）",
)
_SPENT_SIGN = Text("Amounts spent are written as", "支出的金额写作")
_COLUMN_FOR = Text("Which column (number) is {what}", "{what}是第几列")
_WORD = Text("“{word}” ({n} rows) means", "“{word}”（{n} 行）表示")
_OWN_COLUMN = Text("The own account is in column {header}.", "本方账号见“{header}”列。")
_OWN_ASKED = Text("Whose account (or number) is it", "这是谁的账号（或号码）")
_UNIT_ASKED = Text("All amounts are whole numbers. Their unit is", "金额全为整数，单位是")
_DAYS_ASKED = Text("Days are written (03/04/2024)", "日期写法（03/04/2024）为")
_ROLE_WORDS: Final = {
    DIRECTION: Text("the flag", "标志"),
    OUT_AMOUNT: Text("what went out", "支出金额"),
    IN_AMOUNT: Text("what came in", "收入金额"),
    "amount": Text("the amount", "金额"),
    "payer": Text("who paid", "付款方"),
    "payee": Text("who was paid", "收款方"),
    "caller": Text("who called", "主叫"),
    "callee": Text("who was called", "被叫"),
}
