from collections.abc import Iterator
from pathlib import Path

import pytest

from suyuan.store.ledger import EventLedger, SqliteLedger


@pytest.fixture(params=["sqlite", "postgres"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[EventLedger]:
    """Each database in turn: a test that takes it runs once on each."""
    if request.param == "postgres":
        address = request.getfixturevalue("postgres_schema")
        from suyuan.store.ledger.postgres import PostgresLedger

        opened = PostgresLedger(address)
    else:
        opened = SqliteLedger(tmp_path / "ledger.db")
    yield opened
    opened.close()
