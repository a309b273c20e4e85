"""The command line: ``suyuan``."""

import gc
import sys
from typing import Any


def main() -> None:
    """Entry point of the ``suyuan`` command: a process of its own, with one thing to do."""
    # A search for cycles finds none among two thousand modules, and is a tenth of their import.
    gc.set_threshold(70_000, 50, 100)
    from suyuan.face.cli.commands import application  # noqa: PLC0415  # after the line above
    from suyuan.face.cli.light_start import leave_out  # noqa: PLC0415

    words = sys.argv[1:]
    leave_out(words)
    application(words)()


def __getattr__(name: str) -> Any:
    if name == "app":  # all commands, fetched when somebody asks
        from suyuan.face.cli.commands import application  # noqa: PLC0415

        globals()[name] = application(())
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
