"""Steps: what they read, what they write, and the order that follows."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from graphlib import CycleError, TopologicalSorter

import ibis.expr.types as ir
import pyarrow as pa

from suyuan.model.errors import ContractError
from suyuan.model.text import Text
from suyuan.store.derivation import function_text
from suyuan.store.programs import derive_from
from suyuan.store.tables import Tables

StepOutput = Mapping[str, ir.Table | pa.Table]


@dataclass(frozen=True, slots=True)
class Step:
    """One named step of an investigation.

    It may read ``reads`` and what it wrote itself, and write ``writes``, nothing else. ``without``
    says, for a table it reads, what is left out where that table is missing. What it writes is a
    function of its code, of ``settings`` and of the tables that it reads, and of nothing else.
    """

    name: str
    title: Text
    reads: tuple[str, ...]
    writes: tuple[str, ...]
    run: Callable[[Tables], StepOutput]
    without: Mapping[str, Text] = field(default_factory=dict)
    settings: Mapping[str, float | str] = field(default_factory=dict)


def in_order(steps: Sequence[Step]) -> list[Step]:
    """Steps sorted so that each comes after those that write what it reads.

    Ties keep the order given. Raises :class:`ContractError` on a circle or two writers.
    """
    writers: dict[str, Step] = {}
    for step in steps:
        for name in step.writes:
            if name in writers:
                raise _contract("Two steps write one table.", "两个步骤写同一个表。", name)
            writers[name] = step
    by_name = {step.name: step for step in steps}
    graph = {s.name: {writers[r].name for r in s.reads if r in writers} for s in steps}
    try:
        return [by_name[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        raise _contract("Steps wait for each other.", "步骤互相等待。", error.args[1]) from error


def needed_for(targets: Iterable[str], steps: Sequence[Step]) -> list[Step]:
    """Those of `steps` (in order) without which the tables `targets` could not be made."""
    names, selection = set(targets), []
    for step in reversed(steps):
        if names.intersection(step.writes):
            selection.append(step)
            names.update(step.reads)
    return selection[::-1]


def last_reads(steps: Sequence[Step], *, but: Collection[str]) -> list[list[str]]:
    """For each of `steps`, in order, the tables that none after it reads; those of `but` never."""
    names, last_names = set(but), []
    for step in reversed(steps):
        last_names.append(sorted({*step.reads, *step.writes} - names))
        names.update(last_names[-1])
    return last_names[::-1]


def execute(step: Step, tables: Tables) -> tuple[str, ...]:
    """Run `step` on `tables`, which take in what it writes; the names of what it wrote, in order.

    Raises :class:`ContractError` where it reads or writes a table that it did not declare.
    """
    own = tables.only(step.reads, writes=step.writes)
    derive_from(own, _known_as(step), partial(_run_step, step), [own])
    return own.written_names


def _known_as(step: Step) -> str | None:
    """What its statements are kept under; None for a step whose code is not all of ours."""
    code = function_text(step.run)
    settings = sorted((name, repr(value)) for name, value in step.settings.items())
    return code and f"step {step.name} {code} {settings} {step.reads} {step.writes}"


def _run_step(step: Step, own: Tables) -> None:
    for name, table in step.run(own).items():
        own.put(name, table)


def _contract(en: str, zh: str, value: object) -> ContractError:
    return ContractError(
        Text(en, zh),
        value=value,
        hint=Text("Look at `reads` and `writes` of the steps.", "请检查各步骤的 reads 与 writes。"),
    )
