"""What a step makes of tables that are as they were is not made again."""

from pathlib import Path

import pyarrow as pa
import pytest

from suyuan.model.errors import ContractError
from suyuan.run.reuse import KeptSteps, Reuse
from suyuan.store.duck import DuckEngine
from suyuan.store.parts import derive_part
from suyuan.store.recording import Recording
from suyuan.store.step_results import StepResults
from suyuan.store.tables import Tables, stored_schema

MADE: list[int] = []


def measure(tables: Tables) -> dict[str, object]:
    MADE.append(len(MADE))
    people = tables["parties"]
    return {"names": people.select("party_id", "name"), "none": people.filter(people["name"] == "")}


def astray(tables: Tables) -> dict[str, object]:
    return {"reports": tables["reports"]}


def run(engine: DuckEngine, folder: Path, digest: str, reuse: Reuse = Reuse.YES) -> Tables:
    people = [{"party_id": f"p{n}", "name": name} for n, name in enumerate(("Li", "王", None))]
    tables = Tables(engine, zone="Asia/Shanghai")
    schema = stored_schema("parties")
    whole = [{name: row.get(name) for name in schema.names} for row in people]
    tables.put("parties", pa.Table.from_pylist(whole, schema=schema))
    tables.parts = KeptSteps(StepResults(folder), reuse, {"parties": digest}, "Asia/Shanghai")
    return tables


@pytest.fixture(autouse=True)
def none_made() -> None:
    MADE.clear()


def names(tables: Tables) -> list[str | None]:
    made = derive_part(tables, measure, ("parties",))
    assert tables.engine.fetch(made["none"]).num_rows == 0
    rows = tables.engine.fetch(made["names"])
    assert rows.schema.names == ["party_id", "name"]
    return rows.sort_by("party_id")["name"].to_pylist()


def test_kept_by_what_it_reads(tmp_path: Path) -> None:
    with DuckEngine() as engine:
        for digest, made in (("one", 1), ("one", 1), ("two", 2), ("one", 2)):
            assert names(run(engine, tmp_path, digest)) == ["Li", "王", None]
            assert len(MADE) == made
        names(run(engine, tmp_path, "one", Reuse.FRESH))
        assert len(MADE) == 3


def test_only_what_it_says_can_be_read(tmp_path: Path) -> None:
    with DuckEngine() as engine, pytest.raises(ContractError):
        derive_part(run(engine, tmp_path, "one"), astray, ("parties",))


def test_rows_that_were_kept_stand_for_no_statement(tmp_path: Path) -> None:
    """A program would hold the rows of one case, and give them to the next."""
    with DuckEngine() as engine:
        for whole in (True, False):
            recording = Recording()
            engine.recordings.append(recording)
            derive_part(run(engine, tmp_path, "one"), measure, ("parties",))
            engine.recordings.remove(recording)
            assert recording.whole == whole


def test_an_altered_part_is_made_again(tmp_path: Path) -> None:
    with DuckEngine() as engine:
        names(run(engine, tmp_path, "one"))
        for path in tmp_path.glob("*.parquet"):
            path.write_bytes(path.read_bytes()[:-9])
        assert names(run(engine, tmp_path, "one")) == ["Li", "王", None]
        assert len(MADE) == 2
