"""Small rules that several rooms need are written once: what cells, secrets, files and days are."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest

import suyuan
from suyuan.model.spreadsheet_cells import FORMULA, neutral
from suyuan.model.times import is_within
from suyuan.privacy.secret_hash import secret_hash

SOURCE = Path(suyuan.__file__).parent
#: How each rule looks in code, and where alone it stands.
HOMES = {
    r"hashlib\.file_digest\(": "store/seal.py",
    r"getpass\.getuser\(": "store/user.py",
    r"sha256\(secret\.": "privacy/secret_hash.py",
    r"""["']=["'], ["']\+["']""": "model/spreadsheet_cells.py",
    r"since <= \w+ and \(": "model/times.py",
}


@pytest.mark.parametrize(("pattern", "home"), HOMES.items())
def test_a_rule_has_one_home(pattern: str, home: str) -> None:
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if re.search(pattern, path.read_text(encoding="utf-8"))
    }
    assert found == {home}


@pytest.mark.parametrize("sign", FORMULA)
def test_no_cell_can_run(sign: str) -> None:
    assert neutral(f"{sign}1+1") == f"'{sign}1+1"


@pytest.mark.parametrize("text", ["", "1-1", "李=王", "'=1"])
def test_other_cells_stay(text: str) -> None:
    assert neutral(text) == text


def test_a_period_is_half_open() -> None:
    first, last, after = date(2019, 1, 1), date(2019, 1, 31), date(2019, 2, 1)
    assert [is_within(day, first, after) for day in (date(2018, 12, 31), first, last, after)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert is_within(datetime.max, datetime.min, None)


def test_any_text_of_a_client_has_a_hash() -> None:
    assert secret_hash("a") != secret_hash("\udcff")
