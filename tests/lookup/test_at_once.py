"""Several look-ups at once build one index, and none removes what another reads."""

import shutil
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from suyuan.ingest import import_case
from suyuan.lookup.index import Index
from suyuan.lookup.index_build import build_index
from suyuan.model.errors import InputError
from suyuan.store.layout import Layout

HEADER = "payment_id,at,payer,payee,amount\n"


def found(out: Path) -> int:
    with Index(Layout(out)) as index:
        return sum(hit.count for hit in index.find("A", limit=5))


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "case").mkdir()
    rows = "".join(f"P{n},2019-04-29,A,B,{n + 1}\n" for n in range(500))
    (tmp_path / "case" / "payments.csv").write_text(HEADER + rows)
    import_case(tmp_path / "case", tmp_path / "out")
    return tmp_path / "out"


def test_four_at_once(out: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        assert list(pool.map(found, [out] * 4)) == [500] * 4
    shutil.rmtree(out / "who")
    assert found(out) == 500


def test_a_foreign_folder_of_that_name_stays(out: Path) -> None:
    (out / "who").mkdir()
    (out / "who" / "diary.txt").write_text("mine")
    with pytest.raises(InputError, match="was not made by suyuan"):
        build_index(Layout(out))
    assert (out / "who" / "diary.txt").read_text() == "mine"
