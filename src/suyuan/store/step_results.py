"""What steps wrote, kept from run to run beside the results, by the hash of what they read.

A step is a function of its code, its settings and the tables that it reads. Where all of these are
what they were, its tables are read from here and it does not run. A file is named by the SHA-256 of
its bytes, which are hashed again each time before they are believed: what was altered is thrown
away, and its step runs.
"""

import hashlib
import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from suyuan.store.drafts import draft_of

#: Bytes kept in one output folder; what was not used for longest goes first.
BUDGET: Final = 1 << 30
#: A table of more rows, or bytes in memory, is not kept: the step that writes it runs each time.
MOST_ROWS: Final = 3_000_000
MOST_BYTES: Final = 1 << 28


@dataclass(frozen=True, slots=True)
class TableFile:
    """A table that a step wrote: the hash that names its file, and its rows."""

    name: str
    sha256: str
    rows: int


@dataclass(frozen=True, slots=True)
class StepResult:
    """What a step wrote, in order, and which tables that it asked for were not there."""

    step: str
    tables: tuple[TableFile, ...]
    absent: tuple[str, ...] = ()


def key_of(parts: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical JSON of all that a step depends on."""
    canonical = json.dumps(parts, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


class StepResults:
    """The kept results in one folder. Only the process that holds the folder's lock writes here."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        #: Files that were thrown away because they are not what was written.
        self.altered: list[str] = []

    def find(self, key: str) -> StepResult | None:
        """What was kept under `key`, every file of it asked for its hash; None where it is not."""
        path = self._entry(key)
        try:
            content = json.loads(path.read_bytes())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            content = None
        result = _result(key, content)
        if result is None:
            self._throw_away(path)
            return None
        for table in result.tables:
            if not self._whole(table.sha256):
                path.unlink(missing_ok=True)
                return None
        os.utime(path)
        return result

    def table(self, file: TableFile) -> pa.Table | None:
        """The rows of a kept table, out of the very bytes that were hashed; None if altered."""
        data = self.data(file)
        return None if data is None else pq.read_table(pa.BufferReader(data))

    def data(self, file: TableFile) -> bytes | None:
        """The bytes of a kept file, which are what was written; None if they were altered."""
        return self._read_checked(file.sha256)

    def path(self, sha256: str) -> Path:
        """Where the file of this hash lies."""
        return self._folder / f"{sha256}.parquet"

    def write(self, name: str, rows: pa.Table) -> TableFile:
        """Keep `rows`, whose order is the caller's; a file that is there already is left."""
        sink = pa.BufferOutputStream()
        pq.write_table(rows.combine_chunks(), sink, compression="lz4")
        data = sink.getvalue()
        return self.put(name, data, rows.num_rows)

    def put(self, name: str, data: pa.Buffer | bytes, rows: int) -> TableFile:
        """Keep the bytes of a Parquet file."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path(sha256)
        if not path.exists():
            self._folder.mkdir(parents=True, exist_ok=True)
            with draft_of(path) as draft:
                draft.write_bytes(data)
        return TableFile(name, sha256, rows)

    def note(self, key: str, result: StepResult) -> None:
        """Keep `result` under `key`; its files have been written."""
        content: dict[str, Any] = {"key": key, **asdict(result)}
        content["digest"] = key_of(content)
        self._folder.mkdir(parents=True, exist_ok=True)
        with draft_of(self._entry(key)) as draft:
            draft.write_text(json.dumps(content, ensure_ascii=False, indent=0), "utf-8")

    def sweep(self, budget: int = BUDGET) -> None:
        """Remove what goes beyond `budget` bytes, unused for longest first, and what nothing names.

        What a killed writer left goes as well.
        """
        if not self._folder.is_dir():
            return
        names: set[str] = set()
        rest = budget
        for path in sorted(self._folder.glob("*.json"), key=_age):
            result = _result(path.stem, _read(path))
            sizes = {t.sha256: _size(self.path(t.sha256)) for t in result.tables} if result else {}
            rest -= sum(size for sha256, size in sizes.items() if sha256 not in names)
            if result is None or rest < 0:
                path.unlink(missing_ok=True)
            else:
                names.update(sizes)
        for path in self._folder.iterdir():
            if path.suffix != ".json" and path.stem not in names:
                path.unlink(missing_ok=True)

    def _entry(self, key: str) -> Path:
        return self._folder / f"{key}.json"

    def _whole(self, sha256: str) -> bool:
        return self._read_checked(sha256) is not None

    def _read_checked(self, sha256: str) -> bytes | None:
        path = self.path(sha256)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data).hexdigest() == sha256:
            return data
        self._throw_away(path)
        return None

    def _throw_away(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.altered.append(path.name)


def _read(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None


def _result(key: str, content: Any) -> StepResult | None:
    """An entry as it was written; None for anything else."""
    try:
        bare = {name: value for name, value in content.items() if name != "digest"}
        if content["key"] != key or content["digest"] != key_of(bare):
            return None
        tables: Sequence[Mapping[str, Any]] = content["tables"]
        files = tuple(TableFile(**table) for table in tables)
        return StepResult(content["step"], files, tuple(content["absent"]))
    except (AttributeError, KeyError, TypeError):
        return None


def _age(path: Path) -> float:
    return time.time() - path.stat().st_mtime


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
