"""A mapping tried on the first rows of its file, by the very import that will read it."""

import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq

from suyuan.ingest.case_import import import_case
from suyuan.ingest.mapping.profile_files import CASE_PROFILES
from suyuan.ingest.proposing.draft_profile import write_profile
from suyuan.ingest.proposing.proposal import Proposal
from suyuan.ingest.proposing.settings_file import write_file_settings
from suyuan.ingest.settings import NAME, FileSettings
from suyuan.model.text import Text
from suyuan.store.layout import Layout

#: Of a text so much is tried; workbooks and others whole.
_SAMPLE: Final = 1 << 20
ROW_LIMIT: Final = 3


@dataclass(frozen=True, slots=True)
class MappingTrial:
    """What the import made of the file.

    ``rows`` are the first rows as stored, times in the case's zone; ``rows_kept`` and ``aside``
    count all that were tried; ``reasons`` are troubles with how often; balances that follow (hits),
    and that contradict (misses).
    """

    table: str | None
    profile: str | None
    rows: tuple[Mapping[str, Any], ...]
    rows_kept: int
    aside: int
    balance_hits: int
    balance_misses: int
    own: str | None
    reasons: tuple[tuple[Text, str, int], ...]
    partial: bool = False

    @property
    def stands(self) -> bool:
        return self.rows_kept > 0


def try_mapping(
    case: Path, file: Path, settings: FileSettings, name: str = "", proposal: Proposal | None = None
) -> MappingTrial:
    """Import the beginning of `file` alone, as the case would with this profile and these settings.

    Nothing is written into the case. Raises :class:`InputError` and :class:`CatalogError` as an
    import does.
    """
    with tempfile.TemporaryDirectory(prefix="suyuan-map-") as folder:
        copy, out = Path(folder) / "case", Path(folder) / "out"
        target = copy / settings.path
        target.parent.mkdir(parents=True)
        partial = _copy_head(file, target)
        if (case / CASE_PROFILES).is_dir():
            shutil.copytree(case / CASE_PROFILES, copy / CASE_PROFILES)
        if (case / NAME).is_file():
            shutil.copyfile(case / NAME, copy / NAME)
        if proposal is not None:
            write_profile(copy, name, proposal)
        if settings != FileSettings(settings.path):
            write_file_settings(copy, settings)
        result = import_case(copy, out)
        zone = ZoneInfo(result.settings.timezone)
        units = [row for row in result.quality_summary.to_pylist() if _of(row, settings.path)]
        quality = [row for row in result.quality.to_pylist() if _of(row, settings.path)]
        return _trial(units, quality, out, zone, partial=partial)


def _of(row: Mapping[str, Any], path: str) -> bool:
    """Whether a line of a quality table is of the file, or of a part of it."""
    return str(row["file"]).partition("#")[0].partition("!")[0] == path


def _copy_head(file: Path, target: Path) -> bool:
    """The file, or the whole lines at its beginning; whether it was cut."""
    with file.open("rb") as stream:
        head = stream.read(_SAMPLE + 1)
    text = not head.startswith((b"PK", b"PAR1", b"\xd0\xcf\x11\xe0", b"<")) and b"\0" not in head
    if len(head) <= _SAMPLE or not text:
        shutil.copyfile(file, target)
        return False
    target.write_bytes(head[: head.rfind(b"\n", 0, _SAMPLE) + 1] or head)
    return True


def _trial(
    units: list[dict[str, Any]],
    quality: list[dict[str, Any]],
    out: Path,
    zone: ZoneInfo,
    *,
    partial: bool,
) -> MappingTrial:
    best = max(units, key=lambda unit: (unit["rows_kept"], unit["table"] or ""), default={})
    table = best.get("table")
    problems = [row for row in quality if row["action"] == "quarantined"]
    counts = Counter((row["problem"], row["problem_zh"], row["column"] or "") for row in problems)
    return MappingTrial(
        table=table,
        profile=best.get("profile"),
        rows=tuple(_rows(out, table, zone)) if table and best["rows_kept"] else (),
        rows_kept=sum(unit["rows_kept"] for unit in units),
        aside=sum(unit["quarantined"] for unit in units),
        balance_hits=sum(unit["balances_confirmed"] for unit in units),
        balance_misses=sum(unit["balances_refuted"] for unit in units),
        own=best.get("own_account"),
        reasons=tuple((Text(en, zh), column, n) for (en, zh, column), n in counts.most_common(5)),
        partial=partial,
    )


def _rows(out: Path, table: str, zone: ZoneInfo) -> list[dict[str, Any]]:
    """The first rows of the table as stored; times on the case's clock."""
    rows: list[dict[str, Any]] = []
    for path in Layout(out).parts(table):
        with pq.ParquetFile(path) as stream:
            rows += [row for batch in stream.iter_batches(1000) for row in batch.to_pylist()]
        if len(rows) >= ROW_LIMIT:
            break
    rows.sort(key=lambda row: row["line"])
    return [{name: _local(cell, zone) for name, cell in row.items()} for row in rows[:ROW_LIMIT]]


def _local(cell: Any, zone: ZoneInfo) -> Any:
    if not isinstance(cell, datetime):
        return cell
    return cell.replace(tzinfo=ZoneInfo("UTC")).astimezone(zone).replace(tzinfo=None)
