"""Words that may stand in file names without telling anything of a person."""

import re
from functools import cache
from importlib.resources import files

from suyuan.model.derived import DERIVED_TABLES
from suyuan.model.records import RECORDS
from suyuan.model.results import BESIDE, RESULTS

_WORD = re.compile(r"[A-Za-z]+|[\u3400-\u9fff]+")


@cache
def file_words() -> frozenset[str]:
    """Words of tables in both languages, of profiles, and those of the catalog; in lower case."""
    tables = (*RECORDS.values(), *RESULTS.values(), *BESIDE.values(), *DERIVED_TABLES.values())
    profiles = files("suyuan.catalog").joinpath("profiles")
    names = [entry.name for entry in profiles.iterdir()] if profiles.is_dir() else []
    texts = [*(t.name for t in tables), *(t.zh for t in tables), *names, *_common()]
    parts = {word for text in texts for word in _WORD.findall(text)}
    return frozenset(word.lower() for word in parts)


def _common() -> list[str]:
    """What exports are called besides tables and sources: ``catalog/file_words.txt``."""
    lines = files("suyuan.catalog").joinpath("file_words.txt").read_text("utf-8").splitlines()
    return [word for line in lines if not line.startswith("#") for word in line.split()]
