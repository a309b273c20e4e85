"""The Python API: a few nouns.

>>> import suyuan
>>> results = suyuan.investigate("examples/zheng")  # doctest: +SKIP
>>> results["findings"].num_rows  # doctest: +SKIP
"""

from datetime import datetime
from pathlib import Path

from suyuan.model.progress import Progress, Silent
from suyuan.model.text import Language
from suyuan.model.times import utc
from suyuan.store.case import Case, Results
from suyuan.store.layout import Layout


class CaseFolder(Case):
    """A :class:`Case` of which ``case.toml`` says the zone; users know it as ``suyuan.Case``."""

    def __init__(self, path: str | Path) -> None:
        super().__init__(path, _zone)


def _zone(path: Path) -> str:
    from suyuan.ingest import read_settings  # noqa: PLC0415  # keeps start-up light

    return read_settings(path).timezone


def investigate(
    case: str | Path | Case,
    *,
    out: str | Path | None = None,
    as_of: datetime | None = None,
    engine: str = "duckdb",
    progress: Progress | None = None,
    debug: bool = False,
    language: Language | None = None,
    fresh: bool = False,
) -> Results:
    """Take `case` all the way through, and return its results.

    `out` is where results go (``CASE/suyuan`` by default), `as_of` a moment (in the case's zone,
    where it has none) beyond which nothing is known, `engine` ``duckdb``, ``spark`` or a Spark
    master URL. With `debug` each step prints its tables' first rows. `language` is the one that
    the report, which holds both, shows first. With `fresh` every step runs, also those that read
    nothing new since an earlier run.
    """
    from suyuan.face.report.report_file import write_report  # noqa: PLC0415  # keeps start-up light
    from suyuan.face.step_tables import print_table  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415
    from suyuan.run.investigation import investigate as run  # noqa: PLC0415
    from suyuan.run.reuse import Reuse  # noqa: PLC0415
    from suyuan.run.step_runs import Timing  # noqa: PLC0415
    from suyuan.store.claim import claim  # noqa: PLC0415
    from suyuan.store.engines import open_engine  # noqa: PLC0415

    case = case if isinstance(case, Case) else CaseFolder(case)
    results = case.results(out)
    moment = utc(as_of, case.zone) if as_of else None

    def finish(layout: Layout, timings: list[Timing]) -> None:
        fresh = Results(layout.out, case, generation=layout.generation)
        write_report(fresh, timings, language=language, as_of=moment)

    claim(results.layout, case.path)
    mask = masking(results.layout, None, "investigate")
    with open_engine(engine, results.layout.work) as database:
        run(
            case.path,
            results.layout,
            database,
            progress or Silent(),
            as_of=moment,
            watch=print_table(database, mask) if debug else None,
            finish=finish,
            reuse=Reuse.FRESH if fresh else Reuse.YES,
        )
    return results


def check(
    case: str | Path | Case, *, out: str | Path | None = None, progress: Progress | None = None
) -> Results:
    """Import only: the quality of the input, in the tables ``quality`` and ``quality_summary``."""
    from suyuan.run.investigation import check as run  # noqa: PLC0415  # keeps start-up light

    case = case if isinstance(case, Case) else CaseFolder(case)
    results = case.results(out)
    layout = run(case.path, results.layout, progress or Silent())
    return Results(layout.out, case, generation=layout.generation)
