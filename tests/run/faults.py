"""One fault at a time, at any write or engine call of a command that runs in a forked child."""

import errno
import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from suyuan.model.errors import SuyuanError
from suyuan.store.duck import DuckEngine

FAULTS = ("no space", "no permission", "out of memory", "kill")
#: Changes of the disk that Python tells of before they happen.
CHANGES = {
    *("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.symlink", "os.link", "os.truncate"),
    "shutil.rmtree",
}
CALLS = ("parquet", "arrow", "keep", "fetch", "stream")
#: How a child ended: done, an error that people are told, a fault of ours, killed.
DONE, TOLD, FAULT, KILLED = 0, 2, 70, -9


class Trap:
    """Counts the points where a fault may strike; at the `at`-th it does."""

    def __init__(self, folder: Path, at: int | None, fault: str = "kill") -> None:
        self.folder, self.at, self.fault, self.seen = str(folder), at, fault, 0

    def set(self) -> None:
        sys.addaudithook(self._hook)
        for name in CALLS:
            setattr(DuckEngine, name, self._called(getattr(DuckEngine, name)))
        pq.write_table = self._called(pq.write_table)

    def _hook(self, event: str, given: tuple[Any, ...]) -> None:
        writes = event in CHANGES or (event == "open" and _writes(given))
        if writes and str(given[0]).startswith(self.folder):
            self._strike()

    def _called(self, true: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **named: Any) -> Any:
            self._strike()
            return true(*given, **named)

        return call

    def _strike(self) -> None:
        self.seen += 1
        if self.seen != self.at:
            return
        if self.fault == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.fault == "out of memory":
            raise MemoryError
        number = errno.ENOSPC if self.fault == "no space" else errno.EACCES
        raise OSError(number, os.strerror(number))


def _writes(given: tuple[Any, ...]) -> bool:
    _, mode, flags = given
    if isinstance(mode, str):
        return bool(set(mode) & set("wax+"))
    return isinstance(flags, int) and bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT))


def points(folder: Path, command: Callable[[], object]) -> int:
    """How many points `command` has, run once in a child."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        trap = Trap(folder, None)
        trap.set()
        code = FAULT
        with suppress(BaseException):
            command()
            code = DONE
        os.write(writer, str(trap.seen).encode())
        os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == DONE
    os.close(writer)
    with os.fdopen(reader) as told:
        return int(told.read())


def strike(folder: Path, command: Callable[[], object], at: int, fault: str) -> int:
    """Run `command` in a child in which `fault` strikes at point `at`; how the child ended."""
    child = os.fork()
    if child == 0:
        Trap(folder, at, fault).set()
        os._exit(_ended(command))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _ended(command: Callable[[], object]) -> int:
    """As the command line would end: whatever people are told is 2."""
    try:
        command()
    except (SuyuanError, OSError, MemoryError):
        return TOLD
    except BaseException:
        import traceback

        traceback.print_exc()
        return FAULT
    return DONE
