"""Results and truth as they are read for scoring."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from suyuan.lab.truth import TRUTH
from suyuan.model.columns import FILE_TYPES, Type
from suyuan.model.errors import InputError
from suyuan.model.records import RECORDS
from suyuan.model.results import RESULTS
from suyuan.model.text import Text

Row = dict[str, Any]


@dataclass(frozen=True)
class Comparison:
    """A results folder beside a truth folder (and, for some rivals, the case between them)."""

    results: Path
    truth: Path

    def result(self, name: str) -> pa.Table:
        """A result table; raises :class:`InputError` where it is missing or has other columns."""
        table = _read(self.results / f"{name}.parquet")
        missing_columns = [
            c.name
            for c in RESULTS[name]
            if not (c.optional or c.copy_of) and c.name not in table.schema.names
        ]
        if missing_columns:
            raise _unusable(
                f"{self.results}/{name}: {', '.join(missing_columns)}", "Columns are missing."
            )
        return table

    def true(self, name: str) -> pa.Table:
        return _read(self.truth / f"{TRUTH[name].name}.parquet")

    def case(self, name: str) -> pa.Table | None:
        """A table of the case beside the truth, as Parquet or as CSV; None where it is not there.

        Of a CSV the lists stay text.
        """
        path = self.truth.parent / "case" / f"{name}.parquet"
        if path.is_file():
            return pq.read_table(path)
        path = path.with_suffix(".csv")
        if not path.is_file():
            return None
        kinds = {c.name: FILE_TYPES[c.type] for c in RECORDS[name] if c.type is not Type.LIST}
        return csv.read_csv(
            path, convert_options=csv.ConvertOptions(column_types=kinds, strings_can_be_null=True)
        )

    @cached_property
    def entity_of(self) -> dict[str, str]:
        table = self.true("entities")
        pairs = zip(table["subject"].to_pylist(), table["entity"].to_pylist(), strict=True)
        return dict(pairs)

    def entity(self, subject: str) -> str:
        """Who stands behind a subject, by the truth; the subject itself where nobody does."""
        return self.entity_of.get(subject, subject)

    @cached_property
    def ring_of(self) -> dict[str, str]:
        """The true ring that each found ring stands for: the one most of its reports belong to."""
        true = dict(_pairs(self.true("reports"), "report_id", "ring_id"))
        votes: dict[str, dict[str, int]] = {}
        for report, ring in _pairs(self.result("series"), "report_id", "ring_id"):
            if ring is not None and true.get(report) is not None:
                own_votes = votes.setdefault(ring, {})
                own_votes[true[report]] = own_votes.get(true[report], 0) + 1
        return {
            ring: max(sorted(own_votes), key=own_votes.__getitem__)
            for ring, own_votes in votes.items()
        }


def _pairs(table: pa.Table, a: str, b: str) -> list[tuple[Any, Any]]:
    return list(zip(table[a].to_pylist(), table[b].to_pylist(), strict=True))


def _read(path: Path) -> pa.Table:
    if not path.is_file():
        raise _unusable(str(path), "A table is missing.")
    return pq.read_table(path)


def _unusable(value: str, reason: str) -> InputError:
    return InputError(
        Text("These results cannot be scored.", "该结果无法评分。"),
        value=value,
        hint=Text(reason, "缺少表或列。"),
    )
