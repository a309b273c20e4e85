"""``suyuan map`` at a terminal, from an unknown file to rows that the next check reads."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from suyuan.face.cli import app

OWN = "6214830012345678"
Rows = list[tuple[str, str, str, int]]


@dataclass(frozen=True)
class Unknown:
    """A file that no profile knows; ``talk`` is what a person says after which prompt."""

    name: str
    text: str
    talk: list[tuple[str, str]]
    rows: Rows
    shown: str
    encoding: str = "utf-8"
    line: list[str] = field(default_factory=list)  # the same said on the command line
    table: str = "payments"


FLAG = Unknown(
    "某行流水.csv",
    "日子,钱,记号,对家,结余\n"
    '2024-03-01 09:05,"1,200.00",甲,6217000011112222333,800.00\n'
    "2024-03-01 09:06,5.00,乙,6228480000000000017,805.00\n"
    "2024-03-02 10:00,20.00,甲,6228480000000000017,785.00\n",
    [
        ("Correct by number", ""),
        ("How are payer and payee identified", ""),
        ("Which column (number) is the flag", ""),
        ("means", ""),
        ("means", ""),
        ("Whose account", OWN),
        ("Is this right", "y"),
    ],
    [
        ("2024-03-01 09:05", OWN, "6217000011112222333", 120_000),
        ("2024-03-01 09:06", "6228480000000000017", OWN, 500),
        ("2024-03-02 10:00", OWN, "6228480000000000017", 2_000),
    ],
    "paid 621************2333 1,200.00 at 2024-03-01 09:05:00",
    line=["--own", OWN],
)
TWO_COLUMNS = Unknown(
    "信用社.csv",
    "发生日,摘要说明文字,花掉,得到,剩下,对家户名\n"
    "2024/3/1,转,300.00,,700.00,王小明\n"
    "2024/3/2,汇,,50.00,750.00,李大同\n"
    "2024/3/3,转,0.00,1.00,751.00,李大同\n",
    [
        ("Correct by number", "1=at"),
        ("Correct by number", ""),
        ("How are payer and payee identified", ""),
        ("what went out", ""),
        ("what came in", ""),
        ("Whose account", OWN),
        ("Is this right", "y"),
    ],
    [
        ("2024-03-01 00:00", OWN, "王小明", 30_000),
        ("2024-03-02 00:00", "李大同", OWN, 5_000),
        ("2024-03-03 00:00", "李大同", OWN, 100),
    ],
    "paid 王** 300.00 at 2024-03-01 00:00:00",
    "gb18030",
    line=["--own", OWN, "--column", "1=at"],
)
SIGNED = Unknown(
    "card.csv",
    "When;What it was;How much;Left\n"
    "01.03.2024;Coffee House;-25,000.50;1,000.00\n"
    "13.03.2024;Salary GmbH;2,000.00;3,000.00\n",
    [
        ("What do these rows contain", ""),
        ("Correct by number", "2=other"),
        ("Correct by number", ""),
        ("How are payer and payee identified", "sign"),
        ("Which column (number) is the amount", "3"),
        ("spent are written", "negative"),
        ("Whose account", OWN),
        ("Days are written", ""),
        ("Is this right", "y"),
    ],
    [
        ("2024-03-01 00:00", OWN, "Coffee House", 2_500_050),
        ("2024-03-13 00:00", "Salary GmbH", OWN, 200_000),
    ],
    "paid C** 25,000.50 at 2024-03-01 00:00:00",
    line=["--own", OWN, "--table", "payments", "--spent", "negative", "--column", "2=other"],
)
HEADLESS = Unknown(
    "pos.txt",
    "20240301090500|S1|6217000011112222333|6228480000000000017|12.30\n"
    "20240301090600|S2|6217000011112222341|6228480000000000017|4.00\n",
    [
        ("What do these rows contain", ""),
        ("Correct by number", "2=payment_id"),
        ("Correct by number", ""),
        ("How are payer and payee identified", "both"),
        ("who paid", "3"),
        ("who was paid", "4"),
        ("Is this right", "y"),
    ],
    [
        ("2024-03-01 09:05", "6217000011112222333", "6228480000000000017", 1_230),
        ("2024-03-01 09:06", "6217000011112222341", "6228480000000000017", 400),
    ],
    "621************2333 paid 622************0017 12.30 at 2024-03-01 09:05:00",
    line=[
        "--table",
        "payments",
        "--column",
        "2=payment_id",
        "--column",
        "3=payer",
        "--column",
        "4=payee",
    ],
)
FEN = Unknown(
    "第三方支付.csv",
    "下单时刻,付款卡,收款卡,数额\n"
    "2024-03-01 09:05:00,6217000011112222333,6228480000000000017,1230\n"
    "2024-03-01 09:06:00,6217000011112222333,6228480000000000017,400\n",
    [
        ("Correct by number", ""),
        ("How are payer and payee identified", ""),
        ("who paid", ""),
        ("who was paid", ""),
        ("Their unit is", "fen"),
        ("Is this right", "y"),
    ],
    [
        ("2024-03-01 09:05", "6217000011112222333", "6228480000000000017", 1_230),
        ("2024-03-01 09:06", "6217000011112222333", "6228480000000000017", 400),
    ],
    "621************2333 paid 622************0017 12.30 at 2024-03-01 09:05:00",
    line=["--unit", "fen"],
)
ENGLISH = Unknown(
    "export.csv",
    "Posting Date,Details of Counterparty,Money Out (HKD),Money In (HKD),Running Balance\n"
    "03/04/2024,ACME LTD,100.00,,900.00\n"
    "05/04/2024,CHAN TAI MAN,,250.00,1150.00\n",
    [
        ("Correct by number", ""),
        ("How are payer and payee identified", ""),
        ("what went out", ""),
        ("what came in", ""),
        ("Whose account", OWN),
        ("Days are written", "dmy"),
        ("Is this right", "y"),
    ],
    [
        ("2024-04-03 00:00", OWN, "ACME LTD", 10_000),
        ("2024-04-05 00:00", "CHAN TAI MAN", OWN, 25_000),
    ],
    "paid A** 100.00 at 2024-04-03 00:00:00",
    line=["--own", OWN, "--days", "dmy"],
)
CALLS = Unknown(
    "小交换机.csv",
    "几点打的,哪头,对端电话,说了多久(秒)\n"
    "2024-03-01 09:05:00,去,13800138000,61\n"
    "2024-03-01 09:06:00,来,13900139000,7\n",
    [
        ("What do these rows contain", "calls"),
        ("Correct by number", "1=started_at 2=direction 3=other 4=duration"),
        ("Correct by number", ""),
        ("How are payer and payee identified", "flag"),
        ("the flag", ""),
        ("means", "out"),
        ("means", "in"),
        ("Whose account", "02088886666"),
        ("Is this right", "y"),
    ],
    [
        ("2024-03-01 09:05", "02088886666", "13800138000", 61),
        ("2024-03-01 09:06", "13900139000", "02088886666", 7),
    ],
    "020****6666 called 138****8000 for 61 s at 2024-03-01 09:05:00",
    line=[
        *("--table", "calls", "--own", "02088886666", "--out-words", "去", "--in-words", "来"),
        *("--column", "1=started_at", "--column", "2=direction"),
        *("--column", "3=other", "--column", "4=duration"),
    ],
    table="calls",
)
EVERY = [FLAG, TWO_COLUMNS, SIGNED, HEADLESS, FEN, ENGLISH, CALLS]


def put(unknown: Unknown, folder: Path) -> Path:
    file = folder / "case" / unknown.name
    file.parent.mkdir()
    file.write_bytes(unknown.text.encode(unknown.encoding))
    return file


def rows_after_check(folder: Path, table: str) -> Rows:
    out = folder / "out"
    result = CliRunner().invoke(app, ["check", str(folder / "case"), "--out", str(out)])
    assert result.exit_code == 0, result.output
    clock, giver, taker, n = {
        "payments": ('"at"', "payer", "payee", "amount"),
        "calls": ("started_at", "caller", "callee", "duration"),
    }[table]
    return duckdb.sql(
        f"SELECT strftime({clock} + INTERVAL 8 HOUR, '%Y-%m-%d %H:%M'), {giver}, {taker}, {n} "
        f"FROM '{out}/records/{table}/*.parquet' ORDER BY line"
    ).fetchall()


def converse(words: list[str], talk: list[tuple[str, str]]) -> tuple[int, str]:
    """Run the command at a terminal of its own, and answer each prompt when it is there."""
    master, slave = pty.openpty()
    env = os.environ | {"COLUMNS": "160", "TERM": "dumb", "LANG": "C.UTF-8"}
    command = [sys.executable, "-c", "from suyuan.face.cli import main; main()", *words]
    with subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=env) as process:
        os.close(slave)
        screen, answered = "", 0
        deadline = time.monotonic() + 120
        for prompt, answer in talk:
            while not re.search(re.escape(prompt) + r"[^\n]*: ?$", screen[answered:]):
                assert time.monotonic() < deadline, screen
                screen += _read(master)
            answered = len(screen)
            os.write(master, f"{answer}\n".encode())
        while process.poll() is None:
            assert time.monotonic() < deadline, screen
            screen += _read(master)
        screen += _read(master)
        os.close(master)
    return process.returncode, screen


def _read(master: int) -> str:
    """What has come within a fifth of a second."""
    if not select.select([master], [], [], 0.2)[0]:
        return ""
    try:
        return os.read(master, 65536).decode("utf-8", "replace").replace("\r\n", "\n")
    except OSError:  # the other end has closed
        time.sleep(0.05)
        return ""


@pytest.mark.parametrize("unknown", EVERY, ids=lambda unknown: unknown.name)
def test_a_person_is_led_to_the_end(unknown: Unknown, tmp_path: Path) -> None:
    file = put(unknown, tmp_path)
    code, screen = converse(["map", str(file), "--lang", "en"], unknown.talk)
    assert code == 0, screen
    assert unknown.shown in screen
    assert rows_after_check(tmp_path, unknown.table) == unknown.rows


@pytest.mark.parametrize("unknown", EVERY, ids=lambda unknown: unknown.name)
def test_the_same_without_questions(unknown: Unknown, tmp_path: Path) -> None:
    file = put(unknown, tmp_path)
    words = ["map", str(file), "--lang", "en", "--yes"]
    if unknown.line:
        silent = CliRunner().invoke(app, words)
        assert silent.exit_code == 1, silent.output
        assert not (file.parent / "profiles").exists()
        assert not (file.parent / "case.toml").exists()
    result = CliRunner().invoke(app, [*words, *unknown.line], env={"COLUMNS": "160"})
    assert result.exit_code == 0, result.output
    assert unknown.shown in result.output
    assert rows_after_check(tmp_path, unknown.table) == unknown.rows
