"""A partition is taken once, whatever dies when; the same over the Kafka protocol."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from wire import lines_of_the_story, scorer

from suyuan.live.kafka import Topics, consume
from suyuan.live.shard import MARK, PartitionMessage, Shard, last_mark
from suyuan.model.errors import EngineError

MESSAGES = [PartitionMessage(n, line) for n, line in enumerate(lines_of_the_story())]
PAYMENTS = sum(b'"payment"' in each.value for each in MESSAGES)


def whole(folder: Path) -> tuple[bytes, int, bytes]:
    """Answers, events and state of the story taken at once."""
    live = scorer(folder)
    text = live.take_text(b"".join(each.value + b"\n" for each in MESSAGES), 0).text
    return text, live.position, state(live)


def state(live: object) -> bytes:
    tables = live._state  # type: ignore[attr-defined]  # equal to the bit
    return b"".join(table.tobytes() for table in tables)


@pytest.mark.parametrize("cut", [1, 20, len(MESSAGES) - 1])
def test_what_was_logged_but_not_answered_is_answered_and_not_folded(
    tmp_path: Path, cut: int
) -> None:
    text, position, expected = whole(tmp_path / "whole")
    first = Shard(scorer(tmp_path / "shard"))
    lost = first.take(MESSAGES[:cut], 0)  # dies here: the answers are never sent
    first.close()
    again = Shard(scorer(tmp_path / "shard"))
    assert again.start == 0
    batches = list(again.batches(MESSAGES))
    assert [len(batch) for batch in batches] == [cut, len(MESSAGES) - cut]
    answers = [answer for batch in batches for answer in again.take(batch, 0)]
    assert [a.replace(b',"repeated":true', b"") for a in answers[:cut]] == lost
    assert b"".join(answers).replace(b',"repeated":true', b"") == text
    assert again.scorer.position == position
    assert state(again.scorer) == expected
    again.close()


def test_what_was_begun_but_not_logged_is_taken_as_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, position, _ = whole(tmp_path / "whole")
    first = Shard(scorer(tmp_path / "shard"))
    head = first.take(MESSAGES[:10], 0)

    def full(*_: object) -> None:
        raise OSError("no space")

    with monkeypatch.context() as patched:
        patched.setattr("os.posix_fallocate", full)
        patched.setattr(first.scorer._journal, "_file", None)
        with pytest.raises(EngineError):
            first.take(MESSAGES[10:], 0)
    first.close()
    again = Shard(scorer(tmp_path / "shard"))
    assert again.start == 10
    (batch,) = again.batches(MESSAGES[10:])
    assert b"".join([*head, *again.take(batch, 0)]) == text
    assert again.scorer.position == position
    again.close()


def test_a_torn_mark_gives_way_to_the_one_before(tmp_path: Path) -> None:
    shard = Shard(scorer(tmp_path))
    shard.take(MESSAGES[:3], 0)
    shard.take(MESSAGES[3:5], 0)
    shard.close()
    newest = last_mark(tmp_path / MARK)
    assert newest is not None
    assert (newest.first, newest.after) == (3, 5)
    held = bytearray((tmp_path / MARK).read_bytes())
    held[newest.turn % 2 * 36 + 20] ^= 1
    (tmp_path / MARK).write_bytes(held)
    before = last_mark(tmp_path / MARK)
    assert before is not None
    assert (before.first, before.after) == (0, 3)


@pytest.fixture
def brokers() -> Iterator[str]:
    """A cluster of one broker in this process: librdkafka's own, which speaks the protocol."""
    kafka = pytest.importorskip("confluent_kafka")
    owner = kafka.Producer(
        {"test.mock.num.brokers": 1, "bootstrap.servers": "none", "log_level": 0}
    )
    yield ",".join(f"{b.host}:{b.port}" for b in owner.list_topics(timeout=10).brokers.values())
    owner.flush(1)


def read_all(brokers: str, topic: str, partition: int, count: int) -> list[tuple[bytes, bytes]]:
    from confluent_kafka import Consumer, TopicPartition  # an extra

    reader = Consumer({"bootstrap.servers": brokers, "group.id": "test", "log_level": 0})
    reader.assign([TopicPartition(topic, partition, 0)])
    found: list[tuple[bytes, bytes]] = []
    for _ in range(50):
        found += [(m.key(), m.value()) for m in reader.consume(1000, 0.2) if m.error() is None]
        if len(found) >= count:
            break
    reader.close()
    return found


def test_events_come_and_answers_go_over_the_protocol(brokers: str, tmp_path: Path) -> None:
    from confluent_kafka import Producer  # an extra

    writer = Producer({"bootstrap.servers": brokers, "log_level": 0})
    for message in MESSAGES:
        for partition in (0, 1):  # two shards, each with the whole story
            writer.produce("events", message.value, str(message.offset), partition=partition)
    assert writer.flush(10) == 0
    topics = Topics(brokers, "events", "answers", (0, 1))

    def open_shard(number: int) -> Shard:
        return Shard(scorer(tmp_path / f"partition-{number}"))

    def begun(message: int) -> bool:
        """Whether both shards have begun what comes after so many messages; or time is up."""
        marks = [last_mark(tmp_path / f"partition-{n}" / MARK) for n in (0, 1)]
        return time.monotonic() > end or all(mark and mark.after > message for mark in marks)

    end = time.monotonic() + 60
    consume(topics, open_shard, lambda: not begun(0))
    consume(topics, open_shard, lambda: not begun(len(MESSAGES) - 1))
    text, _, expected = whole(tmp_path / "whole")
    wanted = [line for line in text.splitlines() if line != b"{}"]
    assert len(wanted) == PAYMENTS
    for partition in (0, 1):
        answers = read_all(brokers, "answers", partition, PAYMENTS)
        fresh = [value.strip() for _, value in answers if b'"repeated"' not in value]
        assert fresh == wanted
        shard = open_shard(partition)
        assert state(shard.scorer) == expected
        shard.close()
