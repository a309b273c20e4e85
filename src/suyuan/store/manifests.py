"""``run.json``: what a run read, by what it judged, and what it wrote, by hash.

Every result is read through it: a file that is not what the run wrote is refused. Its ``digest`` is
one hash over all of it, which dossiers and exports carry away; who keeps one can tell later that
the run was not written anew.
"""

import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.layout import Layout
from suyuan.store.parquet_cache import Stamp, stamp
from suyuan.store.record_seals import record_seals
from suyuan.store.seal import Seal, content_digest, from_json, intact

MANIFEST = "run.json"
#: In ``.suyuan``, the link to the generation in force.
CURRENT = "current"


def with_digest(content: Mapping[str, Any]) -> dict[str, Any]:
    """`content` with the ``digest`` over everything in it but what a copy changes."""
    return {**content, "digest": content_hash(content)}


def content_hash(content: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of `content`; inode and times of files are left out."""
    bare = {name: _bare(value) for name, value in content.items() if name != "digest"}
    canonical = json.dumps(bare, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _bare(value: object) -> object:
    """Seals by size and hash alone."""
    if not isinstance(value, Mapping):
        return value
    if "sha256" in value and "inode" in value:
        return {"size": value["size"], "sha256": value["sha256"]}
    return {name: _bare(member) for name, member in value.items()}


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of the generation in `folder`; :class:`InputError` where it cannot be true."""
    path = folder / MANIFEST
    try:
        return dict(_read(path, stamp(path)))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise unbound(path) from error


@lru_cache(maxsize=8)
def _read(path: Path, _: Stamp) -> dict[str, Any]:
    """The manifest as it was at one stamp: a large case's is long, and asked at every read."""
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    if content["digest"] != content_hash(content) or not from_json(content["results"]):
        raise ValueError("not a manifest")
    return content


def results_of(content: Mapping[str, Any]) -> dict[str, Seal]:
    return from_json(content["results"])


def check_bound(path: Path) -> None:
    """Refuse a result file that its run did not write, or wrote otherwise.

    The manifest lies beside the file, where the links of the output folder lead.
    """
    real = path.resolve()
    seal = results_of(read_manifest(real.parent)).get(real.name)
    if seal is None or not intact(real, seal):
        raise unbound(path)


def check_records(layout: Layout) -> None:
    """Refuse to cite stored rows that are no longer those of the run in force.

    Nothing is asked of results that are being written.
    """
    folder = layout.results.resolve() if layout.generation else (layout.own / CURRENT).resolve()
    if not (folder / MANIFEST).exists():
        return
    manifest_seals = from_json(read_manifest(folder)["records"])
    if content_digest(manifest_seals) != content_digest(record_seals(layout) or {}):
        raise InputError(
            Text(
                "The files were read again since these results were made; they no longer match.",
                "得出这些结果之后又重新读取了文件，两者已不一致。",
            ),
            value=layout.out,
            hint=Text("Run investigate again.", "请重新运行 investigate。"),
        )


def unbound(path: Path) -> InputError:
    return InputError(
        Text(
            "This result is not what the run wrote: it was altered, or comes from another run.",
            "该结果与运行时写出的内容不符：已被改动，或来自另一次运行。",
        ),
        value=path,
        hint=Text("Run investigate again.", "请重新运行 investigate。"),
    )
