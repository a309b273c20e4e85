"""Functions of a run's tables that are known by name: what they had the database do is done again.

Building an expression takes far longer than its SQL does on a case of usual size. So where a
function of the package has run once, the statements that it made (:mod:`suyuan.store.recording`)
are kept with the compiled plans, under its name, the hash of all code, its arguments and the
columns of the tables given. Tables that it read by name are read again by name. Where it asked
whether a table has rows, its statements are kept for each answer. A function that fetched rows has
no statements that stand for it, and runs each time; so does every function on Spark.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import fields, is_dataclass
from functools import partial
from typing import Any, Final, TypeAlias

import ibis.expr.types as ir

from suyuan.store.derivation import arguments_text
from suyuan.store.engine import Engine
from suyuan.store.recording import (
    Program,
    Recording,
    place,
    program,
    references,
    schema_of,
    signature,
)
from suyuan.store.tables import Tables

#: What a kept text begins with that is a question, and not a program.
_ASK: Final = "has "
Outcome: TypeAlias = ir.Table | dict[str, ir.Table] | None


def derive_table(tables: Tables, function: Callable[..., ir.Table], *arguments: object) -> ir.Table:
    """What `function` makes, kept; `tables` may be among its arguments, which are else plain.

    It must be a function of a module of ours, of its arguments and nothing else.
    """
    outcome = derive_from(tables, _name(function), function, arguments)
    assert isinstance(outcome, ir.Table)
    return outcome


def derive_tables(
    tables: Tables, function: Callable[..., Any], *arguments: object
) -> dict[str, ir.Table]:
    """The same of a function that makes several: a mapping, or the fields of a dataclass."""
    outcome = derive_from(tables, _name(function), function, arguments)
    assert isinstance(outcome, dict)
    return outcome


def derive_from(
    tables: Tables, name: str | None, function: Callable[..., Any], arguments: Sequence[object]
) -> Outcome:
    """As :func:`derive_table`, of what is known under `name`: what it returns, with its writes."""
    engine = tables.engine
    work = partial(_outcome, engine, function, arguments)
    text = name and arguments_text(name, arguments, tables, tables.zone)
    if not text or engine.recordings is None:
        return work()
    if not engine.plans.check:
        plan = _program_for(_digest(text), tables)
        if plan is not None and (inputs := _locate_inputs(plan, tables, arguments)) is not None:
            engine.plans.found += 1
            return _repeat_program(plan, tables, inputs)
    return _record_program(tables, _digest(text), work, arguments)


def _name(function: Callable[..., Any]) -> str | None:
    name = f"{function.__module__}.{function.__qualname__}"
    return name if name.startswith("suyuan.") and "<" not in name else None


def _outcome(engine: Engine, function: Callable[..., Any], arguments: Sequence[object]) -> Outcome:
    """What the function makes as tables of the database: one is kept, several are as they are."""
    outcome = function(*arguments)
    if outcome is None:
        return None
    if isinstance(outcome, ir.Table):
        return outcome if place(outcome) else engine.keep(outcome)
    parts = outcome
    if is_dataclass(outcome):
        parts = {field.name: getattr(outcome, field.name) for field in fields(outcome)}
    return {name: part if place(part) else engine.view(part) for name, part in parts.items()}


def _program_for(digest: str, tables: Tables) -> Program | None:
    """The program that is kept for the tables that have rows."""
    while (text := tables.engine.plans.look_up(digest)) is not None:
        if not text.startswith(_ASK):
            return Program.of(text)
        name = text.removeprefix(_ASK)
        digest = _answer(digest, name, tables.has(name))
    return None


def _locate_inputs(
    plan: Program, tables: Tables, arguments: Sequence[object]
) -> list[ir.Table] | None:
    """What the program starts from, by number; None where these are other tables now."""
    inputs = _own_tables(arguments)
    for name, columns, number in plan.reads:
        table = tables[name]
        inputs.setdefault(str(place(table)), table)
        if list(inputs).index(str(place(table))) != number or signature(table) != columns:
            return None
    return list(inputs.values())


def _repeat_program(plan: Program, tables: Tables, start: list[ir.Table]) -> Outcome:
    """Do what the program says, and give what its function gave.

    A table is let go of where no later statement is over it.
    """
    tables_by_number = dict(enumerate(start))
    last = _last_uses(plan, len(start))
    for number, (kind, columns, content) in enumerate(plan.instructions, len(start)):
        over = {source: tables_by_number[source] for source in _over(kind, content)}
        tables_by_number[number] = tables.engine.repeat(kind, schema_of(columns), content, over)
        for source in last.get(number, ()):
            del tables_by_number[source]
    for name, number in plan.writes:
        tables.put(name, tables_by_number[number])
    if isinstance(plan.result, dict):
        return {name: tables_by_number[number] for name, number in plan.result.items()}
    return None if plan.result is None else tables_by_number[plan.result]


def _last_uses(plan: Program, first: int) -> dict[int, list[int]]:
    """For each statement, by its number, the tables that none after it is over."""
    last: dict[int, int] = {}
    for number, (kind, _, content) in enumerate(plan.instructions, first):
        last |= dict.fromkeys(_over(kind, content), number)
    result = plan.result if isinstance(plan.result, dict) else {"": plan.result}
    ends = {*result.values(), *(number for _, number in plan.writes)}
    uses: dict[int, list[int]] = {}
    for source, number in last.items():
        if source not in ends:
            uses.setdefault(number, []).append(source)
    return uses


def _over(kind: str, content: str) -> set[int]:
    return set() if kind == "arrow" else references(content)


def _record_program(
    tables: Tables, digest: str, work: Callable[[], Outcome], arguments: Sequence[object]
) -> Outcome:
    recording, recordings = Recording(), tables.engine.recordings
    assert recordings is not None
    recordings.append(recording)
    try:
        result = work()
    finally:
        recordings.remove(recording)  # by identity
    plan = program(recording, list(_own_tables(arguments)), result)
    if plan is not None:
        for name, answer in recording.answers.items():
            tables.engine.plans.note(digest, _ASK + name)
            digest = _answer(digest, name, answer)
        tables.engine.plans.note(digest, plan.text())
    return result


def _own_tables(arguments: Sequence[object]) -> dict[str, ir.Table]:
    return {
        str(place(argument)): argument for argument in arguments if isinstance(argument, ir.Table)
    }


def _answer(digest: str, name: str, answer: bool) -> str:  # noqa: FBT001  # what was answered
    return _digest(f"{digest} {name} {answer}")


def _digest(text: str) -> str:
    return f"program {hashlib.blake2b(text.encode(), digest_size=20).hexdigest()}"
