"""``suyuan investigate``: a case, all the way through."""

from typing import TYPE_CHECKING

from suyuan.face.cli.options import (
    AsOf,
    CaseArgument,
    Debug,
    EngineOption,
    Fresh,
    LangOption,
    Out,
    WatchOption,
    console,
    language_of,
    moment,
    plain_errors,
)

if TYPE_CHECKING:
    from suyuan.model.progress import Progress
    from suyuan.store.case import Results

NAME = "investigate"


@plain_errors
def command(
    case: CaseArgument,
    out: Out = None,
    as_of: AsOf = None,
    lang: LangOption = None,
    engine: EngineOption = "duckdb",
    debug: Debug = False,
    fresh: Fresh = False,
    watch: WatchOption = False,
) -> None:
    """Read the files, find, trace and link; leave result tables and report.html.

    CASE holds CSV, XLSX or Parquet files (reports, orders, calls, payments …); any may be missing.
    """
    from suyuan.face.api import CaseFolder, investigate  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.investigate_output import print_chain  # noqa: PLC0415
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415
    from suyuan.run.run_manifest import case_files  # noqa: PLC0415

    language, to, until = language_of(lang), console(), moment(as_of)

    def run(progress: "Progress") -> "Results":
        return investigate(
            case, out=out, as_of=until, engine=engine, progress=progress,
            debug=debug, language=language, fresh=fresh,
        )  # fmt: skip

    before = case_files(case, CaseFolder(case).results(out).layout) if watch else None
    with Bars(to, language) as bars:
        results = run(bars)
    print_chain(results, to, language)
    if before is not None:
        from suyuan.face.cli.investigate_watch import watch_case  # noqa: PLC0415

        watch_case(run, results, before, to, language)
