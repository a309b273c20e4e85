"""Which folder is the case that a file belongs to."""

from pathlib import Path

from suyuan.ingest.mapping.profile_files import CASE_PROFILES
from suyuan.ingest.settings import NAME
from suyuan.store.layout import Layout


def case_of(file: Path) -> Path:
    """The nearest folder above `file` that is a case by what lies in it, else the file's own.

    A case has a case.toml, profiles of its own, or results of an earlier import in ``suyuan``.
    """
    return next((folder for folder in file.parents if _is_case(folder)), file.parent)


def _is_case(folder: Path) -> bool:
    if (folder / NAME).is_file() or Layout(folder / "suyuan").parse_manifest.is_file():
        return True
    return any((folder / CASE_PROFILES).glob("*.yml"))
