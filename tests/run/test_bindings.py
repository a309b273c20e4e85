"""What a run read is what its results say: stored rows and inputs that change are seen."""

import json
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import suyuan
from suyuan.model.errors import InputError
from suyuan.run import investigation, run_manifest
from suyuan.run.run_manifest import read_by
from suyuan.run.verification import verify_run
from suyuan.store.case import Results
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout
from suyuan.store.manifests import check_records, read_manifest, with_digest
from suyuan.store.records import open_records

HEADER = "payment_id,at,payer,payee,amount\n"


@pytest.fixture
def case(tmp_path: Path) -> Path:
    folder = tmp_path / "case"
    folder.mkdir()
    rows = "".join(f"P{n},2019-04-29,A,B,{n + 1}\n" for n in range(50))
    (folder / "payments.csv").write_text(HEADER + rows)
    return folder


def payees(layout: Layout) -> set[str]:
    with DuckEngine() as engine:
        rows = open_records(engine, layout, zone="UTC")["payments"]
        return set(engine.fetch(rows)["payee"].to_pylist())


def stored(results: Results) -> Path:
    (path,) = results.layout.parts("payments")
    return path


def put(path: Path, rows: pa.Table) -> None:
    """Other rows under the old times, as somebody would who wants not to be seen."""
    before = path.stat()
    pq.write_table(rows, path)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def invented(path: Path) -> pa.Table:
    rows = pq.read_table(path)
    return rows.set_column(
        rows.schema.get_field_index("payee"), "payee", pa.array(["INVENTED"] * rows.num_rows)
    )


def test_altered_rows_are_not_read_and_the_next_run_reads_the_input(case: Path) -> None:
    results = suyuan.check(case)
    path = stored(results)
    put(path, invented(path))
    with pytest.raises(InputError, match="altered"):
        payees(results.layout)
    assert payees(suyuan.check(case).layout) == {"B"}


def test_rows_that_no_import_wrote_are_not_read(case: Path) -> None:
    results = suyuan.check(case)
    path = stored(results)
    pq.write_table(invented(path), path.with_name("0123456789abcdef.parquet"))
    assert payees(results.layout) == {"B"}


def test_rows_that_were_removed_are_missed(case: Path) -> None:
    results = suyuan.check(case)
    stored(results).unlink()
    with pytest.raises(InputError, match="altered"):
        payees(results.layout)


def test_an_import_without_its_notes_is_done_again(case: Path) -> None:
    results = suyuan.check(case)
    path = stored(results)
    put(path, invented(path))
    (results.layout.own / "records.json").unlink()
    assert payees(suyuan.check(case).layout) == {"B"}


def test_a_file_that_changes_while_it_is_read_stops_the_run(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    true = investigation.import_case
    first = case / "payments.csv"

    def meanwhile(*given: object, **named: object) -> object:
        imported = true(*given, **named)  # type: ignore[arg-type]
        first.write_text(first.read_text().replace(",B,", ",C,"))
        return imported

    monkeypatch.setattr(investigation, "import_case", meanwhile)
    with pytest.raises(InputError, match="changed while it was being read"):
        suyuan.check(case)
    monkeypatch.undo()
    first.write_text(first.read_text().replace(",C,", ",D,"))
    assert payees(suyuan.check(case).layout) == {"D"}


def test_the_manifest_names_what_was_parsed(case: Path) -> None:
    (case / "case.toml").write_text('name = "x"\n')
    (case / "notes.bin").write_bytes(b"not read")
    results = suyuan.check(case)
    content = read_manifest(results.layout.results)
    assert set(content["inputs"]) == {"case.toml", "notes.bin", "payments.csv"}
    assert "payments/" in "".join(content["records"])
    assert content["suyuan"] == suyuan.__version__
    assert len(content["catalog"]) == 64
    check_records(results.layout)


def test_results_that_no_longer_fit_the_rows_say_so(case: Path) -> None:
    results = suyuan.check(case)
    layout = Layout(results.layout.out)
    check_records(layout)
    (case / "payments.csv").write_text(HEADER + "X,2019-04-29,A,B,7\n")
    investigation.import_case(case, layout.out)
    with pytest.raises(InputError, match="no longer match"):
        check_records(layout)


def test_a_name_that_is_no_utf8_is_in_the_manifest(case: Path) -> None:
    name = os.fsencode(case) + b"/" + "流水.bin".encode("gbk")
    with open(name, "w") as file:  # noqa: PTH123  # a name of bytes
        file.write("x")
    content = with_digest(read_by(case, Layout(case / "suyuan")))
    assert any(one.startswith("\\xc1\\xf7") for one in content["inputs"])
    assert json.loads(json.dumps(content, ensure_ascii=False).encode("utf-8")) == content


def test_a_large_file_that_nobody_reads_is_known_by_size_and_time(
    case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_manifest, "LARGEST_UNREAD", 10)
    film = case / "film.bin"
    film.write_bytes(b"x" * 100)
    (case / "small.bin").write_bytes(b"x")
    layout = Layout(suyuan.check(case).layout.out)
    named = read_manifest(layout.out)["inputs"]
    assert named["film.bin"]["sha256"] == "" != named["small.bin"]["sha256"]
    assert all(check.good for check in verify_run(layout, case))
    film.write_bytes(b"y" * 100)
    assert [check.file for check in verify_run(layout, case) if not check.good] == ["film.bin"]
