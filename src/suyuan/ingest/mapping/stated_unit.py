"""The unit of amounts that stands above a table: 单位:万元."""

import re
from typing import Final

from suyuan.ingest.mapping.own_account import comparable
from suyuan.ingest.mapping.profiles import FACTORS
from suyuan.model.columns import Type

_UNIT_NOTE: Final = re.compile(
    r"(?:^|[\s(\[【])(?:金额|货币|币种)?单位\s*:?\s*[(\[]?\s*(?:人民币)?\s*"
    r"(万元|千元|元|角|分)\s*(?=[\s)\]】/]|$)"
)


def find_unit(above: str) -> str | None:
    """The unit other than yuan in which the text above a header says that amounts are."""
    match = _UNIT_NOTE.search(comparable(above))
    unit = match[1] if match else None
    return unit if unit and FACTORS[Type.MONEY][unit] != "1" else None
