"""``manifest.json``: what a dossier or an export was made from, by hash, to be checked offline.

It carries the run's digest away: whoever keeps it can tell later whether the results are the same.
Files of the case are named as people may see them, and known by their hash.
"""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import suyuan
from suyuan.face.display import Display
from suyuan.face.report.signature import SUFFIX, is_vouched
from suyuan.face.report.time_stamp import ANSWER, QUESTION, stamp_time
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.privacy.reveal import sealed_head
from suyuan.run.run_manifest import inputs
from suyuan.run.verification import (
    ADDED_FILE,
    MISSING_FILE,
    UNCHANGED_FILE,
    Check,
    compare,
    ledger_check,
    paths_by_name,
    verify_run,
)
from suyuan.store.case import Results
from suyuan.store.drafts import write_text
from suyuan.store.generations import in_force
from suyuan.store.layout import Layout
from suyuan.store.manifests import MANIFEST, content_hash, read_manifest, with_digest
from suyuan.store.seal import Seal, file_digest, from_json, seals_of, to_json

NAME = "manifest.json"


def write_manifest(results: Results, files: Sequence[Path], display: Display) -> Path:
    """Lay the manifest beside the files that were `files`, all in one folder.

    What an earlier one of the same run names there stays named.
    """
    out, folder = results.layout.out, files[0].parent
    run = read_manifest(in_force(results.layout) or out)
    content = {
        "format": 2,
        "suyuan": suyuan.__version__,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run["run"],
        "run_digest": run["digest"],
        "inputs": [
            {"file": display.file(name), "sha256": entry["sha256"]}
            for name, entry in sorted(run["inputs"].items(), key=lambda pair: pair[1]["sha256"])
        ],
        "dossier": to_json(_earlier(folder, run["digest"]) | seals_of(folder, files)),
        "ledger_head": sealed_head(results.layout),
        "results_folder": _relative(out, folder),
    }
    path = folder / NAME
    text = json.dumps(with_digest(content), ensure_ascii=False, indent=1, sort_keys=True)
    write_text(path, text)
    return path


def _earlier(folder: Path, run_digest: str) -> dict[str, Seal]:
    """Files that a manifest of the same run names, and that are still there."""
    try:
        content = _read(folder)
    except InputError:
        return {}
    if content["run_digest"] != run_digest:
        return {}
    seals = from_json(content["dossier"])
    return {name: seal for name, seal in seals.items() if (folder / name).is_file()}


def verify(
    folder: Path,
    case: Path | None = None,
    head: str | None = None,
    key: Path | None = None,
    authority: Path | None = None,
) -> list[Check]:
    """A dossier and the run behind it, or a run alone where `folder` is an output folder.

    Inputs too where `case` is given; with `key` (public, PEM) the manifest must bear its signature,
    with `authority` (certificates, PEM) its time stamp.
    Whatever is missing, added or cannot be read is a failure.
    """
    if (folder / MANIFEST).is_file():
        vouchers = _vouchers(folder / MANIFEST, key, authority)
        return [*vouchers, *verify_run(Layout(folder), case, head)]
    content = _read(folder)
    own = {NAME, *(NAME + ending for ending in (SUFFIX, QUESTION, ANSWER))}
    there = [path for path in folder.rglob("*") if path.is_file() and path.name not in own]
    checks = [*_vouchers(folder / NAME, key, authority)]
    checks += list(compare(folder, from_json(content["dossier"]), paths_by_name(folder, there)))
    layout = Layout(folder / content["results_folder"])
    checks += _same_run(layout, content, case, head)
    if content["ledger_head"]:
        checks.append(ledger_check(layout, content["ledger_head"]))
    return checks


def _vouchers(path: Path, key: Path | None, authority: Path | None) -> Iterator[Check]:
    if key:
        yield _signature(path, key)
    if authority:
        yield _stamp(path, authority)


def _stamp(path: Path, authority: Path) -> Check:
    moment = stamp_time(path, authority)
    if moment is None:
        wrong = Text("NOT STAMPED BY THIS AUTHORITY", "无该机构的有效时间戳")
        return Check(path.name + ANSWER, wrong, good=False)
    at = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    return Check(path.name + ANSWER, Text(f"stamped {at}", f"时间戳 {at}"), good=True)


def _signature(path: Path, key: Path) -> Check:
    good = is_vouched(path, key)
    note = Text("signed by this key", "由该密钥签名")
    wrong = Text("NOT SIGNED BY THIS KEY", "并非由该密钥签名")
    return Check(path.name + SUFFIX, note if good else wrong, good)


def _read(folder: Path) -> dict[str, Any]:
    path = folder / NAME
    if not path.is_file():
        raise InputError(
            Text("There is no manifest here.", "此处没有清单文件。"),
            value=path,
            hint=Text(
                "Give the folder that `suyuan report` wrote, or an output folder.",
                "请给出卷宗所在文件夹或结果文件夹。",
            ),
        )
    try:
        content = json.loads(path.read_text("utf-8"))
        good = content["digest"] == content_hash(content) and bool(from_json(content["dossier"]))
        good = good and isinstance(content["results_folder"], str)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        good = False
    if not good:
        raise InputError(
            Text("The manifest was altered, or this is not a manifest.", "清单已被改动或无效。"),
            value=path,
        )
    return dict(content)


def _same_run(
    layout: Layout, content: Mapping[str, Any], case: Path | None, head: str | None
) -> Iterator[Check]:
    try:
        yield from verify_run(layout, case, head)
        run = read_manifest(in_force(layout) or layout.out)
    except InputError as error:
        yield Check(MANIFEST, error.message, good=False)
        yield from _inputs(content, case, layout)
        return
    is_same = run["digest"] == content["run_digest"]
    note = Text("the run of this dossier", "与卷宗为同一次运行")
    otherwise = Text(f"ANOTHER RUN than {content['run']}", f"并非运行 {content['run']}")
    yield Check(f"{MANIFEST} ({run['run']})", note if is_same else otherwise, is_same)


def _inputs(content: Mapping[str, Any], case: Path | None, layout: Layout) -> Iterator[Check]:
    """The case's files by their hashes alone, where the run's own manifest cannot be asked."""
    if case is None:
        return
    names_now = {file_digest(path): name for name, path in inputs(case, layout)}
    names_then = {entry["sha256"]: entry["file"] for entry in content["inputs"]}
    for digest, name in names_then.items():
        yield Check(
            name, UNCHANGED_FILE if digest in names_now else MISSING_FILE, digest in names_now
        )
    for digest, name in names_now.items():
        if digest not in names_then:
            yield Check(name, ADDED_FILE, good=False)


def _relative(path: Path, start: Path) -> str:
    """From the dossier to the results: a folder moved as a whole can still be checked."""
    return Path(os.path.relpath(path.resolve(), start.resolve())).as_posix()
