"""Chat and payment accounts in prose, with their platform: QQ号123456, 微信 kf_01, and so on."""

import re
from collections.abc import Iterator
from typing import Final

from suyuan.reading.facts import NarrativeFact

#: As statements write them → the platform of the standard tables.
_PLATFORMS: Final = {
    "qq": "qq",
    "扣扣": "qq",
    "企鹅号": "qq",
    "微信": "wechat",
    "wechat": "wechat",
    "weixin": "wechat",
    "vx": "wechat",
    "加v": "wechat",
    "支付宝": "alipay",
    "alipay": "alipay",
    "旺旺": "wangwang",
    "钉钉": "dingtalk",
    "陌陌": "momo",
    "探探": "tantan",
    "抖音": "douyin",
    "快手": "kuaishou",
    "telegram": "telegram",
    "tg": "telegram",
    "纸飞机": "telegram",
    "whatsapp": "whatsapp",
    "skype": "skype",
}
_NAMES: Final = "|".join(sorted(map(re.escape, _PLATFORMS), key=len, reverse=True))
#: Between the platform and the id: words, but neither money nor another id.
_FILLER: Final = (
    rf"(?P<filler>(?:(?!{_NAMES})[^A-Za-z0-9@+。;!?\n]){{0,14}}?)"  # the nearest platform names it
)
_EMAIL: Final = r"[A-Za-z0-9][\w.-]{1,40}@[A-Za-z0-9][\w-]{0,30}(?:\.[A-Za-z]{2,6}){1,2}"
_NUMBER: Final = r"[1-9]\d{3,5} \d{2,4}(?: \d{2,4}){0,2}|[1-9]\d{4,11}"
_WORD: Final = r"[A-Za-z][A-Za-z0-9_-]{4,29}"
_WITH_LABEL: Final = re.compile(
    rf"(?P<name>{_NAMES}){_FILLER}(?P<id>{_EMAIL}|{_WORD}|{_NUMBER})(?![A-Za-z0-9_@*])",
    re.IGNORECASE,
)
_BARE: Final = re.compile(
    r"(?<![A-Za-z0-9_@.-])(?P<id>wxid_[a-z0-9]{6,25}|[1-9]\d{4,10}@qq\.com)", re.IGNORECASE
)
_MORE: Final = re.compile(r"\s?(?:、|,|和|及|或|/)\s?(?P<id>[1-9]\d{4,10})(?!\d|[元块万条个分.])")
_MONEY: Final = re.compile(r"[转付款充收钱借贷扣花][^(:]{0,6}$|红包|金额|支付[^宝]")
_STRICT: Final = re.compile(r"[号名为是::(]")
_UNITS: Final = re.compile(r"\s?[元块万千多条个分余]")


def accounts(text: str) -> Iterator[NarrativeFact]:
    """Accounts of plain `text`: ``normalised`` is ``platform:id``; ``role`` is group or None."""
    for match in _WITH_LABEL.finditer(text):
        platform = _PLATFORMS[match["name"].lower()]
        if not _fits(text, platform, match):
            continue
        yield _fact(text, platform, match.span("id"), "群" in match["filler"])
        yield from _list_accounts(text, platform, match.end())
    for match in _BARE.finditer(text):
        platform = "qq" if "@" in match["id"] else "wechat"
        yield _fact(text, platform, match.span("id"), group=False)


def _fits(text: str, platform: str, match: re.Match[str]) -> bool:
    id_, filler = match["id"], match["filler"]
    if "@" in id_:
        return platform in {"alipay", "qq", "skype", "dingtalk"}
    if id_[0].isdigit():
        return _number_fits(text, platform, match)
    if platform in {"qq", "alipay"}:
        return False
    has_label = re.search(r"号|账号|名为|ID|id|[:(]$", filler) is not None
    return has_label or re.search(r"[\d_-]", id_) is not None


def _number_fits(text: str, platform: str, match: re.Match[str]) -> bool:
    digits, filler = match["id"].replace(" ", ""), match["filler"]
    if _UNITS.match(text, match.end()):
        return False
    if platform == "alipay":
        # A wallet is named by a mobile number or an e-mail address.
        return len(digits) == 11 and digits[0] == "1"
    if _MONEY.search(filler) or len(digits) > 11:
        return False
    if platform == "qq":
        return True
    return _STRICT.search(filler) is not None and len(digits) >= 5


def _list_accounts(text: str, platform: str, at: int) -> Iterator[NarrativeFact]:
    """The second and later of several accounts: QQ号为123456、234567."""
    while platform == "qq" and (more := _MORE.match(text, at)):
        yield _fact(text, platform, more.span("id"), group=False)
        at = more.end()


def _fact(text: str, platform: str, place: tuple[int, int], group: bool) -> NarrativeFact:  # noqa: FBT001
    start, end = place
    id_ = text[start:end].replace(" ", "")
    if platform == "qq":
        id_ = id_.lower().removesuffix("@qq.com")
    role = "group" if group else None
    return NarrativeFact("account", text[start:end], f"{platform}:{id_}", start, end, role=role)
