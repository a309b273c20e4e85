"""What a person says of one file, written into ``case.toml`` without touching the rest of it."""

import json
from dataclasses import replace
from pathlib import Path

from suyuan.ingest.settings import NAME, CaseSettings, FileSettings, read_settings
from suyuan.model.errors import InputError
from suyuan.model.text import Text


def settings_with(settings: CaseSettings, path: str, **answers: object) -> FileSettings:
    """The settings of the file at `path`, with what a person says now."""
    return replace(settings.of(path), path=path, **answers)  # type: ignore[arg-type]


def write_file_settings(case: Path, wanted: FileSettings) -> None:
    """Write `wanted` into case.toml of `case`: a new ``[[file]]``, or lines added to its own.

    Raises :class:`InputError` where the file's own part says something else already.
    """
    target, before = case / NAME, read_settings(case)
    text = target.read_text(encoding="utf-8-sig") if target.is_file() else ""
    present = next((entry for entry in before.files if entry.path == wanted.path), None)
    if present == wanted:
        return
    block = "\n".join(_lines(wanted, present))
    if present is None:
        # The first part that fits a file counts: patterns must come behind it.
        changed = _before_files(text, f"[[file]]\npath = {_quoted(wanted.path)}\n{block}\n")
    else:
        changed = _inside(text, wanted.path, block)
    _put(target, changed)
    if read_settings(case).of(wanted.path) != wanted:
        _put(target, text)
        raise InputError(_BY_HAND.format(lines=block.replace("\n", "; ")), value=wanted.path)


def _put(target: Path, text: str) -> None:
    partial = target.with_suffix(".toml.tmp")
    partial.write_text(text, encoding="utf-8")
    partial.replace(target)


def _before_files(text: str, block: str) -> str:
    lines = text.splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if line.strip().startswith("[")), len(lines))
    head = "".join(lines[:first])
    gap = "" if not head or head.endswith("\n\n") else "\n" if head.endswith("\n") else "\n\n"
    return head + gap + block + ("\n" if lines[first:] else "") + "".join(lines[first:])


def _inside(text: str, path: str, block: str) -> str:
    """`text` with `block` behind the line that names the file."""
    lines = text.splitlines(keepends=True)
    names = (_quoted(path), f"'{path}'")
    for n, line in enumerate(lines):
        key, mark, value = line.partition("=")
        if mark and key.strip() == "path" and value.strip().startswith(names):
            end = "" if line.endswith("\n") else "\n"
            return "".join([*lines[: n + 1], f"{end}{block}\n", *lines[n + 1 :]])
    return text


def _lines(wanted: FileSettings, present: FileSettings | None) -> list[str]:
    base = present or FileSettings(wanted.path)
    names = (
        "table",
        "profile",
        "encoding",
        "delimiter",
        "header_row",
        "own",
        "year",
        "days",
        "spent",
    )
    lines = [
        f"{name} = {_quoted(value) if isinstance(value, str) else value}"
        for name in names
        if (value := getattr(wanted, name)) is not None and getattr(base, name) is None
    ]
    if wanted.columns and not base.columns:
        pairs = (f"{_quoted(key)} = {_quoted(value)}" for key, value in wanted.columns.items())
        lines.append(f"columns = {{ {', '.join(pairs)} }}")
    if wanted.ignore and not base.ignore:
        lines.append(f"ignore = [{', '.join(map(_quoted, wanted.ignore))}]")
    return lines


def _quoted(value: str) -> str:
    # A string of JSON is one of TOML too, but for the mark DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


_BY_HAND = Text(
    "case.toml says something else of this file; change it by hand to: {lines}",
    "case.toml 对该文件已有不同说明，请手工改为：{lines}",
)
