"""Boards of the workbench as pictures of the dossier."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from suyuan.face.display import Display, clean
from suyuan.face.drawings.board import BoardPlan, Shift, board_drawing
from suyuan.face.drawings.chain import Drawing, Folds
from suyuan.face.references import References
from suyuan.face.rings import RingView
from suyuan.face.source import ResultTables
from suyuan.face.wording import many
from suyuan.model.errors import InputError
from suyuan.model.text import Text
from suyuan.privacy.keys import case_key


@dataclass(frozen=True, slots=True)
class KeptBoard:
    """A board as the workbench keeps it: every subject a reference, made with the case's key."""

    name: str
    by: str
    at: datetime
    version: int
    ring: str
    generation: str
    fold: tuple[str, ...]
    unfold: tuple[str, ...]
    cut: tuple[str, ...]
    choices: tuple[str, ...]
    places: Mapping[str, Shift]


def read_boards(path: Path) -> list[KeptBoard]:
    """The boards that the workbench wrote for a dossier; :class:`InputError` where it is none."""
    try:
        return [_board(row) for row in json.loads(path.read_text("utf-8"))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            Text("This is not a file of boards.", "该文件不是图板文件。"), value=path
        ) from error


def _board(row: Mapping[str, Any]) -> KeptBoard:
    at = datetime.fromisoformat(row["at"])
    lists = (tuple(map(str, row[name])) for name in ("fold", "unfold", "cut", "chosen"))
    fold, unfold, cut, choices = lists
    return KeptBoard(
        clean(str(row["name"])),
        clean(str(row["by"])),
        (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None),
        int(row["version"]),
        str(row["ring"]),
        str(row["generation"]),
        fold,
        unfold,
        cut,
        choices,
        {str(name): (float(x), float(y)) for name, (x, y) in row["places"].items()},
    )


def board_drawings(
    boards: Sequence[KeptBoard],
    ring_views: Sequence[RingView],
    source: ResultTables,
    display: Display,
) -> Iterator[tuple[Drawing, Text, Text]]:
    """Picture, title and caption of each board; :class:`InputError` where its ring is gone."""
    if not boards:
        return
    references = References(case_key(source.results.layout))
    references.meet(
        stand.subject for ring in ring_views for own in ring.by_role.values() for stand in own
    )
    references.meet(f"ring:{ring.id}" for ring in ring_views)
    flow_graph, by_id = source.flow_graph(), {ring.id: ring for ring in ring_views}
    for board in boards:
        ring = by_id.get(board.ring) if board.ring else next(iter(ring_views), None)
        if ring is None:
            raise _missing_ring(board)
        plan = BoardPlan(
            Folds(_subjects(references, board.fold), _subjects(references, board.unfold)),
            {references.subject(name) or name: by for name, by in board.places.items()},
            _subjects(references, board.choices),
            _subjects(references, board.cut),
        )
        drawing = board_drawing(ring, flow_graph, display, plan)
        caption = _caption(board, ring.id, drawing, display.minute(board.at))
        if not source.results.generation().startswith(board.generation):
            caption.append(_RESULTS_CHANGED)
        yield drawing, _TITLE.format(name=board.name), _join(caption)


def _subjects(references: References, names: Iterable[str]) -> frozenset[str]:
    return frozenset(subject for name in names if (subject := references.subject(name)))


def _missing_ring(board: KeptBoard) -> InputError:
    return InputError(
        Text("The ring of a board is not in these results.", "图板所绘团伙不在当前结果中。"),
        value=board.name,
        hint=Text("Open the board, check it and save it again.", "请打开图板核对后重新保存。"),
    )


def _caption(board: KeptBoard, ring: str, drawing: Drawing, at: str) -> list[Text]:
    """Whose picture it is, what in it a person did, and how many are not drawn one by one."""
    kinds = [box.kind.split() for box in drawing.boxes]
    shifts, choices = len(board.places), sum("chosen" in kind for kind in kinds)
    cut = sum("cut" in kind for kind in kinds)
    parts = [
        Text(
            f"Board “{board.name}”: ring {ring} as {board.by} arranged it on {at} "
            f"(version {board.version})",
            f"图板“{board.name}”：团伙{ring}，由{board.by}于{at}排布（第{board.version}版）",
        ),
        Text(f"{many(shifts, 'box', 'boxes')} moved by hand", f"手动移动{shifts}个"),
        Text(f"{choices} chosen (thick frame)", f"选中{choices}个（粗框）"),
    ]
    if cut:
        parts.append(Text(f"{cut} cut on trial (struck through)", f"假设切断{cut}个（删除线）"))
    if drawing.hidden:
        rest = drawing.hidden
        parts.append(Text(f"{rest} not drawn one by one", f"另有{rest}个未逐一画出"))
    return parts


def _join(parts: list[Text]) -> Text:
    en, zh = "; ".join(part.en for part in parts), "；".join(part.zh for part in parts)
    return Text(f"{en}.", f"{zh}。")


_RESULTS_CHANGED = Text(
    "RESULTS HAVE CHANGED SINCE IT WAS SAVED; drawn from the current ones",
    "保存后结果已变化，按当前结果绘制",
)
_TITLE = Text("Board: {name}", "图板：{name}")
