"""A stored row down to the line of its file, read again and hashed again."""

from typing import Annotated, Any

import pyarrow.compute as pc
from fastapi import APIRouter, Path, Query

from suyuan.face.evidence_rows import place
from suyuan.face.web.desk import stored_row_of
from suyuan.face.web.original import read_original
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.visit import Here, Visit
from suyuan.face.web.words import Json, subject, text
from suyuan.model.records import RECORDS

router = APIRouter(tags=["rows"])


@router.get("/cases/{case_id}/rows/{table}/{row_id}")
@rule(Act.read)
def stored_row(
    here: Here,
    table: Annotated[str, Path(max_length=40)],
    row_id: Annotated[str, Path(pattern=r"^[0-9a-f]{16}:\d{1,12}$")],
    around: Annotated[int, Query(ge=0, le=20)] = 3,
) -> dict[str, Any]:
    """A stored row, the lines of its file around it, and whether the file is what it was."""
    if table not in RECORDS:
        raise ProblemDetails(404)
    record, display = RECORDS[table], here.display
    with here.desk.source() as source:
        row = stored_row_of(source, table, row_id)
        if row is None:
            raise ProblemDetails(404)
        read_as = source.table("quality_summary")
        own = read_as.filter(pc.equal(read_as["file"], row["file"]))["profile"].to_pylist()
    original = read_original(
        here.desk.case.path, row, table, around, display, (own or [""])[0] or ""
    )
    return {
        "table": table,
        "table_zh": record.zh,
        "place": place(row, display),
        "sha256": row["sha256"],
        "sha256_now": original.sha256,
        "unchanged": original.sha256 == row["sha256"],
        "fields": [
            {
                "name": column.name,
                "meaning": column.meaning,
                "value": here.desk.moment(row[column.name])
                if column.type.value == "time"
                else _fen(row[column.name])
                if column.type.value == "money"
                else display.cell(record, row, column.name),
                **_link(here, column.kind, row[column.name]),
            }
            for column in record
            if row.get(column.name) is not None
        ],
        "header": original.header,
        "lines": [
            {"line": line.number, "cells": line.cells, "wanted": line.is_target}
            for line in original.lines
        ],
        "note": text(original.note) if original.note else None,
    }


def _fen(value: int | None) -> str:
    return "" if value is None else f"{value / 100:,.2f}"


def _link(here: Visit, kind: str | None, value: object) -> Json:
    """The reference of what a cell names, so that a click can select it."""
    if kind is None or not isinstance(value, str) or not value:
        return {}
    whole = value if kind == "subject" else f"{kind}:{value}"
    return {"subject": subject(here.desk, here.display, whole)}
