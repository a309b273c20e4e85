"""Values of fields as people read them."""

from datetime import datetime
from typing import Any, Final

from suyuan.casework.declare import FieldSpec
from suyuan.model.money import FEN_PER_YUAN
from suyuan.model.text import Text
from suyuan.model.times import local

_YES_NO: Final = {True: Text("yes", "是"), False: Text("no", "否")}


def value_words(spec: FieldSpec, value: Any) -> Text:
    """A stored value in words: the form's own for its choices, clock time of Beijing for times."""
    if isinstance(value, bool):
        return _YES_NO[value]
    if spec.type == "money" and isinstance(value, int):
        yuan = f"{value / FEN_PER_YUAN:,.2f}"
        return Text(f"{yuan} yuan", f"{yuan}元")
    if spec.type == "time":
        return _same_in_both(f"{local(datetime.fromisoformat(str(value))):%Y-%m-%d %H:%M}")
    if isinstance(value, list):
        return Text(", ".join(map(str, value)), "、".join(map(str, value)))
    return spec.labels.get(str(value)) or _same_in_both(str(value))


def _same_in_both(text: str) -> Text:
    return Text(text, text)
