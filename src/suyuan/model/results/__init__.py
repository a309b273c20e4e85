"""The result tables: what comes out (the output contract; names are frozen)."""

from suyuan.model.columns import Table
from suyuan.model.results.findings import AT_RISK, COMPLIANCE, EVIDENCE, FINDINGS, SIGNALS
from suyuan.model.results.money import (
    EXIT_RANGES,
    EXITS,
    FREEZE_LIST,
    STATEMENTS_WANTED,
    TRACE_DOUBTS,
    TRACES,
)
from suyuan.model.results.overview import FRAUD_RANKING, LIMITS, QUALITY, QUALITY_SUMMARY, REPLAY
from suyuan.model.results.rings import (
    CHAIN,
    CUTS,
    HUBS,
    NAMED_NUMBERS,
    RING_ACTIVITY,
    RING_LAUNDERING,
    RINGS,
    SERIES,
)

#: Tables that a command of its own leaves beside the results.
BESIDE: dict[str, Table] = {table.name: table for table in (REPLAY,)}

RESULTS: dict[str, Table] = {
    table.name: table
    for table in (
        FINDINGS,
        EVIDENCE,
        SIGNALS,
        SERIES,
        CHAIN,
        RINGS,
        RING_LAUNDERING,
        TRACES,
        EXITS,
        AT_RISK,
        COMPLIANCE,
        QUALITY,
        QUALITY_SUMMARY,
        HUBS,
        NAMED_NUMBERS,
        LIMITS,
        FRAUD_RANKING,
        FREEZE_LIST,
        STATEMENTS_WANTED,
        EXIT_RANGES,
        TRACE_DOUBTS,
        CUTS,
        RING_ACTIVITY,
    )
}

__all__ = [
    "AT_RISK",
    "BESIDE",
    "CHAIN",
    "COMPLIANCE",
    "CUTS",
    "EVIDENCE",
    "EXITS",
    "EXIT_RANGES",
    "FINDINGS",
    "FRAUD_RANKING",
    "FREEZE_LIST",
    "HUBS",
    "LIMITS",
    "NAMED_NUMBERS",
    "QUALITY",
    "QUALITY_SUMMARY",
    "REPLAY",
    "RESULTS",
    "RINGS",
    "RING_ACTIVITY",
    "RING_LAUNDERING",
    "SERIES",
    "SIGNALS",
    "STATEMENTS_WANTED",
    "TRACES",
    "TRACE_DOUBTS",
]
