"""The index over seized rows, made when first asked and anew when the records changed."""

import hashlib
import shutil
from pathlib import Path

import pyarrow as pa

from suyuan.lookup.phone_index import PhoneIndex
from suyuan.store.case import Results
from suyuan.store.record_seals import stored_parts
from suyuan.store.seal import file_digest


def find_phone(results: Results, phone: str) -> pa.Table:
    """Seized rows whose phone is `phone`, or a masked form that it fits."""
    results["quality_summary"]  # an error that says what to run, where nothing was imported
    parts = [f"{p.name}:{file_digest(p)}" for p in stored_parts(results.layout, "leaked")]
    state = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    folder = results.layout.seized_index(state)
    if not folder.exists():
        for stale in folder.parent.glob(results.layout.seized_index("*").name):
            shutil.rmtree(stale)
        _build(results, folder)
    return PhoneIndex.open(folder).find(phone)


def _build(results: Results, folder: Path) -> None:
    # The engine takes longer to import than an answer takes, and is needed once.
    from suyuan.lookup.seized_rows import build  # noqa: PLC0415
    from suyuan.store.duck import DuckEngine  # noqa: PLC0415
    from suyuan.store.records import open_records  # noqa: PLC0415

    with DuckEngine(results.layout.work) as engine:
        tables = open_records(engine, results.layout, zone=results.case.zone)
        build(engine, tables["leaked"], folder)
