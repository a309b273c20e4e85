"""Compiled SQL kept from run to run.

A derivation is a function of tables: its SQL depends on the expression and on the columns of the
tables that it reads, not on their rows. So SQL is kept by the expression's shape
(:mod:`suyuan.store.shape`) with the tables' names left open, and compiled only where the shape is
new. Whatever goes wrong with the file, the plan is made afresh. Where the derivation is a function
that is known by name (:mod:`suyuan.store.derivation`), the expression need not even be built.
"""

import hashlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

import ibis.expr.types as ir
from ibis.expr.schema import Schema

from suyuan.model.errors import ContractError
from suyuan.model.text import Text
from suyuan.store.derivation import Derivation, derivation_shape
from suyuan.store.recording import columns as columns_of
from suyuan.store.recording import schema_of
from suyuan.store.shape import Shape, shape_of
from suyuan.store.user_cache import user_cache

#: Plans kept for one engine; those not used for longest go first. About 5 kB each.
PLAN_LIMIT: Final = 20_000
#: Raised when what is written down changes its meaning.
_FORM: Final = "2"
_DAY: Final = 86_400
_TABLE: Final = "CREATE TABLE IF NOT EXISTS plans (shape TEXT PRIMARY KEY, sql TEXT, day INTEGER)"


class Plans:
    """The SQL of expressions for one engine; with `check` every kept plan is compared anew."""

    def __init__(
        self,
        dialect: str,
        package: str,
        compile_: Callable[[ir.Table], str],
        quote: Callable[[str], str],
        *,
        folder: Path | None = None,
        check: bool = False,
    ) -> None:
        self._compile, self._quoted, self.check = compile_, quote, check
        self._new: dict[str, str] = {}
        self._used: set[str] = set()
        self.found = self.made = 0
        folder = folder or user_cache("plans")
        self._file = folder / f"{dialect}-{_versions(package)}.sqlite" if folder else None
        self._con = _open_database(self._file) if self._file else None

    def sql(self, expression: ir.Table) -> str:
        """`expression` in the engine's SQL."""
        shape = shape_of(expression.op()) if self._con else None
        if shape is None:
            return self._compile(expression)
        plan = self._cached_plan(shape.digest)
        if plan is None:
            self.made += 1
            return self._keep(shape, self._compile(expression))
        self.found += 1
        sql = self._fill_names(plan, shape)
        if self.check and sql != (fresh := self._compile(expression)):
            raise _differs(sql, fresh)
        return sql

    def derive(
        self, derivation: Derivation, tables: Sequence[ir.Table], arguments: Sequence[object]
    ) -> tuple[Schema, str]:
        """The columns and the SQL of what `derivation` makes; it is not run where it is known."""
        shape = derivation_shape(derivation, tables, arguments) if self._con else None
        plan = self._cached_plan(shape.digest) if shape else None
        if shape and plan is not None and not self.check:
            self.found += 1
            columns, _, sql = plan.partition("\n")
            return schema_of(columns), self._fill_names(sql, shape)
        expression = derivation(*tables, *arguments)
        schema, sql = expression.schema(), self.sql(expression)
        if shape is not None:
            self._keep_derived(shape, expression, sql, plan)
        return schema, sql

    def _keep_derived(self, shape: Shape, expression: ir.Table, sql: str, plan: str | None) -> None:
        """Keep a plan by its derivation too, if it reads the derivation's tables and no others."""
        own = shape_of(expression.op())
        columns = columns_of(expression.schema())
        if own is None or columns is None or not set(own.tables) <= set(shape.tables):
            return
        open_ = f"{columns}\n{self._open(sql, shape)}"
        if plan is not None and plan != open_:
            raise _differs(plan, open_)
        if self._fill_names(open_, shape) == f"{columns}\n{sql}":
            self._new[shape.digest] = open_

    def look_up(self, digest: str) -> str | None:
        """What is kept under a hash that somebody else made."""
        return self._cached_plan(digest) if self._con else None

    def note(self, digest: str, text: str) -> None:
        """Keep `text` under `digest`; where plans are checked, it must be what was kept."""
        plan = self.look_up(digest) if self.check else None
        if plan is not None and plan != text:
            raise _differs(plan, text)
        if self._con:
            self._new[digest] = text

    def save(self) -> None:
        """Write down what is new, and let go of what was not used for longest."""
        if self._con is None:
            return
        today = int(time.time()) // _DAY
        try:
            with self._con as con:
                con.executemany(
                    "INSERT OR IGNORE INTO plans VALUES (?, ?, ?)",
                    [(shape, sql, today) for shape, sql in self._new.items()],
                )
                con.executemany(
                    "UPDATE plans SET day = ? WHERE shape = ? AND day < ?",
                    [(today, shape, today) for shape in self._used],
                )
                con.execute(
                    "DELETE FROM plans WHERE shape IN "
                    "(SELECT shape FROM plans ORDER BY day DESC LIMIT -1 OFFSET ?)",
                    [PLAN_LIMIT],
                )
        except sqlite3.Error:
            pass
        self._con.close()
        self._con = None

    def _cached_plan(self, digest: str) -> str | None:
        if (new := self._new.get(digest)) is not None:
            return new
        assert self._con is not None
        try:
            row = self._con.execute("SELECT sql FROM plans WHERE shape = ?", [digest]).fetchone()
        except sqlite3.Error:
            return None
        if row is not None:
            self._used.add(digest)
        return None if row is None else str(row[0])

    def _keep(self, shape: Shape, sql: str) -> str:
        open_ = self._open(sql, shape)
        if self._fill_names(open_, shape) == sql:
            self._new[shape.digest] = open_
        return sql

    def _open(self, sql: str, shape: Shape) -> str:
        for number, name in enumerate(shape.tables):
            sql = sql.replace(self._quoted(name), _place(number))
        return sql

    def _fill_names(self, sql: str, shape: Shape) -> str:
        for number, name in enumerate(shape.tables):
            sql = sql.replace(_place(number), self._quoted(name))
        return sql


def _place(number: int) -> str:
    """What stands in a kept plan for a table's name; no SQL of ours holds this character."""
    return f"\x02{number}\x03"


def _differs(plan: str, fresh: str) -> ContractError:
    return ContractError(
        Text("A cached plan differs from a fresh one.", "缓存的查询计划与新生成的不同。"),
        value=f"{plan}\n{fresh}",
    )


def _versions(package: str) -> str:
    parts = [_FORM, *(f"{name} {version(name)}" for name in ("ibis-framework", "sqlglot", package))]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _open_database(file: Path) -> sqlite3.Connection | None:
    try:
        con = sqlite3.connect(file, timeout=1.0, check_same_thread=False)
        con.execute("PRAGMA journal_mode = WAL")
        con.execute(_TABLE)
    except sqlite3.Error:
        return None
    return con
