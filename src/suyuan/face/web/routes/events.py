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
    columns = timeline_of(here)
    subjects = frozenset(name for ref in sel if (name := here.desk.references.subject(ref)))
    whole = columns.view(frozenset(kind), subjects, sort)
    selection, has_window = whole, bool(since or until)
    if has_window:
        start, end = _micros(here, since, 0), _micros(here, until, 2**62)
        selection = columns.within(whole, start, end, sort)
    page = selection[offset : offset + limit]
    if ARROW in request.headers.get("accept", ""):
        return Response(_arrow(here, columns, page), media_type=ARROW)
    if limit > MOST_JSON:
        raise ProblemDetails(
            422, errors=[{"where": ["limit"], "what": f"over {MOST_JSON} for JSON"}]
        )
    counts = (
        columns.count(selection) if has_window else columns.counts_of(frozenset(kind), subjects)
    )
    bins, before = columns.lanes_of(frozenset(kind), subjects)
    answer = {
        "total": len(selection),
        "of": len(columns.at),
        "offset": offset,
        "items": [_row(here, columns, int(place)) for place in page],
        "kinds": [
            {"id": name, "zh": RECORDS[name].zh, "count": count}
            for name, count in zip(KINDS, counts.by_kind, strict=True)
        ],
        "span": [_at(here, micros) for micros in columns.extent()],
        "bins": bins,
        "before": before,
        "bin_count": BINS,
        "cells": [
            {"cell": here.display.words(name), "count": count}
            for name, count in columns.busiest_cells(counts, CELLS)
        ],
        "cells_total": int(np.count_nonzero(counts.cells)),
    }
    return JSONResponse(answer)  # as it is: to look through each cell for its type took half


def timeline_of(here: Visit) -> EventColumns:
    """The case's events as columns, made once for each generation of the results."""
    columns: EventColumns = here.desk.cache("timeline", lambda: _fresh(here))
    return columns


def _fresh(here: Visit) -> EventColumns:
    with here.desk.source() as source:
        fresh = timeline(source)
    here.desk.references.meet(fresh.subjects)
    return fresh


def _at(here: Visit, micros: int) -> str:
    return here.desk.moment(datetime.fromtimestamp(micros / 1e6, UTC))


def _micros(here: Visit, text: str, otherwise: int) -> int:
    """An ISO moment (in the case's zone where it has none) as µs UTC."""
    if not text:
        return otherwise
    try:
        moment = datetime.fromisoformat(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(here.desk.case.zone))
        return int(aware.timestamp() * 1_000_000)
    except (ValueError, OverflowError) as error:
        raise ProblemDetails(
            422, errors=[{"where": ["since", "until"], "what": "no time"}]
        ) from error


def _row(here: Visit, columns: EventColumns, place: int) -> Json:
    def end(code: int) -> Json | None:
        return subject(here.desk, here.display, columns.subjects[code]) if code >= 0 else None

    cell = int(columns.cell[place])
    return {
        "at": _at(here, int(columns.at[place])),
        "kind": KINDS[int(columns.kind[place])],
        "from": end(int(columns.origin[place])),
        "to": end(int(columns.target[place])),
        "amount": f"{int(columns.fen[place]) / 100:.2f}" if columns.fen[place] else None,
        "cell": here.display.words(columns.cells[cell]) if cell >= 0 else "",
        "row_id": columns.row_id(place),
    }


def _arrow(here: Visit, columns: EventColumns, page: np.ndarray[Any, Any]) -> bytes:
    """The same masked columns as a stream; each distinct subject is masked once."""
    labels: dict[int, str] = {}

    def end(code: int) -> str | None:
        if code < 0:
            return None
        if code not in labels:
            labels[code] = here.display.masking.subject(columns.subjects[code])
        return labels[code]

    table = pa.table(
        {
            "at": pa.array(columns.at[page], pa.timestamp("us", tz="UTC")),
            "kind": pa.array([KINDS[kind] for kind in columns.kind[page]]),
            "from": pa.array([end(int(origin)) for origin in columns.origin[page]], pa.string()),
            "to": pa.array([end(int(target)) for target in columns.target[page]], pa.string()),
            "fen": pa.array(columns.fen[page]),
            "row_id": pa.array([columns.row_id(int(place)) for place in page], pa.string()),
        }
    )
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    return sink.getvalue()
