"""``suyuan office due, matter, page, desk, scorecard``: how things stand. 查看。"""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.office_options import As, Now, OfficeArgument, Postgres, at, office_at
from suyuan.face.cli.options import LangOption, console, language_of, plain_errors
from suyuan.store.drafts import write_text


@plain_errors
def due(
    office: OfficeArgument,
    party: Annotated[str | None, typer.Option(help="Of this party only. 责任单位。")] = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Open duties, those due first on top. 待办义务。"""
    from suyuan.face.cli.office_output import print_due  # noqa: PLC0415

    with office_at(office, postgres) as there:
        print_due(there, party, at(now), console(), language_of(lang))


@plain_errors
def matter(
    office: OfficeArgument,
    matter: str,
    by: Annotated[
        str | None, typer.Option("--as", help="What may this person do? 办理人。")
    ] = None,
    days: Annotated[bool, typer.Option("--days", help="Due dates day by day. 逐日期限。")] = False,
    known: Annotated[str | None, typer.Option(help="As it was known then. 当时所知。")] = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """How a matter stands and why, what may be done now, and why not the rest. 事项。"""
    from suyuan.face.cli.office_output import print_matter  # noqa: PLC0415

    with office_at(office, postgres) as there:
        moment = None if known is None else at(known)
        print_matter(there, matter, by, at(now), moment, console(), language_of(lang), days=days)


@plain_errors
def page(
    office: OfficeArgument,
    matter: str,
    by: As,
    out: Annotated[Path, typer.Option("--out", help="HTML file to write. 输出文件。")],
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Write a citizen's page: what to do, until when, what is missing and why. 办事页面。"""
    from suyuan.face.office_pages.files import citizen_page  # noqa: PLC0415

    with office_at(office, postgres) as there:
        write_text(
            out,
            citizen_page(there, matter, by, at(now), "zh" if lang is None else language_of(lang)),
        )


@plain_errors
def desk(
    office: OfficeArgument,
    party: str,
    by: As,
    out: Annotated[Path, typer.Option("--out", help="HTML file to write. 输出文件。")],
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Write a clerk's page: what waits, what is due, what may be done. 待办页面。"""
    from suyuan.face.office_pages.files import desk_page  # noqa: PLC0415

    with office_at(office, postgres) as there:
        write_text(
            out,
            desk_page(there, party, by, at(now), "zh" if lang is None else language_of(lang)),
        )


@plain_errors
def scorecard(office: OfficeArgument, postgres: Postgres = None, lang: LangOption = None) -> None:
    """Who does its duties in time, the authority itself among them. 履责记分。"""
    from suyuan.face.cli.office_output import print_scorecards  # noqa: PLC0415

    with office_at(office, postgres) as there:
        print_scorecards(there, console(), language_of(lang))
