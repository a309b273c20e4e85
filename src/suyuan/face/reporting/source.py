"""What a report is made from: the result tables, and a few columns of the records behind them."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from zoneinfo import ZoneInfo

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.face.api import Results
from suyuan.model.results import RESULTS
from suyuan.store.duck import DuckEngine
from suyuan.store.records import open_records
from suyuan.store.tables import Tables


@dataclass(slots=True)
class Source(AbstractContextManager["Source"]):
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
        return RESULTS[name].published.empty_table()

    def where(self, name: str, column: str, values: Iterable[object]) -> pa.Table:
        """The rows of a result table whose `column` is one of `values`."""
        rows = self.table(name)
        wanted = pa.array(list(values), type=rows.schema.field(column).type)
        return rows.filter(pc.is_in(rows[column], wanted))

    def reports(self) -> pa.Table:
        """Each report once: ``report_id, victim_id, reported_at, contacted_at, loss`` (fen)."""
        rows = self._records("reports")
        columns = ["victim_id", "reported_at", "contacted_at", "loss"]
        once = rows.group_by("report_id").aggregate(**{name: rows[name].max() for name in columns})
        return self.engine.fetch(once.order_by("report_id"))

    def parties(self, ids: Iterable[str]) -> pa.Table:
        """``party_id, name, kind`` of some parties."""
        return self._of("parties", "party_id", ids, ["name", "kind"])

    def money_accounts(self, numbers: Iterable[str]) -> pa.Table:
        """``account_no, holder_id, institution, kind`` of some money accounts."""
        return self._of(
            "bank_accounts", "account_no", numbers, ["holder_id", "institution", "kind"]
        )

    def origins(self, name: str, key: str, ids: Iterable[str]) -> pa.Table:
        """``key, file, line, sha256`` of some rows of a standard table, in the order of files."""
        rows = self._records(name)
        wanted = self.engine.arrow(pa.table({"wanted": pa.array(sorted(set(ids)), pa.string())}))
        own = rows.semi_join(wanted, rows[key] == wanted["wanted"])
        own = own.select(key, "file", "line", "sha256").distinct()
        return self.engine.fetch(own.order_by([key, "file", "line"]))

    def calls_by_day(self, callers: Iterable[str]) -> pa.Table:
        """``caller, day, calls``: how often these numbers called, by local day."""
        rows = self._records("calls")
        wanted = self.engine.arrow(
            pa.table({"wanted": pa.array(sorted(set(callers)), pa.string())})
        )
        own = rows.semi_join(wanted, rows["caller"] == wanted["wanted"])
        offset = ibis.literal(self._offset() // 60).cast("int32").as_interval("m")
        own = own.mutate(day=(own["started_at"] + offset).date().cast("string"))
        counted = own.group_by(["caller", "day"]).aggregate(calls=own.count())
        return self.engine.fetch(counted)

    def callers_by_ring(self, callers: Iterable[str]) -> pa.Table:
        """``ring_id, caller``: which of these numbers called a victim of which ring."""
        named = pa.table({"number": pa.array(sorted(set(callers)), pa.string())})
        wanted = self.engine.arrow(named)
        series = self.engine.arrow(self.table("series").select(["report_id", "ring_id"]))
        told = self._records("reports").select("report_id", "victim_phone").distinct()
        told = told.inner_join(series, "report_id").select("victim_phone", "ring_id").distinct()
        told = told.filter(told["ring_id"].notnull()).view()
        calls = self._records("calls").select("caller", "callee").distinct()
        calls = calls.semi_join(wanted, calls["caller"] == wanted["number"]).view()
        met = calls.inner_join(told, calls["callee"] == told["victim_phone"])
        return self.engine.fetch(met.select("ring_id", "caller").distinct())

    def _offset(self) -> int:
        """Seconds that the case's zone is ahead of UTC (on one day: days are for drawing)."""
        moment = self.as_of or datetime(2020, 1, 1)  # naive UTC throughout
        ahead = ZoneInfo(self.zone).utcoffset(moment)
        return int(ahead.total_seconds()) if ahead else 0

    def _of(self, name: str, key: str, ids: Iterable[str], columns: list[str]) -> pa.Table:
        rows = self._records(name)
        wanted = self.engine.arrow(pa.table({"wanted": pa.array(sorted(set(ids)), pa.string())}))
        own = rows.semi_join(wanted, rows[key] == wanted["wanted"])
        once = own.group_by(key).aggregate(**{column: own[column].max() for column in columns})
        return self.engine.fetch(once)

    def _records(self, name: str) -> ir.Table:
        return self.records[name]


def open_source(results: Results, as_of: datetime | None = None) -> Source:
    zone, engine = results.case.zone, DuckEngine()
    records = open_records(engine, results.layout, zone=zone, as_of=as_of)
    return Source(results, zone, as_of, engine, records)
