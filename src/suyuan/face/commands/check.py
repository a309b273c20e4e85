"""``suyuan check``: what is wrong with the input."""

from suyuan.face.options import CaseFolder, LangOption, Out, console, spoken, told_plainly

NAME = "check"


@told_plainly
def command(case: CaseFolder, out: Out = None, lang: LangOption = None) -> None:
    """Read the files only, and show their quality, file by file."""
    from suyuan.face.api import check  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.checking import print_quality  # noqa: PLC0415
    from suyuan.face.progress import Bars  # noqa: PLC0415

    language, to = spoken(lang), console()
    with Bars(to, language) as bars:
        results = check(case, out=out, progress=bars)
    print_quality(results, to, language)
