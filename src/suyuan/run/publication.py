"""Result tables as files: decimal yuan, times with their zone; what is unchanged is not redone."""

from pathlib import Path

import ibis

from suyuan.model.columns import Table
from suyuan.model.results import RESULTS
from suyuan.model.text import Text
from suyuan.run.step_runs import RunState, StepClock, row_count
from suyuan.store.layout import Layout
from suyuan.store.publish import PART, publish_rows, write, write_sorted

#: Not written by steps, and made anew by each run.
UNKEPT = frozenset({"quality", "quality_summary", "limits"})


def publish(state: RunState, layout: Layout) -> None:
    """Write every result table of `state`."""
    clock = StepClock()
    state.progress.start(Text("Writing the results", "写出结果"))
    rows = sum(_publish(table, state, layout) for table in RESULTS.values())
    timing = clock.timing("publish", rows)
    state.progress.finish(rows, timing.seconds)
    state.timings.append(timing)


def _publish(table: Table, state: RunState, layout: Layout) -> int:
    path, cache = layout.result(table.name), state.cache
    if cache is None or table.name in UNKEPT:
        return _write_table(table, state, path)
    rows = cache.restore(table.name, path)
    if rows is None:
        rows = _write_table(table, state, path)
        cache.keep_published(table.name, path, rows)
    return rows


def _write_table(table: Table, state: RunState, path: Path) -> int:
    engine, rows = state.tables.engine, state.tables[table.name]
    count = row_count(state.tables, table.name)
    if count > PART:
        sorts = {"ascending": ibis.asc, "descending": ibis.desc}
        return write_sorted(
            engine.stream(rows.order_by([sorts[way](name) for name, way in table.sort_keys])),
            table,
            path,
        )
    write(publish_rows(engine.fetch(rows), table), path)
    return count
