"""Runs and dossiers started from the screen, and what changes told as it happens."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, StreamingResponse
from pydantic import BaseModel, Field

from suyuan.face.web.board_file import write_boards
from suyuan.face.web.jobs import IDLE
from suyuan.face.web.permissions import Act, rule
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.sessions import COOKIE
from suyuan.face.web.visit import Here, Visit

router = APIRouter(tags=["runs"])
TICK, HEARTBEAT = 0.5, 15.0
_NAMES = re.compile(r"(?:dossier\.(?:html|docx|pdf)|manifest\.json)")
KINDS = ("run", "dossier", "check")


class DossierWish(BaseModel):
    """The form of a dossier, of all rings or of one."""

    format: Literal["html", "docx", "pdf"] = "html"
    language: Literal["en", "zh"] = "zh"
    ring: Annotated[str, Field(max_length=40, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    boards: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=20)] = []


@router.get("/cases/{case_id}/runs")
@rule(Act.read)
def last_run(here: Here) -> dict[str, Any]:
    """The run under way, or the last one: its steps with rows and seconds, and how it ended."""
    job = here.site.jobs.of(here.desk.id, "run")
    return job.status() if job else IDLE


@router.post("/cases/{case_id}/runs", status_code=202)
@rule(Act.decide, "run.asked")
def run(here: Here) -> dict[str, str]:
    """Investigate again with the decisions made since; results are replaced when it is whole."""
    layout = here.desk.results.layout
    here.site.jobs.start(
        here.desk.id,
        "run",
        here.session.person,
        ["investigate", str(here.desk.case.path), str(layout.out)],
    )
    return {"state": "running"}


@router.delete("/cases/{case_id}/runs", status_code=202)
@rule(Act.decide, "run.stop_asked")
def stop(here: Here) -> dict[str, str]:
    """Stop the run; the results that stand stay."""
    job = here.site.jobs.of(here.desk.id, "run")
    if job is None or job.state != "running":
        raise ProblemDetails(409)
    job.stop()
    return {"state": "stopping"}


@router.post("/cases/{case_id}/dossiers", status_code=202)
@rule(Act.read, "dossier.asked")
def dossier(here: Here, form: DossierWish) -> dict[str, str]:
    """Bind a dossier, masked, with its manifest; `boards` are printed as they were arranged."""
    layout = here.desk.results.layout
    boards = str(write_boards(here, form.boards)) if form.boards else ""
    wish = json.dumps({**form.model_dump(), "boards": boards})
    command = ["dossier", str(here.desk.case.path), str(layout.out), wish]
    here.site.jobs.start(here.desk.id, "dossier", here.session.person, command)
    return {"state": "running"}


@router.get("/cases/{case_id}/dossiers")
@rule(Act.read)
def dossiers(here: Here) -> dict[str, Any]:
    """What was bound last, and whether something is being bound."""
    folder, job = (
        here.desk.results.layout.out / "dossier",
        here.site.jobs.of(here.desk.id, "dossier"),
    )
    paths = sorted(folder.iterdir()) if folder.is_dir() else []
    return {
        "state": here.site.jobs.state(here.desk.id, "dossier"),
        "error": job.error if job else None,
        "items": [
            {"name": path.name, "bytes": path.stat().st_size}
            for path in paths
            if _NAMES.fullmatch(path.name)
        ],
    }


@router.get("/cases/{case_id}/dossiers/{name}")
@rule(Act.read, "dossier.taken")
def dossier_file(here: Here, name: str) -> FileResponse:
    """One file of the dossier, as a download."""
    path: Path = here.desk.results.layout.out / "dossier" / name
    if not _NAMES.fullmatch(name) or not path.is_file():
        raise ProblemDetails(404)
    return FileResponse(path, media_type="application/octet-stream", filename=name)


@router.get("/cases/{case_id}/changes")
@rule(Act.read)
async def changes(here: Here, request: Request) -> StreamingResponse:
    """Server-sent events: ``changed`` when an answer might differ, ``progress`` of a run."""
    cookie = request.cookies.get(COOKIE)

    async def sentence() -> AsyncIterator[str]:
        last, step, quiet, number = "", "", 0.0, 0
        while not await request.is_disconnected():
            if here.site.sessions.of(cookie, by_hand=False) is None:
                yield "event: signed_out\ndata: {}\n\n"
                return
            now, at = await asyncio.to_thread(lambda: (_stamp(here), _steps(here)))
            if at != step:
                step, number, quiet = at, number + 1, 0.0
                yield f"id: {number}\nevent: progress\ndata: {at}\n\n"
            if now != last:
                last, number, quiet = now, number + 1, 0.0
                yield f"id: {number}\nevent: changed\ndata: {_states(here)}\n\n"
            elif quiet > HEARTBEAT:
                quiet = 0.0
                yield ": still here\n\n"
            await asyncio.sleep(TICK)
            quiet += TICK

    return StreamingResponse(sentence(), media_type="text/event-stream")


def _states(here: Visit) -> str:
    return json.dumps({kind: here.site.jobs.state(here.desk.id, kind) for kind in KINDS})


def _steps(here: Visit) -> str:
    """The run's steps; empty where none was started, the same text while nothing moves."""
    job = here.site.jobs.of(here.desk.id, "run")
    if job is None:
        return ""
    return json.dumps({**job.status(), "seconds": 0}, ensure_ascii=False)


def _stamp(here: Visit) -> str:
    """Something that differs whenever an answer might."""
    rows = here.site.state.rows
    things = rows("SELECT count(*) FROM thing WHERE case_id = ?", (here.desk.id,))
    clock = here.site.sessions.clock()
    grants = rows(
        "SELECT id, state, until > ? FROM grant_ WHERE case_id = ? ORDER BY id",
        (clock, here.desk.id),
    )
    path = here.desk.case.path / "decisions.csv"
    decision_time = path.stat().st_mtime_ns if path.exists() else 0
    return repr((things, grants, decision_time, _states(here), here.desk.generation()))
