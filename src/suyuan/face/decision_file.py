"""Decisions as new rows of ``CASE/decisions.csv``."""

import codecs
import csv
import fcntl
import io
import os
import shutil
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow.compute as pc

from suyuan.face.case_decisions import decision_files
from suyuan.ingest.rows_anew import rows_anew
from suyuan.model.errors import InputError
from suyuan.model.records import DECISIONS
from suyuan.model.roles import ROLES
from suyuan.model.subjects import parse
from suyuan.model.system_errors import system_error
from suyuan.model.text import Text
from suyuan.run.decision_log import record_made
from suyuan.store.case import Results
from suyuan.store.decisions import MOST_REPORTS
from suyuan.store.drafts import draft_of
from suyuan.store.last_words import Row, decision_subject, earlier_decision
from suyuan.store.layout import Layout


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person said: of one subject, of several reports, or of an earlier decision."""

    kind: str
    targets: tuple[str, ...]
    role: str | None
    by: str
    reason: str


def decide(case: Path, decision: Decision, layout: Layout) -> str:
    """Append the decision, and its event to the ledger of the results; its id.

    Raises :class:`InputError` where it makes no sense, or where one of the two cannot be written:
    then neither is.
    """
    path = case / "decisions.csv"
    row = _row(decision)
    try:
        with _alone(case):
            if decision.kind == "undo":
                _may_be_undone(_single_target(decision), case)
            before = path.read_bytes() if path.exists() else None
            _append(path, row)
            _record(layout, row, path, before)
    except OSError as error:
        cause = system_error(error)
        raise InputError(
            Text(
                f"The decision cannot be written. {cause.message.en}",
                f"无法写入决定。{cause.message.zh}",
            ),
            value=path,
            hint=Text("The case folder must be writable.", "案件文件夹须可写。"),
        ) from error
    return row["decision_id"]


def _record(layout: Layout, row: dict[str, str], path: Path, before: bytes | None) -> None:
    """The decision's event; without one the file is as it was `before`."""
    try:
        record_made(layout, [row])
    except BaseException:
        if before is None:
            path.unlink()
        else:
            _put(path, before)
        raise


def add_decisions(case: Path, rows: Iterable[dict[str, str]]) -> int:
    """Append decisions that were made elsewhere (an office), each once; how many were new."""
    path = case / "decisions.csv"
    with _alone(case):
        there = _decisions_by_id(path).keys()
        new = [row for row in rows if row["decision_id"] not in there]
        for row in new:
            _append(path, row)
    return len(new)


