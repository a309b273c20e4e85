"""``suyuan office``: procedures that act on what was found. 办案。"""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli import office_effect, office_serving
from suyuan.face.cli.office_options import (
    As,
    Fields,
    Items,
    Now,
    OfficeArgument,
    Parties,
    Postgres,
    at,
    opened,
    pairs,
    say,
)
from suyuan.face.cli.options import CaseArgument, LangOption, Out, console, spoken, told_plainly
from suyuan.model.text import Text

app = typer.Typer(
    help=(
        "From findings to duties, with who must do what by when. 办案：从线索到义务。\n\n"
        "Start with:  suyuan office init OFFICE"
    ),
    no_args_is_help=True,
)
app.command("serve")(office_serving.serve)
app.command("token")(office_serving.token)
app.command("effect")(office_effect.effect)


@app.command("init")
@told_plainly
def init(
    office: OfficeArgument,
    registrar: Annotated[str, typer.Option(help="Who gives posts. 登记员。")] = "person:registrar",
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Make an office with a registrar, who gives posts. 新建机构。"""
    from suyuan.casework.checks import Post  # noqa: PLC0415

    with opened(office, postgres, new=True) as there:
        post = Post(registrar, "registrar", "party:office", "", at(now), None)
        there.grant(post, registrar, at(now))
    say(
        Text(f"Office ready; {registrar} gives posts.", f"机构已建立；{registrar} 授予岗位。"), lang
    )


@app.command("post")
@told_plainly
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
    with opened(office, postgres) as there:
        there.grant(Post(person, role, party, scope, at(now), ends), by, at(now))
    say(Text(f"{person}: {role} for {party}.", f"{person}：{party} 的 {role}。"), lang)


@app.command("begin")
@told_plainly
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
    with opened(office, postgres) as there:
        console().print(
            there.begin(opening, by, at(now)), markup=False, highlight=False, emoji=False
        )


@app.command("act")
@told_plainly
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
    with opened(office, postgres) as there:
        event = there.act(form, by, at(now))
        if not event.kind.endswith(".proposed"):
            say_done(there, event, lang)
            return
    command = f"suyuan office approve {office} {matter} {event.number} --as …"
    words = Text(
        f"Proposed. Another person approves: {command}", f"已提请，须另一人批准：{command}"
    )
    say(words, lang)


@app.command("approve")
@told_plainly
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

    with opened(office, postgres) as there:
        event = there.approve(matter, proposal, by, at(now))
        say_done(there, event, lang)


@app.command("tick")
@told_plainly
def tick(
    office: OfficeArgument, now: Now = None, postgres: Postgres = None, lang: LangOption = None
) -> None:
    """Write what time alone has brought about; run it each minute, or when you like. 推进期限。"""
    with opened(office, postgres) as there:
        written = there.tick(at(now))
    say(Text(f"{written} events.", f"{written} 条事件。"), lang)


@app.command("drafts")
@told_plainly
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

    with opened(office, postgres) as there:
        if case is not None:
            record_drafts(there, case, out, at(now), console(), spoken(lang))
        print_drafts(there, console(), spoken(lang))


@app.command("confirm")
@told_plainly
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

    with opened(office, postgres) as there:
        ids = list(draft or ())
        if procedure is not None:
            ids += [line.id for line in draft_lines(there) if line.procedure == procedure]
        ids = [each for each in ids if each not in (without or ())]
        matters = confirm_drafts(there, ids, by, reason, pairs(party), at(now))
    for matter in matters:
        typer.echo(matter)
    say(Text(f"{len(matters)} matters begun.", f"已启动 {len(matters)} 件。"), lang)


@app.command("due")
@told_plainly
def due(
    office: OfficeArgument,
    party: Annotated[str | None, typer.Option(help="Of this party only. 责任单位。")] = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Open duties, those due first on top. 待办义务。"""
    from suyuan.face.cli.office_output import print_due  # noqa: PLC0415

    with opened(office, postgres) as there:
        print_due(there, party, at(now), console(), spoken(lang))


@app.command("matter")
@told_plainly
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

    with opened(office, postgres) as there:
        moment = None if known is None else at(known)
        print_matter(there, matter, by, at(now), moment, console(), spoken(lang), days=days)


@app.command("page")
@told_plainly
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

    with opened(office, postgres) as there:
        out.write_text(
            citizen_page(there, matter, by, at(now), "zh" if lang is None else spoken(lang)),
            "utf-8",
        )


@app.command("desk")
@told_plainly
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

    with opened(office, postgres) as there:
        out.write_text(
            desk_page(there, party, by, at(now), "zh" if lang is None else spoken(lang)), "utf-8"
        )


@app.command("scorecard")
@told_plainly
def scorecard(office: OfficeArgument, postgres: Postgres = None, lang: LangOption = None) -> None:
    """Who does its duties in time, the authority itself among them. 履责记分。"""
    from suyuan.face.cli.office_output import print_scorecards  # noqa: PLC0415

    with opened(office, postgres) as there:
        print_scorecards(there, console(), spoken(lang))


@app.command("packet")
@told_plainly
def packet(
    office: OfficeArgument,
    matter: str,
    duty: Annotated[str, typer.Argument(help="The open duty, as check#3. 待办义务。")],
    to: Annotated[Path, typer.Option("--to", help="Folder for the packet. 存放文件夹。")],
    rows: Annotated[
        Path | None, typer.Option(help="CSV with this party's rows only. 仅该单位的数据行。")
    ] = None,
    now: Now = None,
    postgres: Postgres = None,
) -> None:
    """Write a signed packet for whoever owes a duty: notice, rows, answer sheet. 通知包。

    Prints its number, its file and the office's public key.
    """
    import csv  # noqa: PLC0415

    from suyuan.casework.packets import write_packet  # noqa: PLC0415
    from suyuan.casework.signing import office_key  # noqa: PLC0415

    evidence: list[dict[str, str]] = []
    if rows is not None:
        with rows.open(encoding="utf-8-sig", newline="") as file:
            evidence = list(csv.DictReader(file))
    with opened(office, postgres) as there:
        key = office_key(office)
        sent = write_packet(there, matter, duty, evidence, key, to, at(now))
    typer.echo(f"{sent.id}\n{sent.path}\n{key.public}")


@app.command("answer")
@told_plainly
def answer(
    office: OfficeArgument,
    file: Annotated[Path, typer.Argument(help="The answer, JSON. 答复文件。")],
    by: As,
    key: Annotated[
        list[str] | None, typer.Option(help="PARTY=PUBLIC_KEY, may be repeated. 单位公钥。")
    ] = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Take in an answer to a packet; forged, foreign and doubled ones are logged. 答复。"""
    from suyuan.casework.answers import take_answer  # noqa: PLC0415

    with opened(office, postgres) as there:
        taken = take_answer(there, file.read_bytes(), by, pairs(key), at(now))
    again = Text("The same answer had come before.", "此前已收到同一答复。")
    done = Text(f"Done: {taken.event.kind}.", f"已办理：{taken.event.kind}。")
    say(again if taken.again else done, lang)


@app.command("export")
@told_plainly
def export(
    office: OfficeArgument,
    kind: Annotated[str, typer.Argument(help="camt.056, camt.029, pacs.004, goaml, ics, xlsx")],
    to: Annotated[Path, typer.Option("--to", help="Folder for the file. 存放文件夹。")],
    matter: Annotated[list[str] | None, typer.Argument(help="Matters meant. 事项。")] = None,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """The log for other systems: bank messages, a report, deadlines, a desk's day. 导出。"""
    from suyuan.face.cli.office_output import write_export  # noqa: PLC0415

    with opened(office, postgres) as there:
        for line in write_export(there, kind, tuple(matter or ()), to, at(now), spoken(lang)):
            typer.echo(line)


@app.command("return")
@told_plainly
def return_(
    office: OfficeArgument,
    case: CaseArgument,
    now: Now = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Write what came of the case's matters, for its next investigation to obey. 回流。"""
    from suyuan.face.cli.office_output import write_outcomes  # noqa: PLC0415

    with opened(office, postgres) as there:
        say(write_outcomes(there, case, at(now)), lang)


@app.command("seal")
@told_plainly
def seal(office: OfficeArgument, now: Now = None, postgres: Postgres = None) -> None:
    """Print a head over all events; keep it elsewhere, and verify against it. 签头。"""
    with opened(office, postgres) as there:
        typer.echo(str(there.ledger.seal(at(now))))


@app.command("verify")
@told_plainly
def verify(
    office: OfficeArgument,
    head: Annotated[
        list[str] | None, typer.Option("--head", help="A head given away. 曾给出的签头。")
    ] = None,
    postgres: Postgres = None,
    lang: LangOption = None,
) -> None:
    """Check every event, every chain and every head; 1 where something is not as it was. 校验。"""
    from suyuan.store.ledger import TreeHead  # noqa: PLC0415
    from suyuan.store.ledger import verify as check  # noqa: PLC0415

    with opened(office, postgres) as there:
        found = check(there.ledger, [TreeHead.read(each) for each in head or ()])
    for fault in found.faults:
        where = "" if fault.sequence is None else f" {fault.sequence}"
        say(Text(f"✗{where} {fault.text.en}", f"✗{where} {fault.text.zh}"), lang)
    whole = Text(
        f"{found.events} events in {found.chains} chains: whole.",
        f"{found.events} 条事件、{found.chains} 条链：完整。",
    )
    broken = Text(f"{found.faults_found} faults.", f"{found.faults_found} 处异常。")
    say(whole if found.whole else broken, lang)
    if not found.whole:
        raise typer.Exit(1)


@app.command("rebuild")
@told_plainly
def rebuild(office: OfficeArgument, postgres: Postgres = None, lang: LangOption = None) -> None:
    """Make all tables again from the events and compare; 1 where one differed. 重建。"""
    from suyuan.casework.rebuilding import rebuild as again  # noqa: PLC0415

    with opened(office, postgres) as there:
        same = again(there)
    for table, as_before in same.items():
        word = Text("as before", "一致") if as_before else Text("DIFFERED", "不一致")
        say(Text(f"{table}: {word.en}", f"{table}：{word.zh}"), lang)
    if not all(same.values()):
        raise typer.Exit(1)
