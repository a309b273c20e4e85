"""``suyuan check``: what is wrong with the input."""

from suyuan.face.cli.options import (
    CaseArgument,
    LangOption,
    Out,
    Unmask,
    console,
    language_of,
    plain_errors,
)

NAME = "check"


@plain_errors
def command(
    case: CaseArgument, out: Out = None, lang: LangOption = None, unmask: Unmask = None
) -> None:
    """Read the files only, and show their quality, file by file."""
    from suyuan.face.api import check  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.check_output import print_quality  # noqa: PLC0415
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    language, to = language_of(lang), console()
    with Bars(to, language) as bars:
        results = check(case, out=out, progress=bars)
    display = Display(results.case.zone, masking(results.layout, unmask, NAME))
    print_quality(results, to, language, display)
