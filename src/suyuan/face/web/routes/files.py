"""Files brought to a case: taken in, read by a child, then taken into the case or sent back."""

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request

from suyuan.face.web.jobs import IDLE
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.uploads import ENDINGS, LARGEST_FILE, IncomingFiles
from suyuan.face.web.visit import Here, Visit
from suyuan.model.records import RECORDS

router = APIRouter(tags=["files"])
Name = Annotated[str, Path(min_length=1, max_length=200)]
Own = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$")]


def _incoming_files(here: Visit) -> IncomingFiles:
    return IncomingFiles(here.desk.results.layout.workbench, here.desk.case.path)


@router.get("/cases/{case_id}/files")
@rule(Act.read)
def files(here: Here) -> dict[str, Any]:
    """What waits to be taken in, what the last reading of it said, and what the case has."""
    job = here.site.jobs.of(here.desk.id, "check")
    with here.desk.source() as source:
        summary = source.table("quality_summary").to_pylist()
    return {
        "waiting": [asdict(slip) for slip in _incoming_files(here).slips()],
        "check": job.status() if job else IDLE,
        "items": [
            {
                "file": here.display.words(row["file"]),
                "table": row["table"],
                "table_zh": RECORDS[row["table"]].zh if row["table"] in RECORDS else None,
                "profile": row["profile"],
                "rows_read": row["rows_read"],
                "rows_kept": row["rows_kept"],
                "quarantined": row["quarantined"],
            }
            for row in summary
        ],
        "total": len(summary),
        "largest": LARGEST_FILE,
        "endings": sorted(ENDINGS),
    }


@router.put("/cases/{case_id}/files/{name}", status_code=201)
@rule(Act.decide, "file.brought")
async def bring(here: Here, name: Name, request: Request) -> dict[str, Any]:
    """Take the bytes in and set them apart; the body is the file itself."""
    slip = await _incoming_files(here).take(name, here.session.person, request.stream())
    here.record("file.waits", name=slip.name, bytes=slip.bytes, sha256=slip.sha256)
    return asdict(slip)


@router.post("/cases/{case_id}/files/{own}/reading", status_code=202)
@rule(Act.decide, "file.read_asked")
def read(here: Here, own: Own) -> dict[str, str]:
    """Have a child read it, as a case of its own, and say what it understood."""
    incoming_files = _incoming_files(here)
    incoming_files.of(own)
    place, out = incoming_files.set_out(own)
    command = ["check", str(place), str(out)]
    here.site.jobs.start(here.desk.id, "check", here.session.person, command)
    return {"state": "running"}


@router.post("/cases/{case_id}/files/{own}/acceptance", status_code=204)
@rule(Act.decide, "file.accept_asked")
def accept(here: Here, own: Own) -> None:
    """Put it among the case's files; the next run reads it."""
    slip = _incoming_files(here).accept(own)
    here.record("file.accepted", name=slip.name, bytes=slip.bytes, sha256=slip.sha256)


@router.delete("/cases/{case_id}/files/{own}", status_code=204)
@rule(Act.decide, "file.drop_asked")
def drop(here: Here, own: Own) -> None:
    """Send it back: nothing of it stays."""
    slip = _incoming_files(here).drop(own)
    here.record("file.dropped", name=slip.name, sha256=slip.sha256)
