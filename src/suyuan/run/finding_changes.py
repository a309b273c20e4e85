"""What another run says otherwise: leads over the threshold, and rings, before and after."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

import pyarrow.compute as pc

from suyuan.store.case import Results

Lead = tuple[str, str]


@dataclass(frozen=True, slots=True)
class LeadsAndRings:
    """The leads over their thresholds as role and subject, and each ring with its reports."""

    leads: frozenset[Lead]
    rings: dict[str, int]

    @classmethod
    def of(cls, results: Results) -> Self:
        findings = results["findings"]
        over = findings.filter(pc.field("decided")).select(["role", "subject"])
        leads = frozenset((row["role"], row["subject"]) for row in over.to_pylist())
        rings = results["rings"].select(["ring_id", "reports"]).to_pylist()
        return cls(leads, {row["ring_id"]: row["reports"] for row in rings})

    def new_leads(self, before: Self) -> list[Lead]:
        return sorted(self.leads - before.leads)

    def lost_leads(self, before: Self) -> list[Lead]:
        return sorted(before.leads - self.leads)

    def ring_changes(self, before: Self) -> Iterator[tuple[str, int, int]]:
        """Ring, reports before, reports now: those that are new, gone, or of another size."""
        for ring in sorted(self.rings.keys() | before.rings.keys()):
            was, now = before.rings.get(ring, 0), self.rings.get(ring, 0)
            if was != now:
                yield ring, was, now
