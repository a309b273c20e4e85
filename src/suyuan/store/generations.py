"""Results as generations: a run writes its own folder, and one rename puts it in force.

``OUT/<table>.parquet`` and ``OUT/report.html`` are links through ``.suyuan/current`` to the
generation in force, so that all of them change at once or none does. Where the file system knows no
links, the files are put there one by one and the manifest last: until it is there, nothing is read.
"""

import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from suyuan.store.drafts import draft_of, write_text
from suyuan.store.layout import Layout
from suyuan.store.manifests import CURRENT, MANIFEST, check_bound, read_manifest, with_digest
from suyuan.store.seal import seals_of, to_json

#: What a check left, where an investigation is in force.
CHECK_POINTER = "checked"
#: Generations that stay: the one in force, and the one before it for those who still read it.
KEEP_COUNT = 2


@dataclass(frozen=True, slots=True)
class Generation:
    """Results being written: ``layout`` puts them into a folder that nobody reads yet."""

    run_id: str
    layout: Layout

    @property
    def folder(self) -> Path:
        return self.layout.results

    def commit(self, content: Mapping[str, Any], *, pointer: str = CURRENT) -> str:
        """Write the manifest over all files of the generation, and put it in force; its digest.

        With another `pointer` it is kept beside the generation in force, which stays.
        """
        files = [path for path in self.folder.iterdir() if path.is_file()]
        seals = to_json(seals_of(self.folder, files))
        sealed_content = with_digest({**content, "run": self.run_id, "results": seals})
        text = json.dumps(sealed_content, ensure_ascii=False, indent=1, sort_keys=True)
        write_text(self.folder / MANIFEST, text)
        _sync(self.folder)
        if pointer == CURRENT:
            _switch(self.layout)
        else:
            _point(self.layout.own / pointer, os.path.relpath(self.folder, self.layout.own))
        _forget(self.layout)
        return str(sealed_content["digest"])


@contextmanager
def generation(layout: Layout) -> Iterator[Generation]:
    """A new generation; where it is not committed nothing of it stays."""
    run_id = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    folder = layout.own / "generations" / run_id
    folder.mkdir(parents=True)
    draft = Generation(run_id, replace(layout, generation=folder))
    try:
        yield draft
    finally:
        if not (folder / MANIFEST).exists():
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def amendment(layout: Layout) -> Iterator[Generation]:
    """A new generation that begins with all files of the one in force, and is put in force after.

    Its manifest says what the earlier one said, and which run that was. Raises
    :class:`InputError` where no results are in force, or not those that their run wrote.
    """
    before = in_force(layout)
    content = read_manifest(before or layout.out)
    with generation(layout) as draft:
        for path in sorted((before or layout.out).iterdir()):
            if path.is_file() and path.name in content["results"]:
                check_bound(path)
                _link_files(path, draft.folder / path.name)
        yield draft
        draft.commit({**content, "amends": content.get("amends", content["run"])})


def in_force(layout: Layout, pointer: str = CURRENT) -> Path | None:
    """The folder of the generation in force; None where there is none."""
    folder = layout.own / pointer
    return folder.resolve() if folder.is_dir() else None


def _link_files(old: Path, new: Path) -> None:
    """A second name for the same bytes: files of a generation are replaced, never written into."""
    try:
        os.link(old, new)
    except OSError:
        shutil.copy2(old, new)


def _switch(layout: Layout) -> None:
    names = {path.name for path in layout.results.iterdir() if path.is_file()}
    target = os.path.relpath(layout.results, layout.own)
    try:
        _point(layout.own / CURRENT, target)
    except OSError:
        _put_files(layout, names)
        return
    for name in sorted(names):
        _point(layout.out / name, f"{layout.own.name}/{CURRENT}/{name}")
    for path in layout.out.iterdir():
        if path.name not in names and _is_own_link(layout, path):
            path.unlink()


def _point(link: Path, target: str) -> None:
    """A symbolic link in place of whatever file was there, by one rename."""
    if link.is_symlink() and str(link.readlink()) == target:
        return
    with draft_of(link) as draft:
        draft.symlink_to(target)


def _is_own_link(layout: Layout, path: Path) -> bool:
    return path.is_symlink() and path.readlink().is_relative_to(f"{layout.own.name}/{CURRENT}")


def _put_files(layout: Layout, names: set[str]) -> None:
    (layout.out / MANIFEST).unlink(missing_ok=True)
    for name in [*sorted(names - {MANIFEST}), MANIFEST]:
        with draft_of(layout.out / name) as draft:
            shutil.copy2(layout.results / name, draft)


def _forget(layout: Layout) -> None:
    """Remove generations older than those that stay; only folders that a run made are there."""
    draft = sorted(path for path in layout.results.parent.iterdir() if path.is_dir())
    keep = {
        layout.results.resolve(),
        *(in_force(layout, pointer) for pointer in (CURRENT, CHECK_POINTER)),
    }
    rest = [path for path in draft if path.resolve() not in keep]
    whole = [path for path in rest if (path / MANIFEST).exists()]
    stay = whole[-(KEEP_COUNT - 1) :]
    for path in rest:
        if path not in stay:  # older ones, and what a killed run left
            shutil.rmtree(path, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Names of new files reach the disk before the rename that puts them in force."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
