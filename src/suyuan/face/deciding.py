"""Decisions as new rows of ``CASE/decisions.csv``."""

import csv
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from suyuan.model.errors import InputError
from suyuan.model.records import DECISIONS
from suyuan.model.roles import ROLES
from suyuan.model.subjects import parse
from suyuan.model.text import Text
from suyuan.store.decisions import TAKEN_BACK


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said: of one subject, of several reports, or of an earlier decision."""

    kind: str
    what: tuple[str, ...]
    role: str | None
    by: str
    reason: str


def decide(case: Path, decision: Decision) -> str:
    """Append the decision; its id. Raises :class:`InputError` where it makes no sense."""
    path = case / "decisions.csv"
    row = _row(decision)
    known = path.exists()
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, DECISIONS.names)
            if not known:
                writer.writeheader()
            writer.writerow(row)
    except OSError as error:
        raise InputError(
            Text("The decision cannot be written.", "无法写入决定。"),
            value=path,
            hint=Text("The case folder must be writable.", "案件文件夹须可写。"),
        ) from error
    return row["decision_id"]


def _row(decision: Decision) -> dict[str, str]:
    row = {
        "decision_id": uuid.uuid4().hex[:12],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "by": decision.by,
        "kind": decision.kind,
        "role": _role(decision.role),
        "reason": decision.reason,
    }
    if decision.kind == "undo":
        return row | {"kind": "reject", "subject": TAKEN_BACK + _one(decision)}
    if decision.kind in {"merge", "split"}:
        return row | {"report_ids": ";".join(_several(decision))}
    return row | {"subject": str(parse(_one(decision)))}


def _role(name: str | None) -> str:
    if name and name not in ROLES:
        raise InputError(
            Text("There is no such role.", "没有这个角色。"),
            value=name,
            hint=Text(f"One of: {', '.join(ROLES)}.", f"可用:{'、'.join(ROLES)}。"),
        )
    return name or ""


def _one(decision: Decision) -> str:
    if len(decision.what) != 1:
        raise InputError(
            Text("This decision is about one thing.", "该决定只针对一个对象。"),
            value=" ".join(decision.what),
        )
    return decision.what[0]


def _several(decision: Decision) -> tuple[str, ...]:
    if len(set(decision.what)) < 2:
        raise InputError(
            Text("Merging and splitting take two reports or more.", "合并或拆分需要至少两起报案。"),
            value=" ".join(decision.what),
        )
    return decision.what
