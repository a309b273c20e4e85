"""``suyuan live``: payments judged before they leave, replayed from a case or served."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from suyuan.face.cli import live_day
from suyuan.face.cli.options import (
    CaseArgument,
    EngineOption,
    LangOption,
    Out,
    Unmask,
    console,
    language_of,
    plain_errors,
)
from suyuan.model.errors import InputError
from suyuan.model.text import Text

if TYPE_CHECKING:
    from suyuan.live.journal import Durability

app = typer.Typer(
    help="Payments judged before they leave: replay a case, or serve. 付款离开前的实时评分。",
    no_args_is_help=True,
)
app.command(context_settings=live_day.SETTINGS)(live_day.tasks)
app.command(context_settings=live_day.SETTINGS)(live_day.day)
app.command()(live_day.explain)


Keeps = Annotated[Path, typer.Argument(help="Keeps the log of events. 事件日志文件夹。")]
Durable = Annotated[
    str, typer.Option("--durable", help="process, or disk: before each answer. 持久化级别。")
]
SnapshotEvery = Annotated[
    int, typer.Option("--snapshot-every", help="Events between snapshots; 0: none. 快照间隔。")
]
MostMemory = Annotated[
    float, typer.Option("--most-memory", help="GB of state at most. 状态内存上限(GB)。")
]
Subscribers = Annotated[
    int,
    typer.Option("--subscribers", help="Room for so many from the start: 400 B each. 预留用户数。"),
]


@app.command()
@plain_errors
def replay(
    case: CaseArgument,
    payment: Annotated[
        str | None, typer.Option("--payment", help="Explain one payment_id. 解释一笔付款。")
    ] = None,
    out: Out = None,
    lang: LangOption = None,
    engine: EngineOption = "duckdb",
    unmask: Unmask = None,
) -> None:
    """What a live score would have said of each payment of a case, and what holding was worth.

    Each payment is judged by what was known in that moment: calls and orders as they came, reports
    from when they were taken down. Shown are precision and the victims and yuan that holding would
    have caught, at several numbers of honest payments held, and what each source of data adds.
    With --payment: the signals of that one.
    """
    from suyuan.detect.cards import scorecard  # noqa: PLC0415  # keeps --help fast
    from suyuan.face.api import CaseFolder  # noqa: PLC0415
    from suyuan.face.cli.live_output import (  # noqa: PLC0415
        explanation,
        rivals,
        sources,
        worth,
    )
    from suyuan.face.cli.progress_bars import Bars  # noqa: PLC0415
    from suyuan.face.display import Display  # noqa: PLC0415
    from suyuan.live.policy import default_policy  # noqa: PLC0415
    from suyuan.privacy.reveal import masking  # noqa: PLC0415
    from suyuan.run.payment_replay import replay_case  # noqa: PLC0415
    from suyuan.store.claim import claim  # noqa: PLC0415
    from suyuan.store.engines import open_engine  # noqa: PLC0415
    from suyuan.store.lock import write_lock  # noqa: PLC0415

    results = CaseFolder(case).results(out)
    layout, language, to = results.layout, language_of(lang), console()
    card, policy = scorecard("payment_risk"), default_policy()
    claim(layout, case)
    with (
        write_lock(layout, "live replay"),
        Bars(to, language) as bars,
        open_engine(engine, layout.work) as database,
    ):
        case_replay = replay_case(case, layout, database, card, bars)
    if payment is None:
        to.print(worth(case_replay, card, policy, language))
        to.print(rivals(case_replay, card, language))
        to.print(sources(case_replay, card, language))
        return
    display = Display(results.case.zone, masking(layout, unmask, "live replay"))
    to.print(explanation(case_replay, card, policy, payment, display, language))


@app.command()
@plain_errors
def serve(
    folder: Keeps,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on. 监听地址。")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="Port; 0 takes a free one. 端口。")] = 8713,
    durable: Durable = "process",
    snapshot_every: SnapshotEvery = 2_000_000,
    most_memory: MostMemory = 16.0,
    subscribers: Subscribers = 1 << 12,
    lang: LangOption = None,
) -> None:
    """Answer payments as they come: newline JSON on a socket, or HTTP POST /v1/payments.

    Every answered event is in the log in FOLDER first; started again, the service gives the same
    answers. There is no encryption and no login here: keep it behind the bank's own gateway.
    """
    from suyuan.detect.cards import scorecard  # noqa: PLC0415  # keeps --help fast
    from suyuan.live.keys import Keyring, secret_in  # noqa: PLC0415
    from suyuan.live.policy import default_policy  # noqa: PLC0415
    from suyuan.live.scorer import Scorer  # noqa: PLC0415
    from suyuan.live.service import run_service  # noqa: PLC0415
    from suyuan.live.service import serve as serve_lines  # noqa: PLC0415

    scorer = Scorer(
        folder,
        scorecard("payment_risk"),
        default_policy(),
        Keyring(secret_in(folder)),
        durable=_durability(durable),
        subscribers=subscribers,
        most_bytes=int(most_memory * 1e9),
    )
    notice = Text(
        f"Listening on {host}:{port}; {scorer.position:,} events are in the log. "
        "Press Ctrl-C to stop.",
        f"正在监听 {host}:{port}；日志中已有 {scorer.position:,} 个事件。按 Ctrl-C 结束。",
    )
    console().print(notice.in_(language_of(lang)))
    try:
        run_service(serve_lines(scorer, host, port, snapshot_every=snapshot_every))
    finally:
        scorer.close()


@app.command()
@plain_errors
def consume(
    folder: Keeps,
    brokers: Annotated[str, typer.Option("--brokers", help="HOST:PORT, by commas. 服务地址。")],
    partition: Annotated[
        list[int], typer.Option("--partition", help="A partition of this process's. 分区。")
    ],
    events: Annotated[str, typer.Option("--events", help="Topic of events. 事件主题。")] = "events",
    answers: Annotated[
        str, typer.Option("--answers", help="Topic of answers. 应答主题。")
    ] = "answers",
    durable: Durable = "process",
    snapshot_every: SnapshotEvery = 2_000_000,
    most_memory: MostMemory = 16.0,
    subscribers: Subscribers = 1 << 12,
    lang: LangOption = None,
) -> None:
    """Take events from partitions of a Kafka topic, each a shard of its own; answer on another.

    Messages are lines of JSON as `serve` takes them. Each is counted once; after a crash some may
    be answered again, with the same place in the log. Needs the extra kafka.
    """
    from suyuan.detect.cards import scorecard  # noqa: PLC0415  # keeps --help fast
    from suyuan.live.kafka import Topics  # noqa: PLC0415
    from suyuan.live.kafka import consume as consume_topics  # noqa: PLC0415
    from suyuan.live.keys import Keyring, secret_in  # noqa: PLC0415
    from suyuan.live.policy import default_policy  # noqa: PLC0415
    from suyuan.live.scorer import Scorer  # noqa: PLC0415
    from suyuan.live.shard import Shard  # noqa: PLC0415

    level, keyring = _durability(durable), Keyring(secret_in(folder))

    def shard(number: int) -> Shard:
        scorer = Scorer(
            folder / f"partition-{number}",
            scorecard("payment_risk"),
            default_policy(),
            keyring,
            durable=level,
            subscribers=subscribers,
            most_bytes=int(most_memory * 1e9) // len(partition),
        )
        return Shard(scorer, durable=level == "disk")

    notice = Text("Accepting events. Press Ctrl-C to stop.", "正在接收事件。按 Ctrl-C 结束。")
    console().print(notice.in_(language_of(lang)))
    topics = Topics(brokers, events, answers, partition)
    consume_topics(topics, shard, snapshot_every=snapshot_every)


def _durability(text: str) -> "Durability":
    if text not in ("process", "disk"):
        raise InputError(
            Text("No such level of durability.", "没有这个持久化级别。"),
            value=text,
            hint=Text("Write process or disk.", "请写 process 或 disk。"),
        )
    return "disk" if text == "disk" else "process"
