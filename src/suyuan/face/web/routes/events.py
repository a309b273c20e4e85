"""Time, cells and rows in one selection and one filter; JSON for pages, Arrow for bulk."""

import io
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import JSONResponse

from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.timeline import BINS, KINDS, EventColumns, timeline
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, subject
from suyuan.model.records import RECORDS

router = APIRouter(tags=["events"])
ARROW = "application/vnd.apache.arrow.stream"
MOST_JSON, MOST_ARROW, CELLS = 500, 50_000, 12
Moment = Annotated[str, Query(max_length=32)]


@router.get("/cases/{case_id}/events")
@rule(Act.read)
def events(
    here: Here,
    request: Request,
    kind: Annotated[list[Literal[KINDS]], Query(max_length=8)] = [],  # type: ignore[valid-type]  # noqa: B006
    sel: Annotated[list[str], Query(max_length=50)] = [],  # noqa: B006
    since: Moment = "",
    until: Moment = "",
    sort: Literal["time", "amount"] = "time",
    offset: Annotated[int, Query(ge=0, le=100_000_000)] = 0,
    limit: Annotated[int, Query(ge=0, le=MOST_ARROW)] = 100,
) -> Any:
    """Rows of a filter from `offset`, with counts by time, kind and cell over all that fit."""
    known = timeline_of(here)
    subjects = frozenset(one for ref in sel if (one := here.desk.references.subject(ref)))
    whole = known.view(frozenset(kind), subjects, sort)
    chosen, brushed = whole, bool(since or until)
    if brushed:
        start, end = _micros(here, since, 0), _micros(here, until, 2**62)
        chosen = known.within(whole, start, end, sort)
    page = chosen[offset : offset + limit]
    if ARROW in request.headers.get("accept", ""):
        return Response(_arrow(here, known, page), media_type=ARROW)
    if limit > MOST_JSON:
        raise ProblemDetails(
            422, errors=[{"where": ["limit"], "what": f"over {MOST_JSON} for JSON"}]
        )
    counts = known.count(chosen) if brushed else known.counts_of(frozenset(kind), subjects)
    bins, before = known.lanes_of(frozenset(kind), subjects)
    answer = {
        "total": len(chosen),
        "of": len(known.at),
        "offset": offset,
        "items": [_row(here, known, int(place)) for place in page],
        "kinds": [
            {"id": name, "zh": RECORDS[name].zh, "count": count}
            for name, count in zip(KINDS, counts.by_kind, strict=True)
        ],
        "span": [_at(here, one) for one in known.extent()],
        "bins": bins,
        "before": before,
        "bin_count": BINS,
        "cells": [
            {"cell": here.shown.words(name), "count": count}
            for name, count in known.busiest_cells(counts, CELLS)
        ],
        "cells_total": int(np.count_nonzero(counts.cells)),
    }
    return JSONResponse(answer)  # as it is: to look through each cell for its type took half


def timeline_of(here: Visit) -> EventColumns:
    """The case's events as columns, made once for each generation of the results."""
    kept: EventColumns = here.desk.kept("timeline", lambda: _fresh(here))
    return kept


def _fresh(here: Visit) -> EventColumns:
    with here.desk.source() as source:
        fresh = timeline(source)
    here.desk.references.meet(fresh.subjects)
    return fresh


def _at(here: Visit, micros: int) -> str:
    return here.desk.moment(datetime.fromtimestamp(micros / 1e6, UTC))


def _micros(here: Visit, written: str, otherwise: int) -> int:
    """An ISO moment (in the case's zone where it has none) as µs UTC."""
    if not written:
        return otherwise
    try:
        moment = datetime.fromisoformat(written)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(here.desk.case.zone))
        return int(aware.timestamp() * 1_000_000)
    except (ValueError, OverflowError) as error:
        raise ProblemDetails(
            422, errors=[{"where": ["since", "until"], "what": "no time"}]
        ) from error


def _row(here: Visit, known: EventColumns, place: int) -> Json:
    def end(code: int) -> Json | None:
        return subject(here.desk, here.shown, known.subjects[code]) if code >= 0 else None

    cell = int(known.cell[place])
    return {
        "at": _at(here, int(known.at[place])),
        "kind": KINDS[int(known.kind[place])],
        "from": end(int(known.origin[place])),
        "to": end(int(known.target[place])),
        "amount": f"{int(known.fen[place]) / 100:.2f}" if known.fen[place] else None,
        "cell": here.shown.words(known.cells[cell]) if cell >= 0 else "",
        "row_id": known.row_id(place),
    }


def _arrow(here: Visit, known: EventColumns, page: np.ndarray[Any, Any]) -> bytes:
    """The same masked columns as a stream; each distinct subject is masked once."""
    shown: dict[int, str] = {}

    def end(code: int) -> str | None:
        if code < 0:
            return None
        if code not in shown:
            shown[code] = here.shown.masking.subject(known.subjects[code])
        return shown[code]

    table = pa.table(
        {
            "at": pa.array(known.at[page], pa.timestamp("us", tz="UTC")),
            "kind": pa.array([KINDS[one] for one in known.kind[page]]),
            "from": pa.array([end(int(one)) for one in known.origin[page]], pa.string()),
            "to": pa.array([end(int(one)) for one in known.target[page]], pa.string()),
            "fen": pa.array(known.fen[page]),
            "row_id": pa.array([known.row_id(int(one)) for one in page], pa.string()),
        }
    )
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()
