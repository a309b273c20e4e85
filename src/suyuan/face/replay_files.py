"""``replay.parquet`` and ``replay.csv`` beside the results, and the report with their picture."""

import json
from datetime import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.face.exchange.table_files import write_csv
from suyuan.face.report.report_file import made_with, write_report
from suyuan.model.results import REPLAY
from suyuan.privacy.reveal import masking
from suyuan.privacy.tables import mask_table
from suyuan.run.step_runs import Timing
from suyuan.store.case import Results
from suyuan.store.generations import amended, in_force
from suyuan.store.publish import published, write


def add_replay(results: Results, rows: pa.Table) -> None:
    """Lay a replay (``replay.parquet``, ``replay.csv``) beside the results, and draw it.

    All of it is put in force at once. Where nothing was investigated yet there is no report, and
    the two files stand alone. Identifiers in report and CSV are masked.
    """
    if in_force(results.layout) is None or not results.report.exists():
        _write_replay(results, rows)
        return
    with amended(results.layout) as new:
        results_new = Results(results.layout.out, results.case, generation=new.layout.generation)
        _write_replay(results_new, rows)
        content = json.loads(made_with(results_new).read_text("utf-8"))
        timings = [Timing(str(step), float(took), int(n)) for step, took, n in content["timings"]]
        as_of = datetime.fromisoformat(content["as_of"]) if content["as_of"] else None
        write_report(results_new, timings, language=content["language"], as_of=as_of)


def _write_replay(results: Results, rows: pa.Table) -> None:
    path = results.layout.result(REPLAY.name)
    write(published(rows, REPLAY), path)
    mask = masking(results.layout, None, "replay")
    write_csv(mask_table(pq.read_table(path), REPLAY, mask), path.with_suffix(".csv"))
