"""Which steps need not run again: by the hash of their code, their settings and what they read."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Final

import ibis.expr.types as ir
import pyarrow as pa
from ibis.expr.schema import Schema

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.code import code_digest
from suyuan.store.drafts import draft_of
from suyuan.store.engine import Engine
from suyuan.store.step_results import (
    MOST_BYTES,
    MOST_ROWS,
    StepResult,
    StepResults,
    TableFile,
    key_of,
)
from suyuan.store.steps import Step
from suyuan.store.tables import Tables

#: The hash of a table without rows, whether it was written or not: a step cannot tell the two.
EMPTY_DIGEST: Final = "none"
#: Rows from which the bytes of a table are estimated; under so many nobody asks.
SAMPLE: Final = 1 << 16


def _in_order(table: ir.Table) -> ir.Table:
    return table.order_by(list(table.columns))


def _first_rows(table: ir.Table) -> ir.Table:
    return table.limit(SAMPLE)


def _with_count(table: ir.Table) -> ir.Table:
    return table.aggregate(n=table.count())


def count_of(engine: Engine, table: ir.Table) -> int:
    """How many rows a table has."""
    return int(engine.gather(_with_count, table)["n"][0].as_py())


class Reuse(StrEnum):
    """What becomes of steps' results: used and kept, kept only, or neither."""

    YES = "yes"
    FRESH = "fresh"
    OFF = "off"


class KeptSteps:
    """Kept results of one output folder, as a run uses them; `digests` are of its tables so far."""

    def __init__(
        self, results: StepResults, reuse: Reuse, digests: Mapping[str, str], zone: str
    ) -> None:
        self.results = results
        self.keys: dict[str, str] = {}
        self._reuse, self._zone = reuse, zone
        self._digests = dict(digests)

    def find(self, step: Step, tables: Tables) -> StepResult | None:
        """What `step` would write, if that is kept: then `tables` offer it."""
        key = key_of(
            {
                "code": code_digest(),
                "step": step.name,
                "settings": {name: repr(value) for name, value in step.settings.items()},
                "zone": self._zone,
                "reads": {name: self._digests.get(name, EMPTY_DIGEST) for name in step.reads},
            }
        )
        self.keys[step.name] = key
        result = self.results.find(key) if self._used else None
        if result is not None:
            for file in result.tables:
                tables.offer(file.name, partial(self._load, file), has_rows=file.rows > 0)
                self._digests[file.name] = file.sha256 if file.rows else EMPTY_DIGEST
        return result

    def keep(self, step: Step, tables: Tables, rows: Mapping[str, int], absent: list[str]) -> None:
        """Keep what `step` has just written, where it is not too large; note its hashes."""
        key, files = self.keys[step.name], []
        for name, count in rows.items():
            file = self._write_table(name, tables.engine, tables[name], count)
            if file is None:
                self._digests[name] = f"{key} {name}"  # a function of what its step read
            else:
                self._digests[name] = file.sha256 if count else EMPTY_DIGEST
                files.append(file)
        if len(files) == len(rows):
            self.results.note(key, StepResult(step.name, tuple(files), tuple(absent)))

    def restore(self, name: str, path: Path) -> int | None:
        """Put the result file of a table whose rows are what they were at `path`; its rows."""
        key = self._published_key(name)
        result = self.results.find(key) if self._used else None
        data = self.results.data(result.tables[0]) if result else None
        if result is None or data is None:
            return None
        with draft_of(path) as draft:
            draft.write_bytes(data)
        return result.tables[0].rows

    def keep_published(self, name: str, path: Path, rows: int) -> None:
        """Keep the result file that was written at `path`, where it is not too large."""
        if path.stat().st_size <= MOST_BYTES:
            file = self.results.put(name, path.read_bytes(), rows)
            self.results.note(self._published_key(name), StepResult("publish", (file,)))

    def _published_key(self, name: str) -> str:
        rows = self._digests.get(name, EMPTY_DIGEST)
        return key_of({"code": code_digest(), "published": name, "rows": rows})

    def find_part(self, name: str, reads: Collection[str]) -> dict[str, pa.Table] | None:
        """What the part `name` of a step makes of the tables `reads`, if that is kept."""
        part = self.results.find(self._part_key(name, reads)) if self._used else None
        return {file.name: self._load(file) for file in part.tables} if part else None

    def keep_part(
        self, name: str, reads: Collection[str], engine: Engine, outcome: Mapping[str, ir.Table]
    ) -> None:
        """Keep what the part has just made, where that is not too large."""
        files = [
            self._part_file(table_name, engine, table) for table_name, table in outcome.items()
        ]
        part_files = tuple(file for file in files if file is not None)
        if len(part_files) == len(outcome):
            self.results.note(self._part_key(name, reads), StepResult(f"part {name}", part_files))

    @property
    def _used(self) -> bool:
        return self._reuse is Reuse.YES

    def _part_key(self, name: str, reads: Collection[str]) -> str:
        digests = {table_name: self._digests.get(table_name, EMPTY_DIGEST) for table_name in reads}
        return key_of({"code": code_digest(), "part": name, "zone": self._zone, "reads": digests})

    def _part_file(self, name: str, engine: Engine, table: ir.Table) -> TableFile | None:
        """None for a table that would come back with other types, too."""
        schema = table.schema()
        if Schema.from_pyarrow(schema.to_pyarrow()) != schema:
            return None
        return self._write_table(name, engine, table, count_of(engine, table))

    def _write_table(
        self, name: str, engine: Engine, table: ir.Table, count: int
    ) -> TableFile | None:
        if count > MOST_ROWS or self._too_large(engine, table, count):
            return None
        # In an order of its own: engines hand rows on in any, and the hash must not tell that.
        rows = engine.gather(_in_order, table)
        return None if rows.nbytes > MOST_BYTES else self.results.write(name, rows)

    def _too_large(self, engine: Engine, table: ir.Table, count: int) -> bool:
        """Whether some of the rows say that all would be too many bytes: sorting them is dear."""
        if count <= SAMPLE:
            return False
        sample = engine.gather(_first_rows, table)
        return sample.nbytes * count > 2 * MOST_BYTES * sample.num_rows

    def _load(self, file: TableFile) -> pa.Table:
        rows = self.results.table(file)
        if rows is None:
            raise InputError(
                Text(
                    "A cached result was altered while the run was using it.",
                    "运行过程中，缓存的步骤结果被改动。",
                ),
                value=self.results.path(file.sha256),
                hint=Text("Run it again.", "请重新运行。"),
            )
        return rows
