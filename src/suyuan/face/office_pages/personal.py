"""Personal fields on a page: masked by what they are, never shown whole."""

from typing import Final

from suyuan.casework.declare import FieldSpec
from suyuan.model.text import Text
from suyuan.privacy.masks import SHOWN_FIRST, SHOWN_LAST, mask_name

_ERASED: Final = Text("erased", "已销毁")


def masked(spec: FieldSpec, text: str | None) -> Text:
    """A sealed field of a page; None is of somebody whose data was erased."""
    if text is None:
        return _ERASED
    if spec.check == "name":
        shown = mask_name(text)
    elif spec.check in ("identity", "phone"):
        hidden = "*" * (len(text) - SHOWN_FIRST - SHOWN_LAST)
        shown = text[:SHOWN_FIRST] + hidden + text[-SHOWN_LAST:]
    else:
        return Text(f"[{len(text)} characters]", f"[{len(text)}字]") if text else Text("", "")
    return Text(shown, shown)
