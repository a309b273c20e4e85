"""What a function had the database do, written down while it ran.

A function that asks the database for no rows has it make the same tables each time, from tables of
the same columns. Its statements, with the tables' names left open, then stand for the function.
"""

import base64
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.schema import Schema

#: Bytes of a table of constants that a program may hold.
MOST_CONSTANT: Final = 1 << 16
_NAME: Final = re.compile(r'"(kept_\d+)"')
_OPEN: Final = re.compile("\x02(\\d+)\x03")


@dataclass(frozen=True, slots=True)
class Instruction:
    """A table made: ``kind`` is ``keep``, ``view`` or ``arrow``, whose content is the table."""

    kind: str
    name: str
    schema: Schema
    content: str | pa.Table


@dataclass(slots=True, eq=False)
class Recording:
    """One function at work. Not ``whole``: it asked for rows, and may go on by what they say."""

    statements: list[Instruction] = field(default_factory=list)
    reads: dict[str, ir.Table] = field(default_factory=dict)
    answers: dict[str, bool] = field(default_factory=dict)
    writes: dict[str, ir.Table] = field(default_factory=dict)
    whole: bool = True

    def note(self, statement: Instruction) -> None:
        content = statement.content
        if isinstance(content, pa.Table) and content.nbytes > MOST_CONSTANT:
            self.whole = False
        self.statements.append(statement)

    def answer(self, name: str, answer: bool) -> None:  # noqa: FBT001  # what was answered
        if name in self.writes:
            self.whole = False  # it goes on by rows of its own
        else:
            self.answers.setdefault(name, answer)

    def read(self, name: str, table: ir.Table) -> None:
        if name not in self.writes:
            self.reads.setdefault(name, table)


@contextmanager
def aside(recordings: list[Recording] | None) -> Iterator[list[Recording]]:
    """What is done inside is no part of the functions at work: tables of the run are loaded."""
    previous = list(recordings or ())
    if recordings is not None:
        recordings.clear()
    try:
        yield previous
    finally:
        if recordings is not None:
            recordings[:] = previous


def place(table: ir.Table) -> str | None:
    """The name of a table of the database; None for an expression."""
    node = table.op()
    return node.name if isinstance(node, ops.DatabaseTable) else None


def signature(table: ir.Table) -> str:
    """All that SQL over a table of the database depends on, but its name."""
    node = table.op()
    assert isinstance(node, ops.DatabaseTable)
    columns = tuple((column, str(type_)) for column, type_ in node.schema.items())
    return f"{node.namespace.catalog}.{node.namespace.database} {columns!r}"


@dataclass(frozen=True, slots=True)
class Program:
    """Statements over numbered tables: the arguments, then those read, then those made.

    ``reads`` are name, signature and number; ``instructions`` kind, columns and content;
    ``result`` a number, numbers by name, or nothing; ``writes`` name and number.
    """

    reads: list[tuple[str, str, int]]
    instructions: list[tuple[str, str, str]]
    result: int | dict[str, int] | None
    writes: list[tuple[str, int]]

    def text(self) -> str:
        content = [self.reads, self.instructions, self.result, self.writes]
        return json.dumps(content, ensure_ascii=False)

    @staticmethod
    def of(text: str) -> "Program":
        return Program(*json.loads(text))


def program(
    recording: Recording, arguments: Sequence[str], result: ir.Table | Mapping[str, ir.Table] | None
) -> Program | None:
    """The recording without what nothing came of; None where it does not stand for its function."""
    if not recording.whole:
        return None
    instructions = {statement.name: statement for statement in recording.statements}
    ends = [result] if isinstance(result, ir.Table) else list((result or {}).values())
    needed_names = _needed_names([*ends, *recording.writes.values()], instructions)
    numbers: dict[str, int] = {}
    for name in arguments:
        numbers.setdefault(name, len(numbers))
    reads = []
    for name, table in recording.reads.items():
        if (own := place(table)) in needed_names and own is not None:
            reads.append((name, signature(table), numbers.setdefault(own, len(numbers))))
    statements = [statement for statement in recording.statements if statement.name in needed_names]
    for statement in statements:
        numbers.setdefault(statement.name, len(numbers))
    if not needed_names <= numbers.keys():
        return None  # it reaches for a table that it was not given
    lines = [
        (instruction.kind, columns(instruction.schema) or "", _open_text(instruction, numbers))
        for instruction in statements
    ]
    if not all(own for _, own, _ in lines):
        return None
    writes = [(name, numbers[str(place(table))]) for name, table in recording.writes.items()]
    return Program(reads, lines, _number_tables(result, numbers), writes)


def _needed_names(ends: Sequence[ir.Table], instructions: Mapping[str, Instruction]) -> set[str]:
    """Names of all tables that the ends are made from, and of the ends."""
    needed_names: set[str] = set()
    open_ = [str(place(end)) for end in ends]
    while open_:
        name = open_.pop()
        if name not in needed_names:
            needed_names.add(name)
            content = instructions[name].content if name in instructions else ""
            open_ += _NAME.findall(content) if isinstance(content, str) else []
    return needed_names


def _open_text(statement: Instruction, numbers: Mapping[str, int]) -> str:
    if isinstance(statement.content, str):
        return _NAME.sub(lambda own: f"\x02{numbers[own[1]]}\x03", statement.content)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, statement.content.schema) as stream:
        stream.write_table(statement.content)
    return base64.b64encode(sink.getvalue()).decode()


def constant(content: str) -> pa.Table:
    """The table that a statement of kind ``arrow`` holds."""
    return pa.ipc.open_stream(base64.b64decode(content)).read_all()


def references(content: str) -> set[int]:
    """The numbers of the tables that SQL of a statement is over."""
    return {int(number) for number in _OPEN.findall(content)}


def fill_names(content: str, names: Mapping[int, str]) -> str:
    """SQL of a statement over tables of these names."""
    return _OPEN.sub(lambda own: f'"{names[int(own[1])]}"', content)


def _number_tables(
    result: ir.Table | Mapping[str, ir.Table] | None, numbers: Mapping[str, int]
) -> int | dict[str, int] | None:
    if result is None:
        return None
    if isinstance(result, ir.Table):
        return numbers[str(place(result))]
    return {name: numbers[str(place(table))] for name, table in result.items()}


def columns(schema: Schema) -> str | None:
    """Columns and their types in a line; None where that would not give the same back."""
    text = json.dumps([(name, str(type_)) for name, type_ in schema.items()])
    return text if schema_of(text) == schema else None


@lru_cache(maxsize=1024)
def schema_of(columns: str) -> Schema:
    """The schema that :func:`columns` wrote."""
    return Schema(dict(json.loads(columns)))
