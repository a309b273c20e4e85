"""Parts of a step, kept by the hash of what they read.

A step runs again where one of its tables changed; what it makes of the others need not be made
again. Such a part is a function of a few tables of the run, which it names and which are all that
it can read.
"""

from collections.abc import Callable, Collection
from typing import Any

import ibis.expr.types as ir

from suyuan.store.programs import derive_tables
from suyuan.store.recording import aside
from suyuan.store.tables import Tables


def derive_part(
    tables: Tables, function: Callable[..., Any], reads: Collection[str]
) -> dict[str, ir.Table]:
    """What `function` makes of the tables `reads`, of a run or of an earlier one.

    As :func:`suyuan.store.programs.derive_tables`. Reading another table is an error.
    """
    own, parts = tables.only(reads), tables.parts
    name = f"{function.__module__}.{function.__qualname__}"
    tables_of_part = parts.find_part(name, own.readable) if parts else None
    if tables_of_part is None:
        outcome = derive_tables(own, function, own)
        if parts:
            with aside(tables.engine.recordings):
                parts.keep_part(name, own.readable, tables.engine, outcome)
        return outcome
    for recording in tables.engine.recordings or ():
        recording.whole = False  # rows of this case stand for no statement
    return {name: tables.engine.arrow(rows) for name, rows in tables_of_part.items()}
