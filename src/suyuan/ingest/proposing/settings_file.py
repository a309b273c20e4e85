"""What a person says of one file, written into ``case.toml`` without touching the rest of it."""

import json
from dataclasses import replace
from pathlib import Path

from suyuan.ingest.settings import NAME, CaseSettings, FileSettings, read_settings
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.drafts import write_text


def settings_with(settings: CaseSettings, path: str, **answers: object) -> FileSettings:
    """The settings of the file at `path`, with what a person says now."""
    return replace(settings.of(path), path=path, **answers)  # type: ignore[arg-type]


def write_file_settings(case: Path, settings: FileSettings) -> None:
    """Write `settings` into case.toml of `case`: a new ``[[file]]``, or lines added to its own.

    Raises :class:`InputError` where the file's own part says something else already.
    """
    target, before = case / NAME, read_settings(case)
    text = target.read_text(encoding="utf-8-sig") if target.is_file() else ""
    present = next((entry for entry in before.files if entry.path == settings.path), None)
    if present == settings:
        return
    block = "\n".join(_lines(settings, present))
    if present is None:
        # The first part that fits a file counts: patterns must come behind it.
        new_text = _before_files(text, f"[[file]]\npath = {_quote(settings.path)}\n{block}\n")
    else:
        new_text = _inside(text, settings.path, block)
    write_text(target, new_text)
    if read_settings(case).of(settings.path) != settings:
        write_text(target, text)
        raise InputError(_BY_HAND.format(lines=block.replace("\n", "; ")), value=settings.path)


def _before_files(text: str, block: str) -> str:
    lines = text.splitlines(keepends=True)
    first = next((n for n, line in enumerate(lines) if line.strip().startswith("[")), len(lines))
    head = "".join(lines[:first])
    gap = "" if not head or head.endswith("\n\n") else "\n" if head.endswith("\n") else "\n\n"
    return head + gap + block + ("\n" if lines[first:] else "") + "".join(lines[first:])


def _inside(text: str, path: str, block: str) -> str:
    """`text` with `block` behind the line that names the file."""
    lines = text.splitlines(keepends=True)
    names = (_quote(path), f"'{path}'")
    for n, line in enumerate(lines):
        key, mark, value = line.partition("=")
        if mark and key.strip() == "path" and value.strip().startswith(names):
            end = "" if line.endswith("\n") else "\n"
            return "".join([*lines[: n + 1], f"{end}{block}\n", *lines[n + 1 :]])
    return text


def _lines(settings: FileSettings, present: FileSettings | None) -> list[str]:
    base = present or FileSettings(settings.path)
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
        f"{name} = {_quote(value) if isinstance(value, str) else value}"
        for name in names
        if (value := getattr(settings, name)) is not None and getattr(base, name) is None
    ]
    if settings.columns and not base.columns:
        pairs = (f"{_quote(key)} = {_quote(value)}" for key, value in settings.columns.items())
        lines.append(f"columns = {{ {', '.join(pairs)} }}")
    if settings.ignore and not base.ignore:
        lines.append(f"ignore = [{', '.join(map(_quote, settings.ignore))}]")
    return lines


def _quote(value: str) -> str:
    # A string of JSON is one of TOML too, but for the mark DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


_BY_HAND = Text(
    "case.toml already says something else about this file; change it by hand to: {lines}",
    "case.toml 对该文件已有不同说明，请手工改为：{lines}",
)
