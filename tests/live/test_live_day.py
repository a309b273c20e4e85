"""A day of live afterwards: a case folder with decisions down to rows, and tasks of the desk."""

import csv
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from story import THIRD_PAYMENT, story
from typer.testing import CliRunner
from wire import KEYRING, lines_of_the_story, scorer

from office_people import beijing, with_people
from suyuan.casework.drafting import confirm, draft_lines
from suyuan.casework.opening import open_office
from suyuan.detect.cards import scorecard
from suyuan.face.cli import app
from suyuan.ingest import import_case
from suyuan.live.history import history
from suyuan.live.messages import PaymentAnswer
from suyuan.live.policy import Action, default_policy

DAY = "2019-04-27"
#: Tables of the story whose names a bank and a carrier hold.
REGISTERS = ("parties", "bank_accounts", "orders", "calls", "payments")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a service that took the whole story, and what it answered."""
    folder = tmp_path_factory.mktemp("service")
    (folder / "secret").write_bytes(KEYRING.secret)
    live = scorer(folder)
    answers = live.take(lines_of_the_story(), 0)
    live.close()
    told = [a for a in answers if isinstance(a, PaymentAnswer)]
    (folder / "answers").write_text(json.dumps([[a.id, a.action, a.score, a.log] for a in told]))
    return folder


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    case = tmp_path_factory.mktemp("register")
    for name in REGISTERS:
        rows = story()[name]
        with (case / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, sorted({key for row in rows for key in row}))
            writer.writeheader()
            writer.writerows(
                {k: ";".join(v) if isinstance(v, list) else v for k, v in row.items()}
                for row in rows
            )
    return case


@pytest.fixture(scope="module")
def folder(service: Path, register: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    into = tmp_path_factory.mktemp("day") / "2019-04-27"
    run("day", str(service), str(into), "--names", str(register), "--day", DAY)
    return into


def run(*asked: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, ["live", *asked, "--lang", "en"], env={"COLUMNS": "200"})
    assert result.exit_code == code, result.output
    return result.output


def decisions(folder: Path) -> list[dict]:
    return [json.loads(line) for line in (folder / "decisions.jsonl").read_text().splitlines()]


def test_judged_again_is_what_was_answered(service: Path) -> None:
    found = history(service, scorecard("payment_risk"), default_policy())
    answers = json.loads((service / "answers").read_text())
    again = [[int(v["log"]), Action(int(v["action"])).name.lower(), float(v["score"])]
             for v in found.verdicts]  # fmt: skip
    assert [row[:2] for row in again] == [[log, action] for _, action, _, log in answers]
    written = [score for _, _, score, _ in answers]
    assert [row[2] for row in again] == pytest.approx(written, abs=1e-6)


def test_every_row_of_a_decision_is_in_the_folder(folder: Path) -> None:
    third = next(d for d in decisions(folder) if d["payment"] == THIRD_PAYMENT)
    assert third["action"] == "hold"
    behind = {reason["signal"]: reason["rows"] for reason in third["because"]}
    assert {"named_call_hours", "payee_named"} <= behind.keys()
    tables = {path.stem: pq.read_table(path) for path in (folder / "case").glob("*.parquet")}
    for rows in behind.values():
        for row in rows:
            key = "call_id" if row["table"] == "calls" else tables[row["table"]].column_names[0]
            assert row["key"] in tables[row["table"]][key].to_pylist()
    call = next(row for row in behind["named_call_hours"] if row["table"] == "calls")
    calls = {row["call_id"]: row for row in tables["calls"].to_pylist()}
    assert calls[call["key"]]["callee"] == "13900000003"
    named = [row for row in behind["payee_named"] if row["table"] == "reports"]
    assert len(named) == 2  # the two who had reported by then


def test_a_day_is_a_case_that_is_read_without_loss(folder: Path, tmp_path: Path) -> None:
    imported = import_case(folder / "case", tmp_path)
    summary = imported.quality_summary.to_pylist()
    assert {row["file"].partition(".")[0] for row in summary} >= {"payments", "calls", "reports"}
    assert all(row["rows_kept"] == row["rows_read"] for row in summary)
    paid = pq.read_table(folder / "case" / "payments.parquet").to_pylist()
    third = next(row for row in paid if row["payment_id"] == THIRD_PAYMENT)
    assert (third["payer"], third["payee"], str(third["amount"])) == ("card-3", "mule", "49950.00")
    reports = pq.read_table(folder / "case" / "reports.parquet").to_pylist()
    assert {"13900000001", "13900000002"} <= {row["victim_phone"] for row in reports}


def test_a_decision_is_explained_masked(folder: Path) -> None:
    told = run("explain", str(folder), THIRD_PAYMENT)
    assert "a number named in a report" in told
    assert "calls" in told
    assert "13900000003" not in told
    assert "13900000003" in run("explain", str(folder), THIRD_PAYMENT, "--unmask", "test")
    run("explain", str(folder), "g1-10", code=2)  # allowed


def test_without_a_register_keys_stand_for_names(service: Path, tmp_path: Path) -> None:
    told = run("day", str(service), str(tmp_path / "day"), "--day", DAY)
    assert re.search(r"(\d+) of \1 subjects could not be matched", told)
    calls = pq.read_table(tmp_path / "day" / "case" / "calls.parquet")
    assert all(caller.startswith("key-") for caller in calls["caller"].to_pylist())
    run("day", str(service), str(tmp_path / "day"), "--day", DAY, code=2)  # not empty


def test_warnings_are_one_task_a_person_and_day(
    service: Path, register: Path, tmp_path: Path
) -> None:
    with_people(open_office(tmp_path / "office")).ledger.close()
    asked = ["tasks", str(service), str(tmp_path / "office"), "--names", str(register)]
    now = ["--now", "2023-04-27T11:00"]
    assert "1 new, 0 changed, 0 as before" in run(*asked, "--day", DAY, *now)
    assert "0 new, 0 changed, 1 as before" in run(*asked, "--day", DAY, *now)
    office = open_office(tmp_path / "office")
    (line,) = draft_lines(office)
    assert (line.procedure, line.subject) == ("warning-desk", "phone:13900000003")
    assert line.body["fields"] == {"grade": "high"}
    because = line.body["because"]["en"]
    assert "called at 10:00 for 12 min by a number named in 2 reports" in because
    assert "49,950.00 yuan at 10:40 was held" in because
    assert not re.search(r"\d{11}", because)
    moment = beijing("2023-04-27T11:05")
    (matter,) = confirm(office, [line.id], "person:desk-1", "live", {}, moment)
    due = office.ledger.read("SELECT id FROM duty WHERE matter = ?", (matter,))
    assert any("call" in row[0] for row in due)
    office.ledger.close()
    assert "0 new, 0 changed, 1 as before" in run(*asked, "--day", DAY, *now)
    office = open_office(tmp_path / "office")
    assert not draft_lines(office)  # confirmed: not drafted a second time
    office.ledger.close()


def test_whom_no_register_names_is_counted(service: Path, tmp_path: Path) -> None:
    with_people(open_office(tmp_path / "office")).ledger.close()
    told = run("tasks", str(service), str(tmp_path / "office"), "--day", DAY)
    assert "1 people to warn are named by no register" in told
