"""What steps and derivations are made of, as one hash: code, catalog, versions of packages."""

import hashlib
import platform
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

#: Rooms whose code decides what a step writes.
ROOMS: Final = ("model", "store", "rulebook", "privacy", "lookup", "identity", "reading", "money",
                "detect", "chain", "run")  # fmt: skip
#: Packages whose versions may change a figure.
PACKAGES: Final = ("duckdb", "ibis-framework", "sqlglot", "numba", "numpy", "scipy", "pyarrow",
                   "pyyaml")  # fmt: skip


@cache
def code_digest() -> str:
    """One hash over the code of the steps, the catalog, and the versions of what they stand on."""
    digest = hashlib.sha256()
    for name, data in _sources():
        digest.update(f"{name} {len(data)}\n".encode() + data)
    digest.update(catalog_digest().encode())
    for package in PACKAGES:
        digest.update(f"{package} {version(package)}\n".encode())
    digest.update(f"{platform.python_version()} {platform.machine()}".encode())
    return digest.hexdigest()


def _sources() -> Iterator[tuple[str, bytes]]:
    package = Path(str(files("suyuan")))
    for room in ROOMS:
        for path in sorted((package / room).rglob("*.py")):
            yield path.relative_to(package).as_posix(), path.read_bytes()


@cache
def catalog_digest() -> str:
    """One hash over every file of the catalog: rules, profiles, scorecards, words."""
    digest = hashlib.sha256()
    for name, entry in sorted(_entries(files("suyuan.catalog"), "")):
        digest.update(f"{name}\0{hashlib.sha256(entry.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def _entries(folder: Traversable, base: str) -> Iterator[tuple[str, Traversable]]:
    for entry in folder.iterdir():
        name = f"{base}{entry.name}"
        if entry.is_dir() and entry.name != "__pycache__":
            yield from _entries(entry, f"{name}/")
        elif entry.is_file() and not entry.name.endswith((".py", ".pyc")):
            yield name, entry
