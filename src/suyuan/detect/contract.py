"""What a detector is: tables in, candidates with signals and the rows behind them out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from suyuan.model.text import Text
from suyuan.store.tables import Tables

#: Columns of a candidate beside its signals; a detector gives those that have a meaning for it.
FACTS = {
    "amount": "int64",
    "count": "int64",
    "first_seen": "timestamp(6)",
    "last_seen": "timestamp(6)",
    "mechanism": "string",
    "rule_id": "string",
    # Whether anything beside the subject's own conduct speaks against it; null: not asked. Who is
    # not corroborated is listed with a score, and never decided.
    "corroborated": "boolean",
}
# A candidate may also have ``known_cases``, how many known cases speak of it, and ``exposure``, how
# much chance it had for that: where enough are known, the case weighs the card (room adapting).


def any_ground(*grounds: ir.BooleanValue) -> ir.BooleanValue:
    """Whether one of `grounds` is known to hold; what could not be measured is none."""
    return ibis.or_(*(ground.fill_null(ibis.literal(value=False)) for ground in grounds))


@dataclass(frozen=True, slots=True)
class Measurement:
    """What a detector measured.

    ``candidates`` has one row a subject: ``subject``, any of :data:`FACTS`, and a column for each
    signal of the scorecard (null: could not be measured). ``evidence`` has the columns of
    :func:`suyuan.detect.evidence.rows`, any number of rows a subject; a candidate without any is
    not reported.
    """

    candidates: ir.Table
    evidence: ir.Table


@dataclass(frozen=True, slots=True)
class Detector:
    """A role sought.

    ``reads`` are the tables it can use (any may be missing at run time), ``needs`` those without
    which it finds nothing, ``roles`` the roles whose findings it builds on. The docstring of its
    module is the published explanation, its scorecard ``catalog/scorecards/<role>.yml``.
    """

    role: str
    title: Text
    reads: tuple[str, ...]
    needs: tuple[str, ...]
    measure: Callable[[Tables], Measurement]
    roles: tuple[str, ...] = ()
    without: Mapping[str, Text] = field(default_factory=dict)
