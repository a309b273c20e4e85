"""Which files of ``records/`` an import wrote: no other file there is read, believed or removed."""

import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.store.drafts import write_text
from suyuan.store.layout import Layout
from suyuan.store.parquet_cache import Stamp, stamp
from suyuan.store.seal import (
    Seal,
    from_json,
    intact,
    seals_of,
    to_json,
)

NAME = "records.json"


def record_seals(layout: Layout) -> dict[str, Seal] | None:
    """Seals by path relative to ``records/``; None where no import left any that can be read."""
    path = layout.own / NAME
    try:
        return _read(path, stamp(path))
    except (OSError, ValueError, TypeError, AttributeError):
        return None


@lru_cache(maxsize=8)
def _read(path: Path, _: Stamp) -> dict[str, Seal]:
    return from_json(json.loads(path.read_text("utf-8")))


def stored_parts(layout: Layout, table: str) -> list[Path]:
    """The Parquet files of a standard table, in a fixed order: those that an import wrote.

    Raises :class:`InputError` where one of them is missing or was written to since.
    """
    seals = record_seals(layout)
    if seals is None:
        return layout.parts(table)
    own = {layout.records / name: seal for name, seal in seals.items()}
    paths = sorted(path for path in own if path.parent.name == table)
    for path in paths:
        if not intact(path, own[path]):
            raise InputError(
                Text("Stored rows were altered since they were read.", "已存储的记录被改动。"),
                value=path,
                hint=Text("Run investigate again.", "请重新运行 investigate。"),
            )
    return paths


def seal_records(layout: Layout, paths: Iterable[Path]) -> None:
    """Note that an import wrote exactly `paths`; takes the place of what was noted before."""
    seals = seals_of(layout.records, paths, record_seals(layout))
    layout.own.mkdir(parents=True, exist_ok=True)
    write_text(layout.own / NAME, json.dumps(to_json(seals), ensure_ascii=False, indent=0))


def discard_altered(layout: Layout) -> list[str]:
    """Remove stored files that are no longer what an import wrote, so that they are read again.

    Their names are given back. A file that no import wrote stays where it is. Where nothing is
    noted, nothing that is stored can be believed.
    """
    seals, alterations = record_seals(layout), []
    if seals is None:
        layout.parse_manifest.unlink(missing_ok=True)
    for name, seal in (seals or {}).items():
        path = layout.records / name
        if path.exists() and not intact(path, seal):
            path.unlink()
            alterations.append(name)
    return alterations
