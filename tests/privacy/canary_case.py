"""A small case of the lab into which invented people were put: into every column that can hold one.

Some take the place of people of the chain, so that findings, rings and traces name them; others
stand in rows of their own, written as people write; others in cells that cannot be read.
"""

import csv
import unicodedata
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow.parquet as pq
from click.testing import Result
from typer.testing import CliRunner

from suyuan.face.cli import app
from suyuan.lab.world import make_world
from suyuan.model.columns import Column, Table, Type
from suyuan.model.privacy import Privacy
from suyuan.model.records import RECORDS

SCENARIO = Path(__file__).parents[1] / "metamorphic" / "tiny.yml"
ZONE = ZoneInfo("Asia/Shanghai")
#: Whoever reads one of these, digits without what separates them, has read of a person.
SECRETS = (
    *("欧阳雪松", "阳雪松", "上官婉清", "官婉清", "诸葛良臣", "葛良臣"),
    *("zhuge.liangchen", "liangchen", "ouyang.xuesong", "xuesong", "shangguan"),
    *("13812345678", "12345678", "13987654321", "440106198803071234", "6198803071"),
    *("6222030011223344556", "03001122334", "清城区", "无名路", "借我三千"),
)
#: Everyone's number as people write it; each stands in some row.
PHONES = (
    "138 1234 5678",
    "TEL13812345678",
    "+86 139-8765-4321",
    "12345678人",
    "１３８１２３４５６７８",
)
VALUES: dict[Privacy, tuple[str, ...]] = {
    Privacy.NAME: ("欧阳雪松", "上官婉清", "Shangguan Wanqing"),
    Privacy.ADDRESS: ("广东省清远市清城区无名路88号", "无名路88号 欧阳雪松收"),
    Privacy.FREE: (
        "借我三千,欧阳雪松 138 1234 5678",
        "mail ouyang.xuesong@example.com",
        "卡6222 0300 1122 3344 556 诸葛良臣",
    ),
    Privacy.IDENTIFIER: (*PHONES, "ouyang.xuesong@example.com", "诸葛良臣", "440106198803071234"),
    Privacy.CODE: ("诸葛良臣", "138 1234 5678"),
}
#: Columns in which a stranger's words make a row fall out or a table unreadable are left as found.
NOT_FILLED = {("sims", "functions"), ("payments", "currency")}


def make_case(folder: Path) -> Path:
    """The case folder, with one CSV for each table."""
    make_world(folder, SCENARIO, 0.001, 1)
    rows = {
        path.stem: pq.read_table(path).to_pylist() for path in (folder / "case").glob("*.parquet")
    }
    renamed = _people_of_the_chain(rows)
    case = folder / "canaries"
    case.mkdir()
    for name, table in RECORDS.items():
        own = [_renamed(row, renamed) for row in rows.get(name, ())]
        _write(case / f"{name}.csv", table, own)
    (case / "欧阳雪松_6222030011223344556_交易明细.csv").write_text(
        "何物,何人\n1,欧阳雪松\n", "utf-8"
    )
    return case


def _people_of_the_chain(rows: dict[str, list[dict[str, Any]]]) -> dict[str, str]:
    """Whose names they take: a mule known by name alone, a seller, a caller, a chat login."""

    def busiest(table: str, column: str) -> list[str]:
        cells = [row[column] for row in rows[table] if row[column]]
        flat = [one for cell in cells for one in (cell if isinstance(cell, list) else [cell])]
        return [value for value, _ in Counter(flat).most_common(2)]

    mule, second = busiest("reports", "payee_accounts")
    (seller, _), (caller, _) = busiest("trades", "seller"), busiest("reports", "caller_numbers")
    (chat, _) = busiest("reports", "chat_accounts")
    return {
        mule: "欧阳雪松",
        second: "6222030011223344556",
        seller: "上官婉清",
        caller: "13987654321",
        chat: f"{chat.partition(':')[0]}:zhuge.liangchen",
    }


def _renamed(row: dict[str, Any], renamed: dict[str, str]) -> dict[str, Any]:
    def one(value: Any) -> Any:
        return renamed.get(value, value) if isinstance(value, str) else value

    return {k: [one(v) for v in c] if isinstance(c, list) else one(c) for k, c in row.items()}


def _write(path: Path, table: Table, rows: list[dict[str, Any]]) -> None:
    like = rows[:8] or [{}]
    added = [_stranger(table, like[n % len(like)], n) for n in range(8)]
    wrong = [_unreadable(table, like[0], n) for n in range(2)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, table.names)
        writer.writeheader()
        for row in [*rows, *added, *wrong]:
            writer.writerow({name: _cell(row.get(name)) for name in table.names})


def _stranger(table: Table, like: dict[str, Any], n: int) -> dict[str, Any]:
    """A row of people: every column that may tell of one does."""
    return {column.name: _invented(table, column, like, n) for column in table}


def _invented(table: Table, column: Column, like: dict[str, Any], n: int) -> Any:
    values = VALUES.get(column.privacy_class or Privacy.FREE)
    if values is None or (table.name, column.name) in NOT_FILLED:
        return like.get(column.name, _plain(column, n))
    value = values[(n + len(column.name)) % len(values)]
    return [value] if column.type is Type.LIST else value


def _plain(column: Column, n: int) -> Any:
    if column.type is Type.TIME:
        return datetime(2019, 5, 1, 10, n, tzinfo=ZONE)
    if column.type in {Type.INT, Type.MONEY}:
        return n + 1
    return f"{column.name}{n}"


def _unreadable(table: Table, like: dict[str, Any], n: int) -> dict[str, Any]:
    """A row whose times and amounts are somebody's name and number."""
    row = _stranger(table, like, n)
    wrong = {c.name for c in table if c.type in {Type.TIME, Type.MONEY, Type.INT}}
    return row | dict.fromkeys(wrong, "欧阳雪松 138 1234 5678")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return ";".join(map(str, value))
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M:%S")
    return str(value)


def secrets_in(text: str) -> set[str]:
    """The secrets that `text` gives away, however their digits are grouped or wide."""
    flat = unicodedata.normalize("NFKC", text).lower()
    digits = [one for one in flat if one not in " -\u00a0\u200b"]  # grouped numbers read as one
    both = flat + "\n" + "".join(digits)
    return {secret for secret in SECRETS if secret.lower() in both}


class Told:
    """What the program said so far, by command."""

    def __init__(self, case: Path, out: Path) -> None:
        self.case, self.out, self.said = case, out, dict[str, str]()

    def run(self, *asked: str, code: int = 0) -> Result:
        command = [asked[0], str(self.case), *asked[1:], "--out", str(self.out)]
        cache = str(self.out.with_name("cache"))
        result = CliRunner(env={"COLUMNS": "300", "SUYUAN_CACHE": cache}).invoke(app, command)
        assert result.exit_code == code, (asked, result.output, result.exception)
        self.said[" ".join(asked)] = result.output
        return result
