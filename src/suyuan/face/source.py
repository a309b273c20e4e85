"""What a report is made from: the result tables, and a few columns of the records behind them."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.chain.flow_graph import FlowGraph, flow_graph, money_steps
from suyuan.chain.holder_kinds import holder_kinds
from suyuan.chain.ring_callers import callers_by_ring, calls_by_day
from suyuan.model.results import RESULTS
from suyuan.store.case import Results
from suyuan.store.duck import DuckEngine
from suyuan.store.manifests import check_records
from suyuan.store.records import open_records
from suyuan.store.tables import Tables


@dataclass(slots=True)
class ResultTables(AbstractContextManager["ResultTables"]):
    """The tables of one investigation, each whole or empty: none is ever assumed to be there.

    `as_of` is naive UTC: records are read as they were known then.
    """

    results: Results
    zone: str
    as_of: datetime | None
    engine: DuckEngine
    records: Tables

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.engine.close()

    def table(self, name: str) -> pa.Table:
        """A result table; an empty one where it was not written."""
        if self.results.layout.result(name).exists():
            return self.results[name]
        return RESULTS[name].file_schema.empty_table()

    def where(self, name: str, column: str, values: Iterable[object]) -> pa.Table:
        """The rows of a result table whose `column` is one of `values`."""
        rows = self.table(name)
        keys = pa.array(list(values), type=rows.schema.field(column).type)
        return rows.filter(pc.is_in(rows[column], keys))

    def reports(self) -> pa.Table:
        """Each report once: ``report_id, victim_id, reported_at, contacted_at, loss`` (fen)."""
        columns = ("victim_id", "reported_at", "contacted_at", "loss")
        once = self.engine.gather(_once, self._records("reports"), by=("report_id", columns))
        return once.sort_by("report_id")

    def parties(self, ids: Iterable[str]) -> pa.Table:
        """``party_id, name, kind`` of some parties."""
        return self._of("parties", "party_id", ids, ("name", "kind"))

    def money_accounts(self, numbers: Iterable[str]) -> pa.Table:
        """``account_no, holder_id, institution, kind`` of some money accounts."""
        columns = ("holder_id", "institution", "kind")
        return self._of("bank_accounts", "account_no", numbers, columns)

    def origins(self, name: str, key: str, ids: Iterable[str]) -> pa.Table:
        """``key, file, line, sha256`` of some rows of a standard table, in the order of files."""
        rows = self._records(name)
        keys = self.engine.arrow(pa.table({"wanted": pa.array(sorted(set(ids)), pa.string())}))
        places = self.engine.gather(_places, rows, keys, by=(key,))
        return places.sort_by([(name, "ascending") for name in (key, "file", "line")])

    def calls_by_day(self, callers: Iterable[str]) -> pa.Table:
        """``caller, day, calls``: how often these numbers called, by local day."""
        return calls_by_day(self.records, callers, self.as_of)

    def callers_by_ring(self, callers: Iterable[str]) -> pa.Table:
        """``ring_id, caller``: which of these numbers called a victim of which ring."""
        return callers_by_ring(self.records, callers, self.table("series"))

    def flow_graph(self, reports: pa.Array | None = None) -> FlowGraph:
        """The money of `reports` (all, if none are given), by the default method."""
        steps = money_steps(self.table("traces"), reports)
        names = {*pc.unique(steps["from"]).to_pylist(), *pc.unique(steps["to"]).to_pylist()}
        numbers = [name.partition(":")[2] for name in names if name.startswith("bank_account:")]
        victims = (id_ for id_ in self.reports()["victim_id"].to_pylist() if id_)
        holders = holder_kinds(names, self.money_accounts(numbers), self.table("findings"), victims)
        return flow_graph(steps, self.table("exits"), self.table("series"), holders)

    def _of(self, name: str, key: str, ids: Iterable[str], columns: tuple[str, ...]) -> pa.Table:
        rows = self._records(name)
        keys = self.engine.arrow(pa.table({"wanted": pa.array(sorted(set(ids)), pa.string())}))
        return self.engine.gather(_wanted_once, rows, keys, by=(key, columns))

    def _records(self, name: str) -> ir.Table:
        return self.records[name]


def _once(rows: ir.Table, key: str, columns: tuple[str, ...]) -> ir.Table:
    """Each `key` once; where its rows say different things, the greatest."""
    return rows.group_by(key).aggregate(**{column: rows[column].max() for column in columns})


def _rows_of_keys(rows: ir.Table, keys: ir.Table, key: str) -> ir.Table:
    return rows.semi_join(keys, rows[key] == keys["wanted"])


def _wanted_once(rows: ir.Table, keys: ir.Table, key: str, columns: tuple[str, ...]) -> ir.Table:
    return _once(_rows_of_keys(rows, keys, key), key, columns)


def _places(rows: ir.Table, keys: ir.Table, key: str) -> ir.Table:
    return _rows_of_keys(rows, keys, key).select(key, "file", "line", "sha256").distinct()


def open_source(results: Results, as_of: datetime | None = None) -> ResultTables:
    check_records(results.layout)
    zone, engine = results.case.zone, DuckEngine()
    records = open_records(engine, results.layout, zone=zone, as_of=as_of)
    return ResultTables(results, zone, as_of, engine, records)
