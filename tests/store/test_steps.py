"""The step contract: nothing is read or written that was not declared, and no circle runs."""

from collections.abc import Callable, Iterator

import pyarrow as pa
import pytest

from suyuan.model.derived import MATCHES, OWNERS
from suyuan.model.errors import ContractError
from suyuan.model.text import Text
from suyuan.store.duck import DuckEngine
from suyuan.store.steps import Step, StepOutput, execute, in_order, last_reads, needed_for
from suyuan.store.tables import Tables

OWNER = {"subject": "phone:1", "entity": "party:A", "table": "parties", "row_id": "r1"}


def step(
    name: str,
    reads: tuple[str, ...] = (),
    writes: tuple[str, ...] = (),
    run: Callable[[Tables], StepOutput] = lambda _: {},
) -> Step:
    return Step(name, Text(name, name), reads, writes, run)


def owners() -> pa.Table:
    return pa.Table.from_pylist([OWNER], schema=OWNERS.schema)


@pytest.fixture
def tables() -> Iterator[Tables]:
    with DuckEngine() as engine:
        yield Tables(engine, zone="UTC")


def test_a_declared_write_arrives_and_is_named(tables: Tables) -> None:
    written = execute(step("one", (), ("owners",), lambda _: {"owners": owners()}), tables)
    assert written == ("owners",)
    assert tables.engine.fetch(tables["owners"]).to_pylist() == [OWNER]


def test_an_undeclared_table_is_not_returned(tables: Tables) -> None:
    with pytest.raises(ContractError, match="owners"):
        execute(step("one", (), ("matches",), lambda _: {"owners": owners()}), tables)
    assert "owners" not in tables.held_tables()


def test_nor_put_in_behind_its_back(tables: Tables) -> None:
    def run(own: Tables) -> StepOutput:
        own.put("owners", owners())
        return {}

    with pytest.raises(ContractError, match="did not declare"):
        execute(step("one", ("owners",), (), run), tables)


def test_an_undeclared_read_is_refused(tables: Tables) -> None:
    tables.put("owners", owners())
    with pytest.raises(ContractError, match="owners"):
        execute(step("one", ("reports",), (), lambda own: {"aliases": own["owners"]}), tables)


def test_so_is_asking_whether_it_is_there(tables: Tables) -> None:
    def run(own: Tables) -> StepOutput:
        own.has("owners")
        return {}

    with pytest.raises(ContractError, match="owners"):
        execute(step("one", (), (), run), tables)


def test_a_step_reads_what_it_wrote(tables: Tables) -> None:
    def run(own: Tables) -> StepOutput:
        own.put("owners", owners())
        assert own.has("owners")
        return {"matches": MATCHES.empty()}

    assert execute(step("one", (), ("matches", "owners"), run), tables) == ("owners", "matches")


def test_a_table_without_a_declared_column_is_refused(tables: Tables) -> None:
    cut = owners().drop_columns(["entity"])
    with pytest.raises(ContractError, match="entity"):
        execute(step("one", (), ("owners",), lambda _: {"owners": cut}), tables)


def test_a_table_that_the_model_does_not_know_is_refused(tables: Tables) -> None:
    with pytest.raises(ContractError, match="nonesuch"):
        execute(step("one", (), ("nonesuch",), lambda _: {"nonesuch": owners()}), tables)


def test_steps_come_after_those_whose_tables_they_read() -> None:
    last, first, free = step("c", ("b",)), step("a", (), ("b",)), step("d", ("reports",))
    assert [each.name for each in in_order([last, first, free])] == ["a", "d", "c"]


@pytest.mark.parametrize("length", [1, 2, 3])
def test_a_circle_is_refused(length: int) -> None:
    circle = [step(f"s{n}", (f"t{n}",), (f"t{(n + 1) % length}",)) for n in range(length)]
    with pytest.raises(ContractError, match="s0"):
        in_order(circle)


def test_two_writers_of_one_table_are_refused() -> None:
    with pytest.raises(ContractError, match="owners"):
        in_order([step("a", (), ("owners",)), step("b", (), ("owners",))])


def test_only_steps_that_lead_to_a_table_are_needed_for_it() -> None:
    chain = [step("a", (), ("x",)), step("b", ("x",), ("y",)), step("c", ("x",), ("z",))]
    assert [each.name for each in needed_for(["y"], chain)] == ["a", "b"]
    assert needed_for(["reports"], chain) == []


def test_a_table_is_let_go_after_the_last_step_that_reads_it() -> None:
    order = [
        step("one", ("calls",), ("owners", "aliases")),
        step("two", ("owners",), ("matches",)),
        step("three", ("owners", "matches"), ("hubs",)),
    ]
    assert last_reads(order, but=["hubs"]) == [["aliases", "calls"], [], ["matches", "owners"]]
