"""What becomes of a scorecard's weights when it is fitted."""

from enum import StrEnum


class WeightPolicy(StrEnum):
    """Weights are adjusted, kept, or new; slope, intercept and threshold are fitted anyway."""

    ADJUSTED = "adjusted"
    KEPT = "kept"
    NEW = "new"

    def started_from(self, version: str) -> str:
        """What a fitted card says it comes from."""
        words = {self.KEPT: f"version {version}, whose weights were kept", self.NEW: "nothing"}
        return words.get(self, f"version {version}")
