"""Seeing in full asks for a purpose, and leaves an event in the ledger of the output folder."""

import socket
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime

from suyuan.privacy.keys import case_key
from suyuan.privacy.masking import Masking
from suyuan.store.layout import Layout
from suyuan.store.ledger import Draft, SqliteLedger, TreeHead
from suyuan.store.user import user_name

#: The chain of those who saw full identifiers, and why.
CHAIN, KIND = "log:unmasked", "unmasked"


def masking(
    layout: Layout, purpose: str | None, command: str, subjects: Iterable[str] = ()
) -> Masking:
    """Masked without a `purpose`; with one, in full, and an event in the ledger.

    The event says who, where, by which `command`, about which `subjects` (all, where none is named)
    and why; it is on the disk before anything is shown. Raises :class:`InputError` where it cannot
    be written: then nothing is shown.
    """
    key = case_key(layout)
    if not purpose:
        return Masking(key=key)
    now = datetime.now(UTC).replace(tzinfo=None)
    body = {
        "machine": socket.gethostname(),
        "command": command,
        "subjects": sorted(set(subjects)),
        "purpose": purpose,
    }
    draft = Draft(CHAIN, KIND, f"person:{user_name()}", now, now, subject="", body=body)
    with closing(SqliteLedger(layout.ledger)) as ledger:
        ledger.append(draft)
    return Masking(full=True, key=key)


def sealed_head(layout: Layout) -> str | None:
    """A head over all that the ledger holds now, to be given away; None where there is none."""
    if not layout.ledger.is_file():
        return None
    with closing(SqliteLedger(layout.ledger)) as ledger:
        head: TreeHead = ledger.seal(datetime.now(UTC).replace(tzinfo=None))
    return str(head)
