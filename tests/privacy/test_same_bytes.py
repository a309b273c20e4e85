"""The same case gives the same bytes, table by table; ``SUYUAN_REPEATS=9`` asks nine times."""

import hashlib
import os
from pathlib import Path

from suyuan.face.api import investigate
from suyuan.model.results import RESULTS
from suyuan.store.case import Results


def hashes(results: Results) -> dict[str, str]:
    paths = {name: results.layout.result(name) for name in RESULTS}
    return {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in paths.items()}


def test_again_into_another_folder(canary_results: Results, tmp_path: Path) -> None:
    first = hashes(canary_results)
    for again in range(int(os.environ.get("SUYUAN_REPEATS", "2")) - 1):
        made = hashes(investigate(canary_results.case.path, out=tmp_path / str(again)))
        assert {name for name in first if first[name] != made[name]} == set()
