"""``suyuan check``: what is wrong with the input."""

from suyuan.face.cli.options import (
    CaseArgument,
    LangOption,
    Out,
    Unmask,
    console,
    spoken,
    told_plainly,
)

NAME = "check"


@told_plainly
def command(
    case: CaseArgument, out: Out = None, lang: LangOption = None, unmask: Unmask = None
) -> None:
    """Read the files only, and show their quality, file by file."""
    from suyuan.face.api import check  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.check_output import print_quality  # noqa: PLC0415
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415
    from suyuan.face.display import Shown  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415

    language, to = spoken(lang), console()
    with Bars(to, language) as bars:
        results = check(case, out=out, progress=bars)
    shown = Shown(results.case.zone, masking(results.layout, unmask, NAME))
    print_quality(results, to, language, shown)
