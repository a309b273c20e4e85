"""``suyuan office change``: new rules for running matters, by two people. 规则变更。"""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from suyuan.face.cli.office_options import Now, OfficeArgument, Postgres, at, office_at, say
from suyuan.face.cli.options import Lang, LangOption, console, language_of, plain_errors
from suyuan.model.errors import InputError
from suyuan.model.text import Text

if TYPE_CHECKING:
    from suyuan.casework.office import Office

NAME = "change"


@plain_errors
def command(
    office: OfficeArgument,
    procedure: str,
    to: Annotated[
        str | None, typer.Option("--to", help="First day of the version. 新版本起始日。")
    ] = None,
    preview: Annotated[bool, typer.Option("--preview", help="Only show. 仅预览。")] = False,
    by: Annotated[
        str | None, typer.Option("--as", help="Who proposes or approves. 提请人或批准人。")
    ] = None,
    approve: Annotated[
        int | None, typer.Option("--approve", help="The proposal to carry out. 批准该提请。")
    ] = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Move running matters to another version of their procedure: look, propose, approve. 换版。

    With --to and --preview it lists everybody whom the version would touch, and nothing moves;
    without --preview it is proposed. Another person carries it out with --approve.
    """
    if (to is None) == (approve is None):
        raise InputError(Text("Either --to or --approve.", "请给出 --to 或 --approve 之一。"))
    if by is None and not preview:
        raise InputError(Text("Who is acting? Give --as.", "请用 --as 注明办理人。"))
    with office_at(office, postgres) as there:
        if to is None:
            _carry_out(there, procedure, approve or 0, by or "", at(now), lang)
            return
        number = None if preview else _propose(there, procedure, to, by or "", at(now))
        _look(there, procedure, to, at(now), lang)
    if number is not None:
        line = f"suyuan office change {office} {procedure} --approve {number} --as …"
        say(
            Text(f"Proposed. Another person must approve: {line}", f"已提请，须另一人批准：{line}"),
            lang,
        )


def _look(there: "Office", procedure: str, to: str, now: datetime, lang: Lang | None) -> None:
    from suyuan.casework.rebinding import preview  # noqa: PLC0415
    from suyuan.casework.rule_changes import affected_matters  # noqa: PLC0415
    from suyuan.face.cli.office_output import print_preview  # noqa: PLC0415

    previews = preview(there, procedure, to, now)
    changes = affected_matters(previews)
    print_preview(changes, console(), language_of(lang))
    words = Text(
        f"{len(changes)} of {len(previews)} running.",
        f"在办 {len(previews)} 件，受影响 {len(changes)} 件。",
    )
    say(words, lang)


def _propose(there: "Office", procedure: str, to: str, by: str, now: datetime) -> int:
    from suyuan.casework.rule_changes import propose_change  # noqa: PLC0415

    return propose_change(there, procedure, to, by, now).number


def _carry_out(
    there: "Office", procedure: str, proposal: int, by: str, now: datetime, lang: Lang | None
) -> None:
    from suyuan.casework.rule_changes import approve_change  # noqa: PLC0415
    from suyuan.face.cli.office_output import print_preview  # noqa: PLC0415

    outcome = approve_change(there, procedure, proposal, by, now)
    print_preview(list(outcome.previews), console(), language_of(lang))
    words = Text(
        f"{len(outcome.previews)} affected and notified, {outcome.rest} others moved.",
        f"受影响并已告知 {len(outcome.previews)} 件，其余 {outcome.rest} 件一并换版。",
    )
    say(words, lang)
