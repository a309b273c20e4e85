"""Whose an output folder is: suyuan writes and removes only where it put its mark.

A folder that is not empty and bears no mark is refused, and so is a folder that holds the case.
"""

import json
import shutil
from pathlib import Path

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.drafts import write_text
from suyuan.store.layout import Layout

MARK = "made-by-suyuan.json"


def claim(layout: Layout, case: Path) -> None:
    """Make the output folder ours; :class:`InputError` where it is the case's or somebody else's.

    Nothing is removed, and nothing is written into a folder that is refused.
    """
    out = layout.out
    if out.exists() and not out.is_dir():
        raise _refusal(out, Text("The output folder is a file.", "结果文件夹是一个文件。"))
    if case.resolve().is_relative_to(out.resolve()):
        raise _refusal(
            out,
            Text("The output folder holds the case itself.", "结果文件夹包含案件材料本身。"),
        )
    if not is_ours(layout) and _foreign(layout):
        raise _refusal(
            out,
            Text(
                "The output folder is not empty, and nothing in it was made by suyuan.",
                "结果文件夹非空，且其中内容不是溯源生成的。",
            ),
        )
    layout.own.mkdir(parents=True, exist_ok=True)
    _clear_work(layout)
    if not (layout.own / MARK).exists():
        write_text(layout.own / MARK, json.dumps({"made_by": "suyuan"}) + "\n")


def _clear_work(layout: Layout) -> None:
    """Remove working files of processes that are no more."""
    if not Path("/proc/self").exists():
        return
    for path in layout.own.glob("work-*"):
        number = path.name.removeprefix("work-")
        if number.isdigit() and not Path(f"/proc/{number}").exists():
            shutil.rmtree(path, ignore_errors=True)


def _foreign(layout: Layout) -> bool:
    """Whether anything but our own corner is there."""
    return layout.out.exists() and any(path != layout.own for path in layout.out.iterdir())


def is_ours(layout: Layout) -> bool:
    """Whether an earlier run made this folder; one of a version without a mark has a manifest."""
    return (layout.own / MARK).is_file() or layout.parse_manifest.is_file()


def _refusal(out: Path, text: Text) -> InputError:
    return InputError(
        text,
        value=out,
        hint=Text(
            "Give an empty or new folder with --out.", "请用 --out 另选一个空的或新的文件夹。"
        ),
    )
