"""Who did what, in the ledger, before the answer is sent; what cannot be recorded is not done."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from suyuan.face.web.problems import ProblemDetails
from suyuan.model.errors import SuyuanError
from suyuan.store.ledger import Draft, Event, SqliteLedger, Verdict, verify

#: The chain of what is of no case: sign-ins, people, posts.
HOUSE = "workbench"


def chain_of(case_id: str) -> str:
    return f"workbench:{case_id}" if case_id else HOUSE


class Audit:
    """The seam to the ledger. Bodies hold references and words, never identifiers."""

    def __init__(self, path: Path) -> None:
        self.ledger = SqliteLedger(path)

    def record(
        self, kind: str, actor: str, *, case_id: str = "", subject: str = "", **detail: Any
    ) -> Event:
        """Append one event. Raises :class:`ProblemDetails` 503 where the ledger takes none."""
        now = datetime.now(UTC).replace(tzinfo=None)
        draft = Draft(chain_of(case_id), kind, actor, now, now, subject, _plain(detail))
        try:
            return self.ledger.append(draft)[0]
        except (SuyuanError, OSError) as error:
            raise ProblemDetails(503) from error

    def events(self, case_id: str | None, after: int, limit: int) -> tuple[list[Event], int]:
        """The newest `limit` behind a sequence (newest first), and how many there are."""
        chain = None if case_id is None else chain_of(case_id)
        events = list(self.ledger.events(chain, after))
        return events[::-1][:limit], len(events)

    def verdict(self) -> Verdict:
        return verify(self.ledger)

    def close(self) -> None:
        self.ledger.close()


def _plain(detail: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is empty; the ledger takes no floats."""
    return {name: value for name, value in detail.items() if value not in (None, "", [])}
