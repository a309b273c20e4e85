"""The Python API: a few nouns.

>>> import suyuan
>>> results = suyuan.investigate("examples/zheng")  # doctest: +SKIP
>>> results["findings"].num_rows  # doctest: +SKIP
"""

from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.model.errors import InputError
from suyuan.model.progress import Progress, Silent
from suyuan.model.results import RESULTS
from suyuan.model.text import Language, Text
from suyuan.model.times import utc
from suyuan.store.layout import Layout


class Case:
    """A folder of an investigation's files."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        if not self.path.is_dir():
            raise InputError(
                Text("There is no such case folder.", "没有这个案件文件夹。"),
                value=path,
                hint=Text("Give the folder that holds the files.", "请给出存放案件文件的文件夹。"),
            )

    @property
    def zone(self) -> str:
        from suyuan.ingest import read_settings  # noqa: PLC0415  # keeps start-up light

        return read_settings(self.path).timezone

    def results(self, out: str | Path | None = None) -> "Results":
        """What the last investigation of this case left behind."""
        return Results(Path(out) if out else self.path / "suyuan", self)


class Results:
    """The result tables of an investigation, as Arrow tables by name."""

    def __init__(self, out: Path, case: Case) -> None:
        self.layout = Layout(out)
        self.case = case

    def __getitem__(self, name: str) -> pa.Table:
        path = self.layout.result(name)
        if name not in RESULTS:
            raise InputError(
                Text("There is no such result table.", "没有这个结果表。"),
                value=name,
                hint=Text(f"One of: {', '.join(RESULTS)}.", f"可用:{'、'.join(RESULTS)}。"),
            )
        if not path.exists():
            raise InputError(
                Text("This case has not been investigated yet.", "本案尚未分析。"),
                value=path,
                hint=Text(
                    f"Run: suyuan investigate {self.case.path}",
                    f"请先运行:suyuan investigate {self.case.path}",
                ),
            )
        return pq.read_table(path)

    @property
    def report(self) -> Path:
        return self.layout.report


def investigate(
    case: str | Path | Case,
    *,
    out: str | Path | None = None,
    as_of: datetime | None = None,
    engine: str = "duckdb",
    progress: Progress | None = None,
    debug: bool = False,
    language: Language | None = None,
) -> Results:
    """Take `case` all the way through, and return its results.

    `out` is where results go (``CASE/suyuan`` by default), `as_of` a moment (in the case's zone,
    where it has none) beyond which nothing is known, `engine` ``duckdb``, ``spark`` or a Spark
    master URL. With `debug` each step prints its tables' first rows. `language` is the one that
    the report, which holds both, shows first.
    """
    from suyuan.face.report import write_report  # noqa: PLC0415  # keeps start-up light
    from suyuan.face.watching import print_table  # noqa: PLC0415
    from suyuan.pipeline import investigate as run  # noqa: PLC0415
    from suyuan.store.engines import open_engine  # noqa: PLC0415

    case = case if isinstance(case, Case) else Case(case)
    results = case.results(out)
    moment = utc(as_of, case.zone) if as_of else None
    with open_engine(engine, results.layout.work) as opened:
        timings = run(
            case.path,
            results.layout,
            opened,
            progress or Silent(),
            as_of=moment,
            watch=print_table(opened) if debug else None,
        )
    write_report(results, timings, language=language, as_of=moment)
    return results


def check(
    case: str | Path | Case, *, out: str | Path | None = None, progress: Progress | None = None
) -> Results:
    """Import only: the quality of the input, in the tables ``quality`` and ``quality_summary``."""
    from suyuan.pipeline import check as run  # noqa: PLC0415  # keeps start-up light

    case = case if isinstance(case, Case) else Case(case)
    results = case.results(out)
    run(case.path, results.layout, progress or Silent())
    return results
