from collections.abc import Iterator
from pathlib import Path

import pytest

from office_people import with_people
from suyuan.casework.office import Office
from suyuan.casework.opening import open_office


@pytest.fixture(params=["sqlite", "postgres"])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    """An office with people in it, on each database in turn."""
    address = request.getfixturevalue("postgres_schema") if request.param == "postgres" else None
    opened = with_people(open_office(tmp_path / "office", address))
    yield opened
    opened.ledger.close()
