"""``suyuan investigate``: a case, all the way through."""

from suyuan.face.cli.options import (
    AsOf,
    CaseArgument,
    Debug,
    EngineOption,
    Fresh,
    LangOption,
    Out,
    console,
    moment,
    spoken,
    told_plainly,
)

NAME = "investigate"


@told_plainly
def command(
    case: CaseArgument,
    out: Out = None,
    as_of: AsOf = None,
    lang: LangOption = None,
    engine: EngineOption = "duckdb",
    debug: Debug = False,
    fresh: Fresh = False,
) -> None:
    """Read the files, find, trace and link; leave result tables and report.html.

    CASE holds CSV, XLSX or Parquet files (reports, orders, calls, payments …); any may be missing.
    """
    from suyuan.face.api import investigate  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.investigate_output import print_chain  # noqa: PLC0415
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415

    language, to = spoken(lang), console()
    with Bars(to, language) as bars:
        results = investigate(
            case,
            out=out,
            as_of=moment(as_of),
            engine=engine,
            progress=bars,
            debug=debug,
            language=language,
            fresh=fresh,
        )
    print_chain(results, to, language)
