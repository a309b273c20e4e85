"""``suyuan replay``: what a warning desk would have had, day by day."""

import re
from datetime import timedelta
from typing import Annotated

import pyarrow as pa
import typer
from rich.table import Table

from suyuan.face.cli.options import (
    CaseArgument,
    EngineOption,
    LangOption,
    Out,
    console,
    earlier_names,
    language_of,
    moment,
    plain_errors,
)
from suyuan.face.cli.screen import plain
from suyuan.face.display import Display
from suyuan.model.errors import InputError
from suyuan.model.text import Language, Text
from suyuan.privacy.reveal import masking

NAME = "replay"
SETTINGS = earlier_names(**{"from": "since", "to": "until"})
UNITS = {"h": "hours", "d": "days", "w": "weeks"}


@plain_errors
def command(
    case: CaseArgument,
    first: Annotated[str, typer.Option("--since", help="First moment. 起始时刻。")],
    last: Annotated[str, typer.Option("--until", help="Last moment. 结束时刻。")],
    every: Annotated[str, typer.Option("--every", help="Step: 12h, 1d, 2w. 间隔。")] = "1d",
    out: Out = None,
    lang: LangOption = None,
    engine: EngineOption = "duckdb",
) -> None:
    """Tell the case moment by moment: sources named, people at risk, who was called next.

    At each moment only what was known then is used. Leaves replay.parquet and replay.csv beside
    the results, and a picture in report.html if the case was investigated.
    """
    from suyuan.face.api import CaseFolder  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415
    from suyuan.face.replay_files import add_replay  # noqa: PLC0415
    from suyuan.model.times import utc  # noqa: PLC0415
    from suyuan.run.replay import moments, replay  # noqa: PLC0415
    from suyuan.store.claim import claim  # noqa: PLC0415
    from suyuan.store.engines import open_engine  # noqa: PLC0415
    from suyuan.store.lock import write_lock  # noqa: PLC0415

    results = CaseFolder(case).results(out)
    zone, layout, language, to = results.case.zone, results.layout, language_of(lang), console()
    begin, end = moment(first), moment(last)
    assert begin is not None  # both options must be given
    assert end is not None
    when = moments(utc(begin, zone), utc(end, zone), step(every))
    claim(layout, case)
    with write_lock(layout, NAME), Bars(to, language) as bars:
        rows = replay(case, layout, lambda: open_engine(engine, layout.work), when, bars)
    add_replay(results, rows)
    display = Display(zone, masking(results.layout, None, NAME))
    to.print(_table(rows, display, language))


def step(text: str) -> timedelta:
    """``12h``, ``1d`` or ``2w``; :class:`InputError` where it is none of these."""
    match = re.fullmatch(r"([1-9]\d{0,3})([hdw])", text)
    if match is None:
        raise InputError(
            Text("Not a duration.", "不是有效的时长。"),
            value=text,
            hint=Text("Write 12h, 1d or 2w.", "请写成 12h、1d 或 2w。"),
        )
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def _table(rows: pa.Table, display: Display, language: Language) -> Table:
    title = Text(
        "What was known then, and who was first called in the 7 days after",
        "当时所知，及其后七日内首次被联系的人",
    )
    lines = Table(title=title.in_(language), title_justify="left")
    lines.add_column(Text("moment", "时刻").in_(language), no_wrap=True)
    for head in (
        Text("sources named", "已指认源头"),
        Text("at risk", "风险人数"),
        Text("called next", "其后被联系"),
        Text("had ordered", "已有订单"),
        Text("on the list: 5 % / 100 / 500", "名单命中：5%/100/500"),
        Text("newest orders: 5 % / 100 / 500", "最新订单：5%/100/500"),
    ):
        lines.add_column(head.in_(language), overflow="fold")
    for row in rows.to_pylist():
        lines.add_row(
            display.minute(row["moment"]) + ("" if row["whole"] else " …"),
            plain(
                "; ".join(
                    display.subject(subject_id).in_(language) for subject_id in row["sources"]
                )
                or "–"
            ),
            f"{row['listed']:,}",
            f"{row['called']:,}",
            f"{row['placed']:,}",
            " / ".join(f"{row['hit_' + place]:,}" for place in ("top", "100", "500")),
            " / ".join(f"{row['newest_' + place]:,}" for place in ("top", "100", "500")),
        )
    return lines
