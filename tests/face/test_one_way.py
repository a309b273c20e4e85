"""Every command shows money, moments and people in one way."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from typer.testing import CliRunner
from written import finding, results_of, row_behind

from suyuan.face.cli import app
from suyuan.store.case import Results

CARD, PHONE, ORDER = "6222030011223344556", "13812345678", "13987654321"
#: One o'clock at night in Shanghai; in UTC it is the day before.
AT, LOCAL, UTC_CLOCK = "2019-05-01 01:02:03", "2019-05-01 01:02", "17:02"
#: 1234.56 yuan: as people write it, and as it lies in fen.
YUAN, FEN = "1,234.56", "123456"
FILES = {
    "payments.csv": "payment_id,at,payer,payee,amount,currency\n"
    f"P1,{AT},{CARD},6222030011229999999,1234.56,CNY\n"
    f"P2,{AT},{CARD},6222030011228888888,1234.56,USD\n",
    "reports.csv": "report_id,reported_at,victim_id,victim_phone,payee_accounts,loss\n"
    f"R1,{AT},V1,{PHONE},{CARD},1234.56\n",
    "bank_accounts.csv": f"account_no,holder_id,kind\n{CARD},H1,bank\n",
    "leaked.csv": "leaked_id,exhibit_id,name,phone,address,amount,ordered_at\n"
    f"L1,E1,欧阳雪松,{PHONE},广东省无名路88号,1234.56,{AT}\n",
}


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("oneway") / "case"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, "utf-8")
    assert said(folder, "check")
    return folder


def said(case: Path, *asked: str, columns: int = 400, out: Path | None = None) -> str:
    command = [asked[0], str(case), *asked[1:], "--lang", "en"]
    command += ["--out", str(out)] if out else []
    result = CliRunner(env={"COLUMNS": str(columns)}).invoke(app, command)
    assert result.exit_code == 0, (result.output, result.exception)
    return result.output


RECORDS: dict[str, Callable[[Path], str]] = {
    "who": lambda case: said(case, "who", CARD),
    "match": lambda case: said(case, "match", "--phone", PHONE),
    "trace --backward": lambda case: said(case, "trace", "--account", CARD, "--backward"),
}


@pytest.mark.parametrize("command", RECORDS)
def test_commands_over_records(case: Path, command: str) -> None:
    text = RECORDS[command](case)
    assert FEN not in text
    assert UTC_CLOCK not in text
    assert "2019-04-30" not in text
    assert not re.search(r"\d\d:\d\d\+\d\d|datetime|Decimal", text)
    assert not re.search(r"(?<!\d)\d{11,}(?!\d)", text)
    if command != "trace --backward":
        assert f"{YUAN} yuan" in text
        assert LOCAL in text
    if command == "who":
        assert f"{YUAN} USD" in text
        assert text.count("622************4556") >= 2


def results(folder: Path) -> Results:
    one, other = f"bank_account:{CARD}", "bank_account:6222030011229999999"
    at = datetime(2019, 4, 30, 17, 2, 3, tzinfo=UTC)
    found = finding("mule_account", one, ring_id="R1", amount=Decimal("1234.56"), first_seen=at)
    step = {"report_id": "R1", "method": "lifo", "hop": 1, "payment_id": "P1", "at": at}
    exit_ = {"report_id": "R1", "method": "lifo", "exit": other, "reason": "balance"}
    money = {"amount": Decimal("1234.56"), "recoverable": Decimal("1234.56")}
    return results_of(
        folder,
        findings=[found],
        evidence=[row_behind(found["finding_id"], table="payments", key="P1")],
        traces=[step | {"from": one, "to": other, "amount": Decimal("1234.56")}],
        exits=[exit_ | money],
    )


RESULTS: dict[str, tuple[str, ...]] = {
    "explain": ("explain", f"bank_account:{CARD}"),
    "trace --report": ("trace", "--report", "R1"),
    "trace --payment": ("trace", "--payment", "P1"),
}


@pytest.mark.parametrize("columns", [80, 400])
@pytest.mark.parametrize("command", RESULTS)
def test_commands_over_results(tmp_path: Path, command: str, columns: int) -> None:
    made = results(tmp_path)
    asked = RESULTS[command]
    text = said(made.case.path, *asked, columns=columns, out=made.layout.out)
    assert not re.search(r"(?<!\d)\d{11,}(?!\d)", text)
    assert UTC_CLOCK not in text
    assert "bank_account…" not in text
    flat = re.sub(r"[\s│]+", "", text)
    if command.startswith("trace"):
        # Both ends are told apart even where the screen folds them.
        assert "4556" in flat
        assert "9999" in flat
        if columns == 400:
            assert f"{YUAN} yuan" in text
            assert LOCAL in text
            assert "bank account 622************4556" in text
