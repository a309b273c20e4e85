"""Events from topics of the Kafka protocol, answers to another (extra ``kafka``).

Each partition is a shard with a folder of its own. Partitions are assigned by hand, one process
each: where state lies, there its partition is read. Kafka keeps the order within a partition, and
keeps what was not taken yet.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from suyuan.live.shard import PartitionMessage, Shard
from suyuan.model.errors import EngineError, InputError
from suyuan.model.text import Text

#: Messages taken together at most; seconds waited for the first, and for answers to be safe.
TOGETHER: Final = 4096
_WAIT, _FLUSH = 0.1, 30.0
_EMPTY: Final = b"{}\n"


class Topics(NamedTuple):
    """Where events come from and answers go, and the partitions that are this process's."""

    brokers: str
    events: str
    answers: str
    partitions: Sequence[int]


def consume(
    topics: Topics,
    open_shard: Callable[[int], Shard],
    goes_on: Callable[[], bool] = lambda: True,
    snapshot_every: int = 0,
) -> int:
    """Take messages while `goes_on`; how many were taken.

    Answers carry the key of their message and go to the partition of the same number; messages
    without a payment are not answered. A message that was answered before a crash may be answered
    again, with the same place in the log.
    """
    shards = {number: open_shard(number) for number in topics.partitions}
    reader, writer = _reader(topics, shards), _writer(topics)
    marks = {number: shard.scorer.position for number, shard in shards.items()}
    count = 0
    try:
        while goes_on():
            for number, messages in _by_partition(reader.consume(TOGETHER, _WAIT)).items():
                for batch in shards[number].batches(messages):
                    answers = shards[number].take(batch, time.time_ns() // 1000)
                    _send(writer, topics, number, batch, answers)
                count += len(messages)
                scorer = shards[number].scorer
                due = snapshot_every and scorer.position - marks[number] >= snapshot_every
                if due and scorer.snapshot_meanwhile():
                    marks[number] = scorer.position
    finally:
        reader.close()
        for shard in shards.values():
            shard.close()
    return count


def _reader(topics: Topics, shards: Mapping[int, Shard]) -> Any:
    client = _client()
    reader = client.Consumer(
        {
            "bootstrap.servers": topics.brokers,
            "group.id": "suyuan-live",  # asked for by the client; no offset is kept there
            "enable.auto.commit": False,
            "auto.offset.reset": "error",  # an offset that retention has deleted is no beginning
        }
    )
    starts = {n: client.OFFSET_BEGINNING if s.start is None else s.start for n, s in shards.items()}
    reader.assign([client.TopicPartition(topics.events, n, start) for n, start in starts.items()])
    return reader


def _writer(topics: Topics) -> Any:
    return _client().Producer({"bootstrap.servers": topics.brokers, "acks": "all", "linger.ms": 0})


def _client() -> Any:
    try:
        import confluent_kafka  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise InputError(
            Text("The Kafka client is not installed.", "未安装 Kafka 客户端。"),
            value=error.name,
            hint=Text("pip install 'suyuan[kafka]'", "pip install 'suyuan[kafka]'"),
        ) from error
    return confluent_kafka


def _by_partition(records: Sequence[Any]) -> dict[int, list[PartitionMessage]]:
    batches: dict[int, list[PartitionMessage]] = {}
    for record in records:
        if record.error() is not None:
            raise _send_error(record.error())
        message = PartitionMessage(record.offset(), record.value() or b"", record.key())
        batches.setdefault(record.partition(), []).append(message)
    return batches


def _send(
    writer: Any,
    topics: Topics,
    number: int,
    messages: Sequence[PartitionMessage],
    answers: Sequence[bytes],
) -> None:
    """Answers are with the brokers before the next batch is begun."""
    failures: list[Any] = []

    def on_delivery(error: Any, _: Any) -> None:
        if error is not None:
            failures.append(error)

    for message, answer in zip(messages, answers, strict=True):
        if answer.replace(_EMPTY, b""):
            writer.produce(
                topics.answers, answer, message.key, partition=number, on_delivery=on_delivery
            )
    rest = writer.flush(_FLUSH)
    if rest or failures:
        raise _send_error(failures[0] if failures else f"{rest} answers")


def _send_error(cause: Any) -> EngineError:
    return EngineError(
        Text("The brokers do not accept or deliver messages.", "消息服务无法收发消息。"),
        value=cause,
        hint=Text(
            "Start again: nothing is lost or counted twice.", "请重新启动：不会丢失或重复计入。"
        ),
    )
