"""``suyuan office init, post``: an office and who may act in it. 机构与岗位。"""

from typing import Annotated

import typer

from suyuan.face.cli.office_options import As, Now, OfficeArgument, Postgres, at, office_at, say
from suyuan.face.cli.options import LangOption, plain_errors
from suyuan.model.text import Text


@plain_errors
def init(
    office: OfficeArgument,
    registrar: Annotated[str, typer.Option(help="Who gives posts. 登记员。")] = "person:registrar",
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Make an office with a registrar, who gives posts. 新建机构。"""
    from suyuan.casework.checks import Post  # noqa: PLC0415

    with office_at(office, postgres, new=True) as there:
        post = Post(registrar, "registrar", "party:office", "", at(now), None)
        there.grant(post, registrar, at(now))
    say(
        Text(f"Office ready; {registrar} gives posts.", f"机构已建立；{registrar} 授予岗位。"), lang
    )


@plain_errors
def post(
    office: OfficeArgument,
    person: str,
    role: str,
    party: str,
    by: As = "person:registrar",
    scope: Annotated[str, typer.Option(help="Only subjects that begin so. 主体范围。")] = "",
    until: Annotated[str | None, typer.Option(help="Until when. 截止。")] = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Give PERSON the post ROLE for PARTY. 授予岗位。"""
    from suyuan.casework.checks import Post  # noqa: PLC0415

    ends = None if until is None else at(until)
    with office_at(office, postgres) as there:
        there.grant(Post(person, role, party, scope, at(now), ends), by, at(now))
    say(Text(f"{person}: {role} for {party}.", f"{person}：{party} 的 {role}。"), lang)
