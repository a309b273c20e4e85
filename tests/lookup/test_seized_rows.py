"""One number's seized rows, exact and masked, and nobody else's."""

import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filled_tables import filled
from suyuan.lookup.phone_index import PhoneIndex
from suyuan.lookup.seized_rows import build
from suyuan.model.errors import InputError
from suyuan.store.duck import DuckEngine


def index_of(folder: Path, phones: list[str | None]) -> PhoneIndex:
    rows = pa.table(
        {"leaked_id": [f"L{i}" for i in range(len(phones))], "phone": pa.array(phones, pa.string())}
    )
    with DuckEngine(threads=1) as engine:
        build(engine, engine.arrow(filled("leaked", rows)), folder)
    return PhoneIndex.open(folder)


def test_exact_and_masked(tmp_path: Path) -> None:
    phones = ["13812341234", "138****1234", "13899991234", None, "1381234****", "13812341235"]
    found = index_of(tmp_path, phones).find("13812341234")
    assert sorted(found["leaked_id"].to_pylist()) == ["L0", "L1"]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=40), st.integers(0, 30))
def test_finds_what_a_scan_finds(tmp_path_factory, tails: list[int], asked: int) -> None:
    phones = [f"138{t % 3:04d}{t:04d}" for t in tails]
    found = index_of(tmp_path_factory.mktemp("i"), phones).find(f"138{asked % 3:04d}{asked:04d}")
    assert len(found) == tails.count(asked)


def test_masks_are_no_question(tmp_path: Path) -> None:
    index = index_of(tmp_path, ["13812341234"])
    with pytest.raises(InputError):
        index.find("138****1234")


def test_quick(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    phones = [f"1{n}" for n in rng.integers(3 * 10**9, 10**10, 100_000)]
    index = index_of(tmp_path, phones)
    begun = time.perf_counter()
    for phone in phones[:20]:
        assert len(index.find(phone)) >= 1
    assert (time.perf_counter() - begun) / 20 < 0.05
