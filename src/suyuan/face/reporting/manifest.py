"""``manifest.json``: what a dossier was made from, by hash, so that anyone can check it offline."""

import hashlib
import json
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import suyuan
from suyuan.face.api import Results
from suyuan.face.masking import LOG, broken_link, log_head
from suyuan.model.errors import InputError
from suyuan.model.results import RESULTS
from suyuan.model.text import Text

NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Check:
    """One file of a manifest: whether it is still what it was."""

    file: str
    told: Text
    good: bool


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(results: Results, made: Sequence[Path]) -> Path:
    """Hashes of the case's files, of every result table, of the unmasking log, of what was made."""
    out = results.layout.out
    tables = [results.layout.result(name) for name in RESULTS]
    folder = made[0].parent
    content = {
        "suyuan": suyuan.__version__,
        "inputs": _hashes(results.case.path, _inputs(results)),
        "results": _hashes(out, [path for path in tables if path.exists()]),
        "dossier": _hashes(folder, made),
        "unmasked": list(log_head(out / LOG)),
        "results_folder": _relative(out, folder),
    }
    path = folder / NAME
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True), "utf-8")
    return path


def verify(folder: Path, case: Path | None = None) -> list[Check]:
    """Every file that the manifest of `folder` names; inputs too where `case` is given."""
    path = folder / NAME
    if not path.is_file():
        raise InputError(
            Text("There is no manifest here.", "此处没有清单文件。"),
            value=path,
            hint=Text("Give the folder that `suyuan report` wrote.", "请给出卷宗文件夹。"),
        )
    content = json.loads(path.read_text("utf-8"))
    out = folder / content["results_folder"]
    parts = [("dossier", folder), ("results", out)] + ([("inputs", case)] if case else [])
    checks = [
        check for part, base in parts if base for check in _compare(base, content.get(part, {}))
    ]
    checks.append(_log(out / LOG, *content["unmasked"]))
    return checks


def _inputs(results: Results) -> list[Path]:
    """The case's own files that were read; a member of an archive counts as its archive."""
    named = results["quality_summary"]["file"].to_pylist()
    files = sorted({name.partition("#")[0] for name in named})
    return [path for name in files if (path := results.case.path / name).is_file()]


def _hashes(base: Path, paths: Iterable[Path]) -> dict[str, str]:
    return {path.relative_to(base).as_posix(): sha256(path) for path in paths}


def _relative(path: Path, start: Path) -> str:
    """From the dossier to the results: a folder moved as a whole can still be checked."""
    return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()


def _compare(base: Path, hashes: dict[str, str]) -> Iterable[Check]:
    for name, expected in sorted(hashes.items()):
        path = base / name
        if not path.resolve().is_relative_to(base.resolve()):
            yield Check(name, Text("points out of its folder", "指向文件夹之外"), good=False)
        elif not path.is_file():
            yield Check(name, Text("missing", "缺失"), good=False)
        else:
            same = sha256(path) == expected
            told = Text("unchanged", "未改动") if same else Text("CHANGED", "已改动")
            yield Check(name, told, same)


def _log(path: Path, count: int, head: str) -> Check:
    """The log may have grown since; what it held then must be there, and its chain must hold."""
    line = broken_link(path)
    if line:
        return Check(LOG, Text(f"chain broken at line {line}", f"第{line}行哈希链断裂"), good=False)
    if log_head(path, count) != (count, head):
        return Check(LOG, Text("lines were taken out", "有记录被删除"), good=False)
    return Check(LOG, Text("chain holds", "哈希链完整"), good=True)
