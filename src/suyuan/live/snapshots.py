"""State as it was at a place in the journal, so that a start need not fold all of it again.

``snapshot-<position>.snap``: a line of JSON (arrays with their types, shapes and CRC-32, and what
judged), then the arrays. It is written beside its name and renamed when it is whole and on the
disk; one that was torn, or that another version of the state's records wrote, is passed over, for
the journal holds everything.
"""

import json
import os
import sys
import zlib
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from suyuan.live.state import COUNTS, TABLES, LiveState
from suyuan.live.verdicts import VERDICT
from suyuan.store.drafts import draft_of

#: Snapshots kept: the one before serves where the last one was torn.
MOST_SNAPSHOTS: Final = 2
_LONGEST_HEAD: Final = 1 << 16
_KINDS: Final = (*TABLES, COUNTS, np.dtype(np.int64), VERDICT)


class Snapshot(NamedTuple):
    """All that was folded from the first ``position`` events, judged by ``judge``."""

    position: int
    state: LiveState
    verdicts: np.ndarray
    judge: str


def write_snapshot(folder: Path, snapshot: Snapshot) -> Path:
    """Write it whole, or leave nothing of its name; older ones than :data:`MOST_SNAPSHOTS` go."""
    arrays = [*snapshot.state, snapshot.verdicts]
    head = {
        "position": snapshot.position,
        "judge": snapshot.judge,
        "arrays": [[str(a.dtype.descr), len(a), zlib.crc32(_bytes(a))] for a in arrays],
    }
    path = folder / f"snapshot-{snapshot.position:020}.snap"
    with draft_of(path, 0o600, sync=True) as draft, draft.open("wb") as file:
        file.write(json.dumps(head).encode() + b"\n")
        for array in arrays:
            file.write(_bytes(array))
    for old in sorted(folder.glob("snapshot-*.snap"))[:-MOST_SNAPSHOTS]:
        old.unlink()
    return path


def write_in_child(folder: Path, snapshot: Snapshot) -> int:
    """The same by a forked child, which sees the state as it is now; its process id.

    The child writes and exits; the caller goes on folding and reaps it.
    """
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    try:
        os.nice(10)
        write_snapshot(folder, snapshot)
        os._exit(0)
    except BaseException:  # a child must not run its parent's exits
        os._exit(1)


def last_snapshot(folder: Path, judge: str, upto: int) -> Snapshot | None:
    """The newest whole snapshot of no more than `upto` events that `judge` judged, if any."""
    for path in sorted(folder.glob("snapshot-*.snap"), reverse=True):
        snapshot = _read(path)
        if snapshot is not None and snapshot.judge == judge and snapshot.position <= upto:
            return snapshot
    return None


def _read(path: Path) -> Snapshot | None:
    with path.open("rb") as file:
        try:
            head: dict[str, Any] = json.loads(file.readline(_LONGEST_HEAD))
            arrays = [_array(file, entry, kind) for entry, kind in
                      zip(head["arrays"], _KINDS, strict=True)]  # fmt: skip
        except (ValueError, KeyError, TypeError):
            return None
    state = LiveState._make(arrays[:-1])
    return Snapshot(int(head["position"]), state, arrays[-1], str(head["judge"]))


def _array(file: Any, entry: list[Any], kind: np.dtype[Any]) -> np.ndarray:
    """The next array of `file`; ValueError where it is torn or of other records."""
    layout, size, checksum = entry
    if layout != str(kind.descr):
        raise ValueError("other records")
    array = np.empty(size, kind)
    buffer = _bytes(array)
    if file.readinto(buffer) != len(buffer) or zlib.crc32(buffer) != checksum:
        raise ValueError("torn")
    return array


def _bytes(array: np.ndarray) -> memoryview:
    return np.ascontiguousarray(array).view(np.uint8).data.cast("B")
