"""``suyuan office event``: lotteries, coverage of venues, a calendar. 活动。"""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.office_options import Now, OfficeArgument, Postgres, at, clock, office_at
from suyuan.face.cli.options import LangOption, earlier_names, language_of, plain_errors
from suyuan.model.text import Text
from suyuan.store.drafts import write_bytes, write_text

app = typer.Typer(help="Outreach events. 义诊、体检、“六进”活动。", no_args_is_help=True)
Beacon = Annotated[str, typer.Option(help="The public number, if one was named. 公开数字。")]


@app.command("seed")
@plain_errors
def seed(lang: LangOption = None) -> None:
    """Make a seed for a lottery: keep it secret, publish its hash before sign-up. 生成种子。"""
    from suyuan.casework.lottery import new_seed  # noqa: PLC0415

    secret, digest = new_seed()
    words = Text("keep secret until sign-up closes", "报名截止前保密").in_(language_of(lang))
    typer.echo(f"seed       {secret}  ({words})\nseed_hash  {digest}")


@app.command("draw")
@plain_errors
def draw(
    people: Annotated[Path, typer.Argument(help="One identifier a line. 报名人清单。")],
    seed: Annotated[str, typer.Option(help="The seed as revealed. 公布的种子。")],
    published: Annotated[
        str, typer.Option("--hash", help="The hash as published. 事先公布的哈希。")
    ],
    seats: Annotated[int, typer.Option(help="How many seats. 名额。")],
    beacon: Beacon = "",
    lang: LangOption = None,
) -> None:
    """Draw a lottery again, without any office: anybody can. 复核抽签。"""
    from suyuan.casework.lottery import draw as draw_lots  # noqa: PLC0415

    lines = people.read_text(encoding="utf-8-sig").split("\n")
    names = [line.strip() for line in lines if line.strip()]
    words = Text("seat", "获名额").in_(language_of(lang))
    for lot in draw_lots(seed, beacon, names, seats, published):
        typer.echo(f"{lot.place:>5} {lot.lot[:16]} {lot.person}{f'  {words}' if lot.seat else ''}")


@app.command("lottery")
@plain_errors
def lottery(
    office: OfficeArgument,
    matter: str,
    people: Annotated[Path | None, typer.Option(help="File for who took part. 名单文件。")] = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """What is published of an event's lottery, for `draw` to check. 抽签公示。"""
    from suyuan.casework.lottery import lottery_record  # noqa: PLC0415

    with office_at(office, postgres) as there:
        drawing = lottery_record(there, matter, at(now))
    if people is not None:
        write_text(people, "\n".join(drawing.people) + "\n")
    secret = Text("not revealed yet", "尚未公布").in_(language_of(lang))
    typer.echo(f"seed_hash  {drawing.commitment}  {clock(drawing.published_at)}")
    typer.echo(f"beacon     {drawing.beacon_source or '–'} = {drawing.beacon or '–'}")
    typer.echo(f"seed       {drawing.seed or secret}")
    typer.echo(f"people     {len(drawing.people)}\nseats      {drawing.seats}")
    for person in drawing.with_seat:
        typer.echo(f"  {person}")


@app.command("coverage", context_settings=earlier_names(**{"from": "since", "to": "until"}))
@plain_errors
def coverage(
    office: OfficeArgument,
    since: Annotated[str | None, typer.Option("--since", help="From this day. 起始日。")] = None,
    until: Annotated[str | None, typer.Option("--until", help="Before this day. 截止日。")] = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """The six kinds of venue: what was held there, and which are missing. “六进”覆盖。"""
    from suyuan.casework.outreach import coverage as covered  # noqa: PLC0415

    start, end = (None if day is None else at(day) for day in (since, until))
    with office_at(office, postgres) as there:
        lines = covered(there, start, end)
    gap = Text("MISSING", "未覆盖").in_(language_of(lang))
    for line in lines:
        words = Text(
            f"{line.events_held} of {line.events} events held, {line.visitors} visitors,"
            f" {line.home_visits} home visits",
            f"举办{line.events_held}场（发布{line.events}场），到场{line.visitors}人，上门{line.home_visits}人次",
        )
        mark = f"  {gap}" if line.is_missing else ""
        typer.echo(f"{line.title.in_(language_of(lang))}: {words.in_(language_of(lang))}{mark}")
    count = sum(not line.is_missing for line in lines)
    typer.echo(
        Text(f"{count} of {len(lines)}.", f"已覆盖 {count}/{len(lines)} 类。").in_(
            language_of(lang)
        )
    )


@app.command("calendar")
@plain_errors
def calendar(
    office: OfficeArgument,
    matter: Annotated[list[str], typer.Argument(help="Events meant. 活动。")],
    to: Annotated[Path, typer.Option("--to", help="Folder for the file. 存放文件夹。")],
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Events as iCalendar. 导出日历。"""
    from suyuan.casework.outreach import event_calendar  # noqa: PLC0415  # an extra

    with office_at(office, postgres) as there:
        export = event_calendar(there, matter, at(now), language_of(lang))
    to.mkdir(parents=True, exist_ok=True)
    write_bytes(to / export.name, export.content)
    typer.echo(str(to / export.name))
