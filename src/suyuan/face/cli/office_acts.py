"""``suyuan office begin, act, approve, tick``: a matter goes on. 办理。"""

from typing import Annotated

import typer

from suyuan.face.cli.office_options import (
    As,
    Fields,
    Items,
    Now,
    OfficeArgument,
    Parties,
    Postgres,
    at,
    office_at,
    pairs,
    say,
)
from suyuan.face.cli.options import LangOption, console, plain_errors
from suyuan.model.text import Text


@plain_errors
def begin(
    office: OfficeArgument,
    procedure: str,
    subject: str,
    by: As,
    key: Annotated[str, typer.Option(help="The reason: one reason, one matter. 事由编号。")],
    party: Parties = None,
    fields: Fields = None,
    item: Items = None,
    now: Now = None,
    postgres: Postgres = None,
) -> None:
    """Begin a matter and print its id. 启动事项。"""
    from suyuan.casework.office import Opening  # noqa: PLC0415

    opening = Opening(procedure, subject, pairs(fields), pairs(party), key, tuple(item or ()))
    with office_at(office, postgres) as there:
        console().print(
            there.begin(opening, by, at(now)), markup=False, highlight=False, emoji=False
        )


@plain_errors
def act(
    office: OfficeArgument,
    matter: str,
    name: str,
    by: As,
    fields: Fields = None,
    item: Items = None,
    happened: Annotated[
        str | None, typer.Option(help="When it happened, if earlier. 实际发生时间。")
    ] = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Do an act, or propose it where two persons are needed. 办理。"""
    from suyuan.casework.office import ActForm  # noqa: PLC0415
    from suyuan.face.cli.office_words import say_done  # noqa: PLC0415

    earlier = None if happened is None else at(happened)
    form = ActForm(matter, name, pairs(fields), tuple(item or ()), earlier)
    with office_at(office, postgres) as there:
        event = there.act(form, by, at(now))
        if not event.kind.endswith(".proposed"):
            say_done(there, event, lang)
            return
    command = f"suyuan office approve {office} {matter} {event.number} --as …"
    words = Text(
        f"Proposed. Another person must approve: {command}", f"已提请，须另一人批准：{command}"
    )
    say(words, lang)


@plain_errors
def approve(
    office: OfficeArgument,
    matter: str,
    proposal: int,
    by: As,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Approve what another person proposed: only then it is done. 批准。"""
    from suyuan.face.cli.office_words import say_done  # noqa: PLC0415

    with office_at(office, postgres) as there:
        event = there.approve(matter, proposal, by, at(now))
        say_done(there, event, lang)


@plain_errors
def tick(
    office: OfficeArgument, now: Now = None, postgres: Postgres = None, lang: LangOption = None
) -> None:
    """Write what time alone has brought about; run it each minute, or when you like. 推进期限。"""
    with office_at(office, postgres) as there:
        count = there.tick(at(now))
    say(Text(f"{count} events.", f"{count} 条事件。"), lang)
