"""A derivation that is known by name is not built, and a kept plan of it is a fresh one."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ibis
import pyarrow as pa
import pytest

from suyuan.detect.cards import scorecard
from suyuan.detect.detectors import DETECTORS
from suyuan.model.errors import ContractError
from suyuan.model.text import Text
from suyuan.store.derivation import derivation_shape
from suyuan.store.duck import DuckEngine
from suyuan.store.engine import Engine

ROWS = pa.table({"name": ["a", "b", "b"], "fen": pa.array([1, 2, 3], pa.int64())})
BUILT: list[str] = []


def totals(table: ibis.Table, least: int, words: Text) -> ibis.Table:
    BUILT.append(words.en)
    summed = table.group_by("name").aggregate(total=table["fen"].sum(), word=ibis.literal(words.en))
    return summed.filter(summed["total"] >= least)


@pytest.fixture(autouse=True)
def of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    """The code of tests is in no hash: only functions of the package are known by name."""
    monkeypatch.setattr(totals, "__module__", "suyuan.test_derivation")
    BUILT.clear()


def run(folder: Path, *, check: bool = False, least: int = 2, extra: int = 0) -> list[object]:
    with DuckEngine(plans=folder, check_plans=check) as engine:
        for _ in range(extra):  # so that tables have other names now
            engine.arrow(ROWS)
        kept = engine.derive(totals, engine.arrow(ROWS), by=(least, Text("w", "词")))
        assert str(kept.schema()["total"]) == "int64"
        return list(engine.fetch(kept).to_pylist())


def test_built_once_and_then_known(tmp_path: Path) -> None:
    first = run(tmp_path)
    assert first == run(tmp_path, extra=3) == [{"name": "b", "total": 5, "word": "w"}]
    assert len(BUILT) == 1
    assert len(run(tmp_path, least=1)) == 2
    assert len(BUILT) == 2
    assert run(tmp_path, check=True, extra=1) == first
    assert len(BUILT) == 3


def test_a_plan_that_differs_is_refused(tmp_path: Path) -> None:
    run(tmp_path)
    (file,) = tmp_path.glob("*.sqlite")
    with sqlite3.connect(file) as con:
        con.execute("UPDATE plans SET sql = replace(sql, '2', '1') WHERE shape LIKE 'deriv%'")
    with pytest.raises(ContractError):
        run(tmp_path, check=True)


@pytest.mark.parametrize(
    ("arguments", "known"),
    [
        ((1, ("a", frozenset({"b", "c"}))), True),
        (({"a": 1},), True),
        ((object(),), False),
        (({"a": object()},), False),
    ],
)
def test_only_plain_arguments_are_known(arguments: tuple[object, ...], known: bool) -> None:
    with DuckEngine() as engine:
        table = engine.arrow(ROWS)
        assert (derivation_shape(totals, [table], arguments) is not None) is known
        assert derivation_shape(totals, [table.limit(1)], arguments) is None
        assert derivation_shape(lambda t: t, [table], arguments) is None


def test_the_same_table_twice_is_not_two(tmp_path: Path) -> None:
    with DuckEngine() as engine:
        one, two = engine.arrow(ROWS), engine.arrow(ROWS)
        same, other = (derivation_shape(totals, pair, ()) for pair in ([one, one], [one, two]))
    assert same
    assert other
    assert same.digest != other.digest


def test_each_engine_derives(engine: Engine) -> None:
    kept = engine.derive(totals, engine.arrow(ROWS), by=(2, Text("w", "词")))
    assert engine.fetch(kept)["total"].to_pylist() == [5]


def test_no_closure_is_taken_for_another(tmp_path: Path) -> None:
    def least(number: int) -> Callable[[ibis.Table], ibis.Table]:
        return lambda table: table.filter(table["fen"] >= number)

    with DuckEngine(plans=tmp_path) as engine:
        table = engine.arrow(ROWS)
        counts = [engine.fetch(engine.derive(least(n), table, by=())).num_rows for n in (1, 3)]
    assert counts == [3, 1]


def test_every_scorecard_is_plain_data() -> None:
    """A finding is derived by its card: a card that is not plain would be built each time."""
    with DuckEngine() as engine:
        table = engine.arrow(ROWS)
        for detector in DETECTORS:
            card = scorecard(detector.role)
            assert derivation_shape(totals, [table], (card,)), detector.role
            # What it was fitted on is no text of the sentences, but told apart all the same.
            other = replace(card, fitted_on={**card.fitted_on, "worlds": 0})
            shapes = [derivation_shape(totals, [table], (one,)) for one in (card, other)]
            assert len({shape.digest for shape in shapes if shape}) == 2
