"""Result tables as files: decimal yuan, times with their zone; what is unchanged is not redone."""

from pathlib import Path

import ibis

from suyuan.model.columns import Table
from suyuan.model.results import RESULTS
from suyuan.model.text import Text
from suyuan.run.step_runs import Run, StepClock, row_count
from suyuan.store.layout import Layout
from suyuan.store.publish import PART, published, write, write_sorted

#: Not written by steps, and made anew by each run.
UNKEPT = frozenset({"quality", "quality_summary", "limits"})


def publish(run: Run, layout: Layout) -> None:
    """Write every result table of `run`."""
    clock = StepClock()
    run.progress.start(Text("Writing the results", "写出结果"))
    rows = sum(_publish(table, run, layout) for table in RESULTS.values())
    timing = clock.timing("publish", rows)
    run.progress.finish(rows, timing.seconds)
    run.timings.append(timing)


def _publish(table: Table, run: Run, layout: Layout) -> int:
    path, kept = layout.result(table.name), run.kept
    if kept is None or table.name in UNKEPT:
        return _written(table, run, path)
    rows = kept.published(table.name, path)
    if rows is None:
        rows = _written(table, run, path)
        kept.keep_published(table.name, path, rows)
    return rows


def _written(table: Table, run: Run, path: Path) -> int:
    engine, rows = run.tables.engine, run.tables[table.name]
    count = row_count(run.tables, table.name)
    if count > PART:
        sorts = {"ascending": ibis.asc, "descending": ibis.desc}
        return write_sorted(
            engine.stream(rows.order_by([sorts[way](name) for name, way in table.sort_keys])),
            table,
            path,
        )
    write(published(engine.fetch(rows), table), path)
    return count
