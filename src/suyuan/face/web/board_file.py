"""Boards as the child that binds a dossier reads them: references and shifts, no subject."""

import json
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from suyuan.face.rings import RingView, rings
from suyuan.face.web import item_versions
from suyuan.face.web.problems import ProblemDetails
from suyuan.face.web.visit import Visit
from suyuan.face.web.words import Json
from suyuan.model.text import Text
from suyuan.store.drafts import write_text

FILE = "boards_of_dossier.json"
RING_GONE = Text(
    "The ring of the board “{name}” is not in these results. Open it, check it and save it again.",
    "图板“{name}”所绘团伙不在当前结果中，请打开核对后重新保存。",
)


def write_boards(here: Visit, ids: Sequence[str]) -> Path:
    """Write these boards beside the results; 404 for none, 409 where a board's ring is gone."""
    newest = item_versions.newest_things(here.site.state, here.desk.id, "board")
    if any(id_ not in newest for id_ in ids):
        raise ProblemDetails(404)
    with here.desk.source() as source:
        ring_views: list[RingView] = here.desk.cache("rings", lambda: rings(source))
    boards = [_board(newest[id_]) for id_ in ids]
    ring_ids = {ring.id for ring in ring_views}
    for board in boards:
        if not ring_ids or (board["ring"] and board["ring"] not in ring_ids):
            raise ProblemDetails(409, RING_GONE.format(name=board["name"]))
    folder = here.desk.results.layout.workbench
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / FILE
    write_text(path, json.dumps(boards, ensure_ascii=False), 0o600)
    return path


def _board(version: Json) -> Json:
    query = parse_qs(urlsplit(version.get("address", "")).query)
    lists = {name: query.get(name, [""])[0] for name in ("fold", "unfold", "cut", "sel")}
    fold, unfold, cut, choices = (
        [reference for reference in text.split(",") if reference] for text in lists.values()
    )
    return {
        "name": version["note"] or version["id"],
        "by": version["by"],
        "at": version["at"],
        "version": version["version"],
        "ring": query.get("ring", [""])[0],
        "generation": version["state"],
        "fold": fold,
        "unfold": unfold,
        "cut": cut,
        "chosen": choices,
        "places": version.get("places", {}),
    }
