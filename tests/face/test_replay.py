"""The replay: what was known then and no more, counted against what happened afterwards."""

import csv
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reading_html import read
from typer.testing import CliRunner
from written import results_of

from suyuan.face.cli import app
from suyuan.face.report.report_file import write_report
from suyuan.model.errors import InputError
from suyuan.model.progress import Silent
from suyuan.model.results import REPLAY
from suyuan.run.order import steps
from suyuan.run.replay import moments, replay
from suyuan.store.case import Results
from suyuan.store.duck import DuckEngine
from suyuan.store.layout import Layout
from suyuan.store.publish import published, write
from suyuan.store.steps import needed_for

FIRST = datetime(2019, 5, 1)
SHOPS, DAYS, LEAKING, DAILY = 24, 24, "M7", 60
EARLY, LATER = FIRST + timedelta(days=4), FIRST + timedelta(days=12)


def case(folder: Path, more_reports: Iterable[dict[str, Any]] = ()) -> Path:
    """A shop leaks from the sixth day on; half of its buyers are called within days."""
    dice = Random(5)
    orders, reports = [], []
    for n in range(DAYS * DAILY):
        at = FIRST + timedelta(days=n // DAILY, minutes=dice.randrange(1440))
        shop, phone = f"M{dice.randrange(SHOPS)}", f"138{n:08d}"
        orders.append(
            {
                "order_id": f"O{n}",
                "ordered_at": at.isoformat(),
                "buyer_phone": phone,
                "platform": f"P{dice.randrange(3)}",
                "merchant_id": shop,
                "amount": "62.00",
            }
        )
        told = shop == LEAKING and n // DAILY >= 5 and dice.random() < 0.5
        if told or dice.random() < 0.004:
            contacted = at + timedelta(hours=dice.choice((12, 24, 48, 96)) if told else 200)
            reports.append(_report(f"R{n}", phone, contacted))
    folder.mkdir(parents=True)
    _write(folder / "orders.csv", orders)
    _write(folder / "reports.csv", [*reports, *more_reports])
    return folder


def _report(report_id: str, phone: str, contacted: datetime, **more: Any) -> dict[str, Any]:
    told = contacted + timedelta(hours=10)
    return {
        "report_id": report_id,
        "reported_at": told.isoformat(),
        "victim_phone": phone,
        "contacted_at": contacted.isoformat(),
        "loss": "5000.00",
        "known_at": told.isoformat(),
    } | more


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def told_again(folder: Path, when: list[datetime], out: Path) -> list[dict[str, Any]]:
    return replay(folder, Layout(out), DuckEngine, when, Silent()).to_pylist()


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("replay")
    return told_again(case(folder / "case"), [EARLY, LATER], folder / "out")


def test_a_leak_is_named_once_it_shows_and_not_before(rows: list[dict[str, Any]]) -> None:
    before, after = rows
    assert before["sources"] == []
    assert before["listed"] == 0
    assert after["sources"] == [f"merchant:{LEAKING}"]
    assert after["listed"] > 0


def test_those_called_next_stood_on_the_list(rows: list[dict[str, Any]]) -> None:
    after = rows[1]
    assert after["whole"]
    assert after["called"] >= after["placed"] > 0
    assert after["hit_top"] > 0
    assert after["placed"] >= after["hit_500"] >= after["hit_100"] >= after["hit_top"]
    # Under 5 % of the newest orders are the leaking shop's.
    assert after["hit_top"] > after["newest_top"]


def test_what_is_known_later_does_not_leak_backwards(
    tmp_path: Path, rows: list[dict[str, Any]]
) -> None:
    """Reports of buyers at another shop, about early days, that came to be known much later."""
    late = (LATER + timedelta(days=3)).isoformat()
    with (case(tmp_path / "plain") / "orders.csv").open(encoding="utf-8") as file:
        orders = list(csv.DictReader(file))
    others = [o for o in orders if o["merchant_id"] == "M3"][:40]
    added = [
        _report(
            f"X{n}",
            o["buyer_phone"],
            datetime.fromisoformat(o["ordered_at"]) + timedelta(hours=9),
            known_at=late,
        )
        for n, o in enumerate(others)
    ]
    again = told_again(case(tmp_path / "case", added), [EARLY, LATER], tmp_path / "out")
    known_then = ("orders", "reached", "sources", "listed", "top")
    for one, other in zip(rows, again, strict=True):
        assert {k: one[k] for k in known_then} == {k: other[k] for k in known_then}
    assert again[0]["called"] > rows[0]["called"]


def test_only_the_steps_that_the_list_needs() -> None:
    names = [step.name for step in needed_for(["at_risk"], steps())]
    assert names[-1] == "at risk"
    assert "detect leak_source" in names
    assert "money" not in " ".join(names)
    assert len(names) < len(steps()) / 2


@pytest.mark.parametrize(
    ("first", "last", "every"),
    [(5, 4, timedelta(days=1)), (1, 2, timedelta(0)), (1, 30, timedelta(minutes=1))],
)
def test_moments_that_make_no_sense(first: int, last: int, every: timedelta) -> None:
    with pytest.raises(InputError):
        moments(datetime(2019, 5, first), datetime(2019, 5, last), every)


def test_moments_include_both_ends() -> None:
    every = moments(FIRST, FIRST + timedelta(days=2), timedelta(days=1))
    assert every == [FIRST, FIRST + timedelta(days=1), FIRST + timedelta(days=2)]


def test_the_command_leaves_its_tables(tmp_path: Path) -> None:
    folder, out = case(tmp_path / "case"), tmp_path / "out"
    day = LATER.date().isoformat()
    options = ["--from", day, "--to", day, "--out", str(out), "--lang", "zh"]
    done = CliRunner().invoke(app, ["replay", str(folder), *options])
    assert done.exit_code == 0, done.output
    assert "2019-05-13" in done.output
    left = pq.read_table(out / "replay.parquet")
    assert left.schema == REPLAY.file_schema
    assert left["sources"].to_pylist() == [[f"merchant:{LEAKING}"]]
    assert (out / "replay.csv").read_text("utf-8-sig").startswith("moment,")
    assert not (folder / "suyuan").exists()


@pytest.mark.parametrize("every", ["1x", "0d", "d", "-1d"])
def test_a_step_that_is_none(tmp_path: Path, every: str) -> None:
    options = ["--from", "2019-05-01", "--to", "2019-05-02", "--every", every]
    (tmp_path / "case").mkdir()
    assert CliRunner().invoke(app, ["replay", str(tmp_path / "case"), *options]).exit_code == 2


def _moment(day: int, **more: Any) -> dict[str, Any]:
    counts = dict.fromkeys(set(REPLAY.names) - {"moment", "sources", "whole"}, 0)
    base = {"moment": FIRST + timedelta(days=day), "sources": [], "whole": True}
    return counts | base | more


def test_the_report_shows_the_picture(tmp_path: Path) -> None:
    results: Results = results_of(tmp_path)
    write_report(results, [])
    assert "course hit" not in results.report.read_text("utf-8").partition("<body")[2]
    kept = [
        _moment(0),
        _moment(1, called=10, placed=8, hit_top=6, newest_top=2, sources=["merchant:<b>M7</b>"]),
        _moment(2, called=10, placed=8, hit_top=7, newest_top=3, whole=False),
    ]
    rows = pa.Table.from_pylist(kept, schema=REPLAY.schema)
    write(published(rows, REPLAY), results.layout.result("replay"))
    write_report(results, [])
    html = results.report.read_text("utf-8")
    page = read(html)
    assert "<b>M7</b>" not in html
    curves = [attrs for attrs in page.named("path") if attrs.get("class") == "course hit"]
    assert sum("L" in attrs["d"] for attrs in curves) == 1
    titles = "6 of 10"
    assert titles in html
