"""A start from a snapshot is a start from the whole log; a torn snapshot is passed over."""

from pathlib import Path

import numpy as np
import pytest
from wire import lines_of_the_story, scorer

from suyuan.live.messages import PaymentAnswer
from suyuan.live.scorer import Scorer


def asked_again(live: Scorer, lines: list[bytes]) -> list[PaymentAnswer]:
    return [answer for answer in live.take(lines, 0) if isinstance(answer, PaymentAnswer)]


def equal_states(one: Scorer, other: Scorer) -> bool:
    """Every record of every key, wherever its slot is."""
    return all(
        np.array_equal(*(np.sort(table[table["key"] != 0], order="key") for table in pair))
        for pair in zip(one._state[:6], other._state[:6], strict=True)
    )


def started_with(folder: Path, lines: list[bytes], snapshots: tuple[int, ...]) -> None:
    live = scorer(folder)
    for place, line in enumerate(lines):
        live.take([line], 0)
        if place in snapshots:
            live.snapshot()
    live.close()


@pytest.mark.parametrize("snapshots", [(10,), (10, 20, 30)])
def test_from_a_snapshot_is_from_the_whole_log(tmp_path: Path, snapshots: tuple[int, ...]) -> None:
    lines = lines_of_the_story()
    started_with(tmp_path / "a", lines[:40], ())
    started_with(tmp_path / "b", lines[:40], snapshots)
    whole, short = scorer(tmp_path / "a"), scorer(tmp_path / "b")
    assert equal_states(whole, short)
    payments = [line for line in lines[:40] if b'"kind": "payment"' in line]
    again = asked_again(short, payments)
    assert again == asked_again(whole, payments)
    assert all(answer.repeated for answer in again)
    assert asked_again(short, lines[40:]) == asked_again(whole, lines[40:])


@pytest.mark.parametrize("harm", ["cut", "flip", "empty", "other card"])
def test_a_torn_snapshot_is_passed_over(tmp_path: Path, harm: str) -> None:
    lines = lines_of_the_story()
    started_with(tmp_path / "a", lines, ())
    started_with(tmp_path / "b", lines, (5, 25))
    *_, last = sorted((tmp_path / "b").glob("snapshot-*.snap"))
    held = bytearray(last.read_bytes())
    if harm == "flip":
        held[-5] ^= 1
    elif harm == "other card":
        held = held.replace(b'"judge": "', b'"judge": "x', 1)
    last.write_bytes(b"" if harm == "empty" else held[: len(held) // 2] if harm == "cut" else held)
    assert equal_states(scorer(tmp_path / "a"), scorer(tmp_path / "b"))


def test_a_snapshot_is_written_beside_further_events(tmp_path: Path) -> None:
    lines = lines_of_the_story()
    live = scorer(tmp_path)
    live.take(lines[:30], 0)
    assert live.snapshot_meanwhile()
    live.take(lines[30:], 0)
    live.close()
    (path,) = tmp_path.glob("snapshot-*.snap")
    assert path.name == f"snapshot-{30:020}.snap"
    assert equal_states(live, scorer(tmp_path))


def test_a_log_that_lost_its_middle_is_refused(tmp_path: Path) -> None:
    from suyuan.live.journal import SEGMENT, Journal
    from suyuan.model.errors import EngineError

    lines = lines_of_the_story()
    live = scorer(tmp_path)
    live.take(lines[:20], 0)
    live._journal._offset = SEGMENT
    live.take(lines[20:30], 0)
    live._journal._offset = SEGMENT
    live.take(lines[30:], 0)
    live.close()
    assert Journal(tmp_path).position == len(lines)
    (first, *_) = sorted(tmp_path.glob("*.seg"))
    first.unlink()
    with pytest.raises(EngineError):
        scorer(tmp_path)
