"""How subjects, texts, money and findings are written in answers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from suyuan.face.display import Display, clean
from suyuan.face.web.desk import Desk
from suyuan.model.results import FINDINGS
from suyuan.model.roles import ROLES, Role
from suyuan.model.text import Text
from suyuan.store.last_words import LastWords

Json = dict[str, Any]


def text(sentence: Text) -> Json:
    return {"en": sentence.en, "zh": sentence.zh}


def yuan(amount: Decimal | None) -> str | None:
    """Exact decimal text: a browser's numbers would round."""
    return None if amount is None else f"{amount:.2f}"


def subject(desk: Desk, display: Display, name: str) -> Json:
    """Reference, kind, label (masked) and name of a ``kind:id``."""
    label = display.subject(name)
    return {
        "ref": desk.references.of(name),
        "kind": name.partition(":")[0],
        "kind_text": text(label.kind),
        "label": label.id,
        "name": label.name,
    }


def role(name: str) -> Json:
    """A role by its words, its letter and its colour; pages know of roles by this alone."""
    entry = ROLES.get(name) or Role(name, Text(name, name), Text("", ""))
    return {"id": name, **text(entry.title), "sign": entry.letter, "tone": entry.colour}


def finding(desk: Desk, display: Display, row: Mapping[str, Any], words: LastWords) -> Json:
    """A finding as lists show it."""
    return {
        "id": desk.key.digest("id", row["finding_id"]),
        "role": role(row["role"]),
        "subject": subject(desk, display, row["subject"]),
        "ring": row["ring_id"],
        "score": round(row["score"], 4),
        "decided": row["decided"],
        "amount": yuan(row["amount"]),
        "count": row["count"],
        "first_seen": desk.moment(row["first_seen"]),
        "last_seen": desk.moment(row["last_seen"]),
        "because": text(display.sentence(FINDINGS, row, "because")),
        "state": verdict(words, row["subject"], row["role"]),
    }


def verdict(words: LastWords, about: str, role_: str) -> str:
    """How a lead stands: open, confirmed or rejected."""
    return {True: "confirmed", False: "rejected", None: "open"}[words.verdict(about, role_)]


def plain(value: object) -> str:
    return "" if value is None else clean(str(value))
