"""``suyuan office drafts, confirm, return``: from a case to matters, and back. 草案与回流。"""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.office_options import (
    As,
    Now,
    OfficeArgument,
    Parties,
    Postgres,
    at,
    office_at,
    pairs,
    say,
)
from suyuan.face.cli.options import (
    CaseArgument,
    LangOption,
    Out,
    console,
    language_of,
    plain_errors,
)
from suyuan.model.text import Text


@plain_errors
def drafts(
    office: OfficeArgument,
    case: Annotated[
        Path | None, typer.Argument(help="Investigated case to draw from. 案件。")
    ] = None,
    out: Out = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Draft matters from a case's results, those first where a call now saves most. 草案。"""
    from suyuan.face.cli.office_output import print_drafts, record_drafts  # noqa: PLC0415

    with office_at(office, postgres) as there:
        if case is not None:
            record_drafts(there, case, out, at(now), console(), language_of(lang))
        print_drafts(there, console(), language_of(lang))


@plain_errors
def confirm(
    office: OfficeArgument,
    by: As,
    reason: Annotated[str, typer.Option(help="Why. 理由。")],
    draft: Annotated[list[str] | None, typer.Argument(help="Drafts meant. 草案编号。")] = None,
    procedure: Annotated[
        str | None, typer.Option(help="All open drafts of it. 该程序全部草案。")
    ] = None,
    without: Annotated[list[str] | None, typer.Option(help="But not these. 排除。")] = None,
    party: Parties = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Confirm drafts one by one or as a group: each begins a matter. 确认草案。"""
    from suyuan.casework.drafting import confirm as confirm_drafts  # noqa: PLC0415
    from suyuan.casework.drafting import draft_lines  # noqa: PLC0415

    with office_at(office, postgres) as there:
        ids = list(draft or ())
        if procedure is not None:
            ids += [line.id for line in draft_lines(there) if line.procedure == procedure]
        ids = [id_ for id_ in ids if id_ not in (without or ())]
        matters = confirm_drafts(there, ids, by, reason, pairs(party), at(now))
    for matter in matters:
        typer.echo(matter)
    say(Text(f"{len(matters)} matters begun.", f"已启动 {len(matters)} 件。"), lang)


@plain_errors
def return_(
    office: OfficeArgument,
    case: CaseArgument,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Write what came of the case's matters, for its next investigation to obey. 回流。"""
    from suyuan.face.cli.office_output import write_outcomes  # noqa: PLC0415

    with office_at(office, postgres) as there:
        say(write_outcomes(there, case, at(now)), lang)
