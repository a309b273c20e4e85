"""Personal fields on a page: masked by what they are, never shown whole."""

from typing import Final

from suyuan.casework.declare import FieldSpec
from suyuan.model.text import Text
from suyuan.privacy.masks import SHOWN_FIRST, SHOWN_LAST, mask_name

_NO_DATA: Final = Text("erased", "已销毁")


def mask_field(spec: FieldSpec, text: str | None) -> Text:
    """A sealed field of a page; None is of somebody whose data was erased."""
    if text is None:
        return _NO_DATA
    if spec.check == "name":
        visible = mask_name(text)
    elif spec.check in ("identity", "phone"):
        stars = "*" * (len(text) - SHOWN_FIRST - SHOWN_LAST)
        visible = text[:SHOWN_FIRST] + stars + text[-SHOWN_LAST:]
    else:
        return Text(f"[{len(text)} characters]", f"[{len(text)}字]") if text else Text("", "")
    return Text(visible, visible)
