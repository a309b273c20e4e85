"""The shared record: what one institution wrote for another, opened for one purpose and logged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from suyuan.casework.office import ActForm, Office, ReadTransaction
from suyuan.casework.sealing import is_sealed
from suyuan.model.errors import InputError
from suyuan.model.text import Text

#: The act by which a procedure lets somebody look into its sealed fields.
VIEW = "view_record"


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """What stands in a record: which field, by which act, when. `text` is None once erased."""

    field: str
    act: str
    at: datetime
    text: str | None


def shared_record(
    office: Office, matter: str, person: str, purpose: str, fields: Sequence[str], now: datetime
) -> list[RecordEntry]:
    """The sealed `fields` of a matter, opened; that `person` looked is an event the patient sees.

    Raises :class:`RefusedError` where the procedure does not let this person look: no post, no
    consent, or nothing shared yet.
    """
    office.act(ActForm(matter, VIEW, {"purpose": purpose}), person, now)
    sealer, reading = office.registry.sealer, ReadTransaction(office.ledger)
    if sealer is None:
        raise InputError(
            Text("This office has no key to open what is sealed.", "本机构没有解密密钥。"),
            value=matter,
        )
    return [
        RecordEntry(name, event.kind, event.at, sealer.read(reading, event.body[name]))
        for event in office.state(matter, now).events
        for name in fields
        if is_sealed(event.body.get(name))
    ]


@dataclass(frozen=True, slots=True)
class RecordView:
    """Somebody looked into the record."""

    at: datetime
    person: str
    purpose: str


def record_views(office: Office, matter: str, now: datetime) -> list[RecordView]:
    """Who looked into a matter's record, when and what for; for the patient to see."""
    return [
        RecordView(event.at, event.actor, str(event.body["purpose"]))
        for event in office.state(matter, now).events
        if event.kind == VIEW
    ]
