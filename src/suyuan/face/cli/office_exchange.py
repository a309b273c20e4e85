"""``suyuan office packet, answer, export``: what goes out, and what comes back. 往来。"""

from pathlib import Path
from typing import Annotated

import typer

from suyuan.face.cli.office_options import (
    As,
    Now,
    OfficeArgument,
    Postgres,
    at,
    office_at,
    pairs,
    say,
)
from suyuan.face.cli.options import LangOption, language_of, plain_errors
from suyuan.model.text import Text


@plain_errors
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
    with office_at(office, postgres) as there:
        key = office_key(office)
        packet_file = write_packet(there, matter, duty, evidence, key, to, at(now))
    typer.echo(f"{packet_file.id}\n{packet_file.path}\n{key.public}")


@plain_errors
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

    with office_at(office, postgres) as there:
        receipt = take_answer(there, file.read_bytes(), by, pairs(key), at(now))
    again = Text("The same answer was already received.", "此前已收到同一答复。")
    sentence = Text(f"Done: {receipt.event.kind}.", f"已办理：{receipt.event.kind}。")
    say(again if receipt.again else sentence, lang)


@plain_errors
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

    with office_at(office, postgres) as there:
        for line in write_export(there, kind, tuple(matter or ()), to, at(now), language_of(lang)):
            typer.echo(line)
