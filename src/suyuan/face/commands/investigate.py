"""``suyuan investigate``: a case, all the way through."""

from suyuan.face.options import (
    AsOf,
    CaseFolder,
    Debug,
    EngineOption,
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
    case: CaseFolder,
    out: Out = None,
    as_of: AsOf = None,
    lang: LangOption = None,
    engine: EngineOption = "duckdb",
    debug: Debug = False,
) -> None:
    """Read the files, find, trace and link; leave result tables and report.html.

    CASE holds CSV, XLSX or Parquet files (reports, orders, calls, payments …); any may be missing.
    """
    from suyuan.face.api import investigate  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.progress import Bars  # noqa: PLC0415
    from suyuan.face.terminal import print_chain  # noqa: PLC0415

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
        )
    print_chain(results, to, language)
