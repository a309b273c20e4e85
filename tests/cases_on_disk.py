"""Given tables of ``tests/cases/<role>/<case>/``: one CSV a table, and what must come out.

``findings.scam_caller.csv`` is the table ``findings:scam_caller``. Times are ISO in UTC, money is
fen, lists are separated by ``;``. ``expected.yml`` has ``about``, ``found`` (subjects that must be
decided) and ``silent`` (subjects that must not be, whether listed or not).
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from suyuan.detect.money_flows.step import ACCOUNT_CONDUCT_STEP
from suyuan.identity.aliases import aliases
from suyuan.identity.named_numbers import named_numbers
from suyuan.identity.owners import owners
from suyuan.money.card_payments import card_payments
from suyuan.money.settlement import settled_and_drawn
from suyuan.store.engine import Engine
from suyuan.store.steps import execute
from suyuan.store.tables import Tables, stored_schema
from tables import ZONE, rows_of

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    folder: Path
    about: str
    found: tuple[str, ...]
    silent: tuple[str, ...]

    @property
    def role(self) -> str:
        return self.folder.parent.name

    def tables(self, engine: Engine) -> Tables:
        made = Tables(engine, zone=ZONE)
        for file in sorted(self.folder.glob("*.csv")):
            name = file.stem.replace(".", ":", 1)
            made.put(name, rows_of(name, _rows(file, stored_schema(name))))
        made.put("owners", engine.keep(owners(made)))
        made.put("aliases", engine.keep(aliases(made, made["owners"])))
        made.put("named_numbers", engine.keep(named_numbers(made)))
        made.put("card_payments", engine.arrow(card_payments(made, settled_and_drawn(made))))
        execute(ACCOUNT_CONDUCT_STEP, made)
        return made


def cases() -> list[Case]:
    return [_case(file.parent) for file in sorted(CASES.glob("*/*/expected.yml"))]


def _case(folder: Path) -> Case:
    told = yaml.safe_load((folder / "expected.yml").read_text("utf-8"))
    return Case(folder, told["about"], tuple(told["found"]), tuple(told["silent"]))


def _rows(file: Path, schema: pa.Schema) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [
            {name: _cell(text, schema.field(name).type) for name, text in row.items()}
            for row in csv.DictReader(lines)
        ]


def _cell(text: str, type_: pa.DataType) -> Any:
    if text == "":
        return None
    if pa.types.is_list(type_):
        return text.split(";")
    if pa.types.is_boolean(type_):
        return text == "true"
    if pa.types.is_integer(type_):
        return int(text)
    return float(text) if pa.types.is_floating(type_) else text
