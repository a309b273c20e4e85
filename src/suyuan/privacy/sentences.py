"""Sentences as template and values: who is meant is put in when it is known who may see it.

A template names its values by place: ``{0}`` the id of the first, ``{1:subject}`` the second as
``kind:id``, ``{0:name}`` what stands behind an organisation's ``/`` (a login, a terminal).
"""

import re
from collections.abc import Callable, Sequence

_SLOT = re.compile(r"\{(\d)(?::(subject|name))?\}")


def slot(place: int, part: str = "") -> str:
    """What stands in a template for the value at `place`, or for a `part` of it."""
    return f"{{{place}:{part}}}" if part else f"{{{place}}}"


def render_sentence(template: str, values: Sequence[str], write: Callable[[str], str]) -> str:
    """`template` with each slot filled by its subject's id, as `write` writes the subject.

    A slot without a value reads ``…``.
    """

    def fill(mark: re.Match[str]) -> str:
        place = int(mark[1])
        if place >= len(values) or not values[place]:
            return "…"
        subject = write(values[place])
        id_ = subject.partition(":")[2]
        return {"subject": subject, "name": id_.rpartition("/")[2]}.get(mark[2], id_)

    return _SLOT.sub(fill, template)
