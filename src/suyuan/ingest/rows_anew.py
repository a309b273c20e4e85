"""Rows of a few files of a case as the next import will have them; nothing is stored."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.ingest.batch import CaseDefaults
from suyuan.ingest.mapping.profile_files import profiles_of
from suyuan.ingest.settings import read_settings
from suyuan.ingest.source_reader import open_reader, read_source
from suyuan.ingest.sources import Source, stamp_of
from suyuan.ingest.workers import open_store
from suyuan.store.layout import records_path
from suyuan.store.seal import file_digest


def rows_anew(case: Path, labels: Iterable[str], table: str, work: Path) -> Iterator[pa.Table]:
    """For each part of the files `labels` of `case` that holds rows of `table`, those rows.

    Read by content, encoding and profile as :func:`suyuan.ingest.import_case` reads them; what it
    would set aside is left out. Scratch files lie in `work` meanwhile.
    """
    work.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=work) as folder:
        for path in _stored_paths(case, labels, table, Path(folder)):
            yield pq.read_table(path)


def _stored_paths(case: Path, labels: Iterable[str], table: str, records: Path) -> list[Path]:
    settings, profiles = read_settings(case), profiles_of(case)
    defaults, work = CaseDefaults(settings.timezone, settings.currency), records / ".work"
    work.mkdir()
    with (
        open_store(records, work, defaults) as store,
        open_reader(settings, profiles, store) as reader,
    ):
        readings = [read_source(reader, _source(case, label)) for label in labels]
        units = [unit for reading in readings for unit in reading.finish()]
    return [
        records_path(records, table, unit.key, part)
        for unit in units
        if unit.table == table
        for part in range(unit.parts)
    ]


def _source(case: Path, label: str) -> Source:
    path = case / label
    return Source(label, path, stamp_of(path), file_digest(path))
