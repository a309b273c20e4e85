"""How subjects, texts, money and findings are written in answers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from suyuan.face.display import Shown, clean
from suyuan.face.web.desk import Desk
from suyuan.model.results import FINDINGS
from suyuan.model.roles import ROLES
from suyuan.model.text import Text

Json = dict[str, Any]


def text(sentence: Text) -> Json:
    return {"en": sentence.en, "zh": sentence.zh}


def yuan(amount: Decimal | None) -> str | None:
    """Exact decimal text: a browser's numbers would round."""
    return None if amount is None else f"{amount:.2f}"


def subject(desk: Desk, shown: Shown, written: str) -> Json:
    """Reference, kind, label (masked) and name of a ``kind:id``."""
    named = shown.subject(written)
    return {
        "ref": desk.references.of(written),
        "kind": written.partition(":")[0],
        "kind_text": text(named.kind),
        "label": named.id,
        "name": named.name,
    }


def role(name: str) -> Json:
    known = ROLES.get(name)
    return {"id": name, **text(known.title if known else Text(name, name))}


def finding(desk: Desk, shown: Shown, row: Mapping[str, Any], state: Mapping[Any, str]) -> Json:
    """A finding as lists show it."""
    return {
        "id": desk.key.digest("id", row["finding_id"]),
        "role": role(row["role"]),
        "subject": subject(desk, shown, row["subject"]),
        "ring": row["ring_id"],
        "score": round(row["score"], 4),
        "decided": row["decided"],
        "amount": yuan(row["amount"]),
        "count": row["count"],
        "first_seen": desk.moment(row["first_seen"]),
        "last_seen": desk.moment(row["last_seen"]),
        "because": text(shown.said(FINDINGS, row, "because")),
        "state": verdict(state, row["subject"], row["role"]),
    }


def verdicts(decisions: list[dict[str, str]]) -> dict[tuple[str, str], str]:
    """The last word on each subject and role, taken-back ones left out."""
    back = {
        row["subject"].removeprefix("decision:")
        for row in decisions
        if (row.get("subject") or "").startswith("decision:")
    }
    spoken: dict[tuple[str, str], str] = {}
    for row in decisions:
        if row["decision_id"] not in back and row.get("kind") in {"confirm", "reject"}:
            about = row.get("subject") or ""
            if not about.startswith("decision:"):
                spoken[about, row.get("role") or ""] = str(row["kind"])
    return spoken


def verdict(state: Mapping[Any, str], about: str, role_: str) -> str:
    spoken = state.get((about, role_)) or state.get((about, ""))
    return {"confirm": "confirmed", "reject": "rejected"}.get(spoken or "", "open")


def plain(written: object) -> str:
    return "" if written is None else clean(str(written))
