"""What a report's narrative says: facts, stages, fraud type, and how like others it is told."""

from suyuan.reading.facts import Fact, Reading, StageMention
from suyuan.reading.narrative import read_text

__all__ = ["Fact", "Reading", "StageMention", "read_text"]
