"""An office opened on its ledger: a SQLite file in a folder, or a PostgreSQL database."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from suyuan.casework import attempts, drafting, projections, sealing, tokens
from suyuan.casework.compiled import Procedure, load_procedures
from suyuan.casework.law import Law
from suyuan.casework.office import Office
from suyuan.rulebook import load_rules
from suyuan.rulebook.calendars import load_calendars
from suyuan.store.ledger import EventLedger, SqliteLedger

FILE: Final = "office.db"
KEY: Final = ".office-key"
SCHEMA: Final = (
    projections.SCHEMA + drafting.SCHEMA + sealing.SCHEMA + attempts.SCHEMA + tokens.SCHEMA
)


def open_office(
    folder: Path, address: str | None = None, procedures: Mapping[str, Procedure] | None = None
) -> Office:
    """The office of `folder`, made where there is none; with `address` its ledger is PostgreSQL.

    The key that seals personal fields stays in the folder and is never in the database.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ledger: EventLedger
    if address is None:
        ledger = SqliteLedger(folder / FILE, SCHEMA)
    else:
        from suyuan.store.ledger.postgres import PostgresLedger  # noqa: PLC0415  # an extra

        ledger = PostgresLedger(address, SCHEMA)
    sealer = sealing.master_key(folder / KEY)
    law = Law(load_rules(), load_calendars(folder / "calendars"))
    return Office(ledger, procedures or load_procedures(), law, sealer)
