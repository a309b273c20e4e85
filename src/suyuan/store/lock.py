"""One writer at a time in an output folder; whoever comes second is told who holds it."""

import fcntl
import json
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.layout import Layout
from suyuan.store.user import user_name

NAME = "lock"


@contextmanager
def write_lock(layout: Layout, command: str) -> Iterator[None]:
    """Hold the folder while results are written; :class:`InputError` where another process does.

    The lock is the kernel's (flock): it ends with its process, however that ends.
    """
    layout.own.mkdir(parents=True, exist_ok=True)
    handle = os.open(layout.own / NAME, os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise _lock_error(os.pread(handle, 4096, 0)) from error
        os.ftruncate(handle, 0)
        os.pwrite(handle, json.dumps(_holder(command)).encode(), 0)
        yield
        os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _holder(command: str) -> dict[str, object]:
    return {
        "command": command,
        "process": os.getpid(),
        "machine": socket.gethostname(),
        "by": user_name(),
        "since": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _lock_error(holder: bytes) -> InputError:
    try:
        owner = json.loads(holder)
        value = (
            f"{owner['command']}, process {owner['process']} on {owner['machine']}, "
            f"by {owner['by']}, since {owner['since']}"
        )
    except (ValueError, KeyError, TypeError):
        value = "?"
    return InputError(
        Text("Another run is writing to this output folder.", "另一个运行正在写入该结果文件夹。"),
        value=value,
        hint=Text("Wait for it to end, or use --out.", "请等待其结束，或用 --out 另选文件夹。"),
    )