@contextmanager
def _alone(case: Path) -> Iterator[None]:
    """One writer of decisions at a time: the next waits."""
    handle = os.open(case, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _text(path: Path) -> tuple[str, str]:
    """The file's text and its encoding: UTF-8, or what Chinese spreadsheets write."""
    content = path.read_bytes()
    has_mark = content.startswith(codecs.BOM_UTF8)
    for encoding in ("utf-8-sig" if has_mark else "utf-8", "gb18030"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise InputError(
        Text("The file of decisions cannot be read.", "无法读取决定文件。"),
        value=path,
        hint=Text("Save it as UTF-8.", "请另存为 UTF-8。"),
    )


def unknown_targets(results: Results, decision: Decision) -> list[str]:
    """What the decision names and the last investigation did not: perhaps a slip of the pen."""
    if decision.kind == "undo" or not results.layout.result("series").exists():
        return []
    if decision.kind in {"merge", "split"}:
        names = set(results["series"]["report_id"].to_pylist())
    else:
        findings = results["findings"]
        if decision.role:
            findings = findings.filter(pc.equal(findings["role"], decision.role))
        names = set(findings["subject"].to_pylist())
    return [target for target in decision.targets if target not in names]


def _decisions_by_id(path: Path) -> dict[str, dict[str, str]]:
    """The decisions of the file so far, by id."""
    if not path.exists():
        return {}
    lines = io.StringIO(_text(path)[0], newline="")
    return {row.get("decision_id") or "": row for row in csv.DictReader(lines)}


def _decisions_elsewhere(case: Path) -> dict[str, Row]:
    """The decisions of the case's other files of decisions, by id."""
    labels = [label for label in decision_files(case) if label != "decisions.csv"]
    with TemporaryDirectory(prefix="suyuan-") as work:
        parts = rows_anew(case, labels, "decisions", Path(work)) if labels else ()
        return {row["decision_id"]: row for part in parts for row in part.to_pylist()}


def _may_be_undone(id_: str, case: Path) -> None:
    decisions: Mapping[str, Row] = _decisions_by_id(case / "decisions.csv")
    if id_ not in decisions:
        decisions = _decisions_elsewhere(case)
    if id_ not in decisions:
        raise InputError(
            Text("No such decision.", "没有这个决定。"),
            value=id_,
            hint=Text("Take a decision_id from decisions.csv.", "请用 decisions.csv 中的编号。"),
        )
    if earlier_decision(decisions[id_]) is not None:
        raise InputError(
            Text("This decision itself withdraws another one.", "该决定本身是撤回。"),
            value=id_,
            hint=Text("Make a new decision instead.", "请重新作出决定。"),
        )


def _append(path: Path, row: dict[str, str]) -> None:
    """Add the row under the file's own header, on a line of its own, in its encoding; or nothing.

    The file is put in place whole: a disk that fills up leaves the decisions that were there.
    """
    header, text, encoding = list(DECISIONS.names), "", "utf-8"
    start = ""
    fresh = not path.exists() or not path.stat().st_size
    if not fresh:
        text, encoding = _text(path)
        header = next(csv.reader(text.splitlines()[:1]), header)
        start = "" if text.endswith(("\n", "\r")) else "\n"
        _fits(header, row, path)
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, header, extrasaction="ignore")
    if fresh:
        writer.writeheader()
    writer.writerow(row)
    content = (text + start + lines.getvalue()).encode(encoding)
    _put(path, content)


def _put(path: Path, content: bytes) -> None:
    with draft_of(path) as draft:
        draft.write_bytes(content)
        if path.exists():
            shutil.copymode(path, draft)


def _fits(header: list[str], row: dict[str, str], path: Path) -> None:
    columns = [name for name, value in row.items() if value and name not in header]
    if columns:
        raise InputError(
            Text("The file of decisions lacks columns.", "决定文件缺少列。"),
            value=f"{path}: {', '.join(columns)}",
            hint=Text("Add them to its header.", "请在表头补上这些列。"),
        )


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
        return row | {"kind": "reject", "subject": decision_subject(_single_target(decision))}
    if decision.kind in {"merge", "split"}:
        return row | {"report_ids": ";".join(_several(decision))}
    return row | {"subject": str(parse(_single_target(decision)))}


def _role(name: str | None) -> str:
    if name and name not in ROLES:
        raise InputError(
            Text("No such role.", "没有这个角色。"),
            value=name,
            hint=Text(f"One of: {', '.join(ROLES)}.", f"可用：{'、'.join(ROLES)}。"),
        )
    return name or ""


def _single_target(decision: Decision) -> str:
    if len(decision.targets) != 1:
        raise InputError(
            Text("This kind of decision concerns one subject only.", "该决定只针对一个对象。"),
            value=" ".join(decision.targets),
        )
    return decision.targets[0]


def _several(decision: Decision) -> tuple[str, ...]:
    if len(set(decision.targets)) < 2:
        raise InputError(
            Text("Merging and splitting take two reports or more.", "合并或拆分需要至少两起报案。"),
            value=" ".join(decision.targets),
        )
    if len(set(decision.targets)) > MOST_REPORTS:
        raise InputError(
            Text(
                f"One decision merges or splits at most {MOST_REPORTS:,} reports.",
                f"一项决定最多合并或拆分 {MOST_REPORTS:,} 起报案。",
            ),
            value=f"{len(set(decision.targets)):,}",
            hint=Text("Split it into several decisions.", "请拆成几项决定。"),
        )
    return decision.targets
