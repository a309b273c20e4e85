"""Is what a run read and wrote still what it was? Every file by its bytes; fails closed."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from suyuan.model.errors import SuyuanError
from suyuan.model.text import Text
from suyuan.run.decision_log import decision_history
from suyuan.run.run_manifest import inputs
from suyuan.store.generations import in_force
from suyuan.store.layout import Layout
from suyuan.store.ledger import SqliteLedger, TreeHead, verify
from suyuan.store.manifests import MANIFEST, content_hash, read_manifest
from suyuan.store.seal import Seal, from_json, intact


@dataclass(frozen=True, slots=True)
class Check:
    """One file or claim, and whether it is still what it was."""

    file: str
    meaning: Text
    good: bool


UNCHANGED_FILE = Text("unchanged", "未改动")
CHANGED_FILE = Text("CHANGED", "已改动")
MISSING_FILE = Text("MISSING", "缺失")
ADDED_FILE = Text("NOT FROM THIS RUN", "不属于本次运行")


def verify_run(layout: Layout, case: Path | None = None, head: str | None = None) -> list[Check]:
    """Manifest, results, stored rows and the log of `layout`; with `case` every input too.

    `head` is a digest that somebody kept. Raises :class:`InputError` where there is no manifest, or
    one that cannot be true.
    """
    folder = in_force(layout) or layout.out
    content = read_manifest(folder)
    checks = [_manifest(content, head)]
    checks += compare(folder, from_json(content["results"]), paths_by_name(folder, _beside(folder)))
    checks += _check_documents(layout, folder, from_json(content["results"]))
    records = from_json(content.get("records") or {})
    files = [path for path in layout.records.glob("*/*") if path.is_file()]
    checks += compare(layout.records, records, paths_by_name(layout.records, files))
    checks.append(ledger_check(layout))
    checks += _decisions(layout)
    if case is not None:
        input_paths = dict(inputs(case, layout))
        checks += compare(case, from_json(content.get("inputs") or {}), input_paths)
    return checks


def paths_by_name(base: Path, paths: Iterable[Path]) -> dict[str, Path]:
    return {path.relative_to(base).as_posix(): path for path in paths}


def compare(base: Path, seals: Mapping[str, Seal], there: Mapping[str, Path]) -> Iterator[Check]:
    """Every sealed file under `base`, and every one that is `there` and was not sealed."""
    for name, seal in sorted(seals.items()):
        path = there.get(name) or base / name
        if not Path(os.path.abspath(path)).is_relative_to(os.path.abspath(base)):  # noqa: PTH100
            yield Check(name, Text("points outside its folder", "指向文件夹之外"), good=False)
        elif not path.is_file():
            yield Check(name, MISSING_FILE, good=False)
        else:
            good = intact(path, seal, read=True)
            yield Check(name, UNCHANGED_FILE if good else CHANGED_FILE, good)
    for name in sorted(set(there) - set(seals)):
        yield Check(name, ADDED_FILE, good=False)


def ledger_check(layout: Layout, witness: str | None = None) -> Check:
    """Whether the ledger holds what it held: by itself, and under a head that was given away."""
    path = layout.ledger
    if not path.is_file():
        meaning = MISSING_FILE if witness else Text("nothing was recorded", "没有记录")
        return Check(path.name, meaning, good=witness is None)
    try:
        heads = [TreeHead.read(witness)] if witness else []
        with closing(SqliteLedger(path)) as ledger:
            verdict = verify(ledger, heads)
    except (SuyuanError, sqlite3.Error) as error:
        meaning = Text(
            f"CANNOT BE READ: {type(error).__name__}", f"无法读取：{type(error).__name__}"
        )
        return Check(path.name, meaning, good=False)
    if verdict.whole:
        return Check(path.name, Text(f"{verdict.events} events", f"{verdict.events}条"), good=True)
    return Check(path.name, verdict.faults[0].text, good=False)


def _decisions(layout: Layout) -> Iterator[Check]:
    """What became of the decisions that were obeyed; editing them is allowed, and shown."""
    try:
        history = decision_history(layout)
    except (SuyuanError, sqlite3.Error):
        return  # the ledger's own check says that it cannot be read
    if history is not None:
        yield Check("decisions", history.text, good=True)


def _manifest(content: Mapping[str, Any], head: str | None) -> Check:
    digest = content_hash(content)
    if head is not None and not (len(head) >= 16 and digest.startswith(head.lower())):
        return Check(MANIFEST, Text("NOT THE RUN OF THIS HEAD", "与所持校验值不符"), good=False)
    meaning = Text(
        f"run {content['run']}, head {digest}", f"运行 {content['run']}，校验值 {digest}"
    )
    return Check(MANIFEST, meaning, good=True)


def _beside(folder: Path) -> list[Path]:
    """Files of the generation's folder; the manifest speaks for itself.

    A flat output folder holds other things too, of which only tables and reports are results.
    """
    return [path for path in folder.iterdir() if _is_result(path) and path.name != MANIFEST]


def _is_result(path: Path) -> bool:
    return path.is_file() and (path.suffix == ".parquet" or path.name.startswith("report."))


def _check_documents(layout: Layout, folder: Path, results: Mapping[str, Seal]) -> Iterator[Check]:
    """What stands where the documentation says: links to the generation, and nothing else."""
    if folder == layout.out:
        return
    for name in sorted({*results, *(p.name for p in layout.out.iterdir() if _is_result(p))}):
        path = layout.out / name
        if not path.exists():
            yield Check(f"OUT/{name}", MISSING_FILE, good=False)
        elif path.resolve() != (folder / name).resolve() and not (
            name in results and intact(path, results[name], read=True)
        ):  # a copy of the folder without its links is as good
            yield Check(f"OUT/{name}", ADDED_FILE, good=False)
