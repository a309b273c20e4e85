"""Platforms, lenders, couriers and tools named in a text, and the goods that were bought."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

import msgspec

from suyuan.reading.catalog import read
from suyuan.reading.cues import Cues
from suyuan.reading.facts import NarrativeFact
from suyuan.reading.wording_files import Goods, PlaceNames

_VERB: Final = (
    r"(?:网购|订购|选购|购买|所购|购得|下单|拍下|买|(?<!抢)购(?!物)|拍(?!拍|照|卖)|订(?!单|金)|出售"
    r"|(?<!拐)卖(?!家|号|货)|看中|看上)"
)
_PURCHASE: Final = (
    rf"{_VERB}(?:了|的|过|到|下|得)?(?:那|这)?(?:[一二两三几]|\d{{1,2}})?"
    r"(?:件|双|个|盒|套|条|部|台|瓶|箱|袋|包|本|款|支|罐|把|副)?(?:二手)?"
)
_GOODS: Final = re.compile(
    rf"{_PURCHASE}(?P<g>[\u4e00-\u9fffA-Za-z][\u4e00-\u9fffA-Za-z0-9 ]{{1,9}}?)"
    r"(?=[,。;()、]|的(?:快递|订单|信息|包裹)|被|检出|存在|有质量|质量|含|甲醛|材质|的$)"
)
_NOT_GOODS: Final = re.compile(
    r"东西|商品|物品|快递|订单|一个|什么|我|他|她|其|你|微信|QQ|支付|账|卡|币|机票|的|客服|数据"
)
_NEAR: Final = re.compile(rf"{_VERB}|商品|包裹|快件")


class _LexiconEntry(NamedTuple):
    kind: str
    name: str
    role: str | None


@cache
def _lexicon() -> tuple[Cues, tuple[_LexiconEntry, ...]]:
    words: list[tuple[str, _LexiconEntry]] = []
    places_by_role = read("wording", "places.yml", PlaceNames)
    for role, names in msgspec.to_builtins(places_by_role).items():
        for name, forms in names.items():
            words += [(word, _LexiconEntry("platform", name, role)) for word in forms]
    for nouns in read("wording", "goods.yml", Goods).values():
        words += [(word, _LexiconEntry("goods", word, None)) for word in nouns if len(word) > 1]
    return Cues(word for word, _ in words), tuple(entry for _, entry in words)


def places(text: str) -> Iterator[NarrativeFact]:
    """Platforms and goods of plain `text` by their lexicons, then goods by how buying is told."""
    cues, entries = _lexicon()
    end = 0
    for hit in sorted(cues.scan(text), key=lambda hit: (hit.start, -hit.end)):
        if hit.start < end:
            continue
        end = hit.end
        kind, name, role = entries[hit.cue]
        if kind == "goods" and not _NEAR.search(text, max(0, hit.start - 12), hit.start):
            continue
        yield NarrativeFact(kind, text[hit.start : hit.end], name, hit.start, hit.end, role=role)
    for match in _GOODS.finditer(text):
        if not _NOT_GOODS.search(match["g"]):
            start, end = match.span("g")
            yield NarrativeFact("goods", match["g"], match["g"], start, end, precision="about")
