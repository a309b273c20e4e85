"""What a report's narrative says: facts, stages, fraud type, and how like others it is told."""

from suyuan.reading.facts import NarrativeFact, NarrativeReading, StageMention
from suyuan.reading.narrative import read_text
from suyuan.reading.ranking import ranking
from suyuan.reading.reports import Readings, read_reports, wording_pairs
from suyuan.reading.step import READING

__all__ = [
    "READING",
    "NarrativeFact",
    "NarrativeReading",
    "Readings",
    "StageMention",
    "ranking",
    "read_reports",
    "read_text",
    "wording_pairs",
]
