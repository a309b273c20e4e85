"""The index over seized rows, made when first asked and anew when the records changed."""

import hashlib
import shutil

import pyarrow as pa

from suyuan.lookup.seized_rows import PhoneIndex, build
from suyuan.store.case import Results
from suyuan.store.duck import DuckEngine
from suyuan.store.record_seals import stored_parts
from suyuan.store.records import open_records
from suyuan.store.seal import digest


def find_phone(results: Results, phone: str) -> pa.Table:
    """Seized rows whose phone is `phone`, or a masked form that it fits."""
    results["quality_summary"]  # an error that says what to run, where nothing was imported
    parts = [f"{p.name}:{digest(p)}" for p in stored_parts(results.layout, "leaked")]
    state = hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
    folder = results.layout.out / "index" / f"seized-{state}"
    if not folder.exists():
        for stale in folder.parent.glob("seized-*"):
            shutil.rmtree(stale)
        with DuckEngine(results.layout.work) as engine:
            tables = open_records(engine, results.layout, zone=results.case.zone)
            build(engine, tables["leaked"], folder)
    return PhoneIndex.open(folder).find(phone)
