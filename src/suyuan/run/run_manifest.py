"""What a run read and by what it judged, by hash: the first half of its manifest."""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import suyuan
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.code import catalog_digest
from suyuan.store.generations import in_force
from suyuan.store.layout import Layout
from suyuan.store.manifests import read_manifest
from suyuan.store.record_seals import record_seals
from suyuan.store.seal import Seal, from_json, seal_file, to_json

#: Bytes of a file that import did not read (a film, an image of a disk) up to which it is hashed.
LARGEST_UNREAD = 64 << 20


@dataclass(frozen=True, slots=True)
class CaseFiles:
    """The files of a case as they were before they were read: inode, size and times of each."""

    case: Path
    stamps: Mapping[str, tuple[int, int, int, int]]


def case_files(case: Path, layout: Layout) -> CaseFiles:
    return CaseFiles(case, {name: _stamp(path) for name, path in inputs(case, layout)})


def inputs(case: Path, layout: Layout) -> Iterator[tuple[str, Path]]:
    """Every regular file of the case by its path there, outputs of suyuan left out."""
    out = layout.out.resolve()
    for base, names, files in os.walk(case):
        folder = Path(base)
        names[:] = sorted(name for name in names if not _is_output(folder / name, out))
        for name in sorted(files):
            path = folder / name
            if path.is_file() and not path.is_symlink():
                yield _name(path.relative_to(case)), path


def _name(path: Path) -> str:
    r"""A path as text that can be written: bytes that are no UTF-8 as ``\xc1``."""
    return os.fsencode(path.as_posix()).decode("utf-8", "backslashreplace")


def check_unchanged(before: CaseFiles, layout: Layout) -> None:
    """Refuse a case of which a file was changed or removed while it was read.

    What was stored of it is forgotten, so that the next run reads it again.
    """
    now = case_files(before.case, layout).stamps
    changes = [name for name, stamp in before.stamps.items() if now.get(name) != stamp]
    if changes:
        layout.parse_manifest.unlink(missing_ok=True)
        raise InputError(
            Text("A file changed while it was being read.", "文件在读取过程中发生了变化。"),
            value=", ".join(changes[:5]),
            hint=Text("Run it again when nobody is writing there.", "请在无人写入时重新运行。"),
        )


def read_by(case: Path, layout: Layout) -> dict[str, Any]:
    """Inputs, stored records, settings, catalog and version of a run, for its manifest."""
    digests = _parsed_digests(layout)
    paths = dict(inputs(case, layout))
    old_seals, archives = _known_seals(layout), {name.partition("#")[0] for name in digests}
    seals = {
        name: _input(path, digests.get(name), old_seals.get(name), read=name in archives)
        for name, path in paths.items()
    }
    return {
        "format": 1,
        "suyuan": suyuan.__version__,
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "case": case.name,
        "inputs": to_json(seals),
        "records": to_json(record_seals(layout) or {}),
        "catalog": catalog_digest(),
    }


def _parsed_digests(layout: Layout) -> dict[str, str]:
    """SHA-256 of the bytes that were parsed, by file; a file that import did not read is absent."""
    try:
        entries = json.loads(layout.parse_manifest.read_text("utf-8"))["files"]
        return {entry["path"]: entry["sha256"] for entry in entries}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def _known_seals(layout: Layout) -> dict[str, Seal]:
    """What the run in force noted of its inputs: an untouched file is not hashed again."""
    before = in_force(layout)
    try:
        return from_json(read_manifest(before or layout.out)["inputs"])
    except (InputError, KeyError, TypeError, AttributeError):
        return {}


def _input(path: Path, digest: str | None, old_seal: Seal | None, *, read: bool) -> Seal:
    status = path.stat()
    if digest is None and (read or status.st_size <= LARGEST_UNREAD):
        return seal_file(path, old_seal)
    return Seal(status.st_size, digest or "", status.st_ino, status.st_mtime_ns, status.st_ctime_ns)


def _stamp(path: Path) -> tuple[int, int, int, int]:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _is_output(folder: Path, out: Path) -> bool:
    return (
        folder.name.startswith(".")
        or folder.resolve() == out
        or Layout(folder).parse_manifest.exists()
    )
