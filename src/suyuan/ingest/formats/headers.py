"""Headers, as they are compared, the forms under which one is known, and the units they name."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

#: What may stand in brackets after a header and is no part of its name.
_UNIT: Final = re.compile(
    r"[(\[【](单位)?:?[-+]?(元|人民币|人民币元|rmb|cny|\u00a5|分|角|万元|千元|秒|s|sec|seconds?|分钟|分|min|"
    r"[-+]|小时|时分秒|时:分:秒|分:秒|分秒|hh:mm:ss|mm:ss|条|次|笔|件|个|mb|kb|必填|选填|可选|北京时间|本地时间|"
    r"(?:utc|gmt)(?:[-+]\d{1,2}(?::?\d\d)?)?)[)\]】]$"
)
_OFFSET: Final = re.compile(
    r"(?<![a-z])(?:utc|gmt)(?:(?P<sign>[-+])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?)?(?![a-z])"
)
_WRAPPER: Final = re.compile(r'^="?(.*?)"?$')
_MARKS: Final = "\ufeff\u200b\u200e\u200f\u202a\u202c`'*#"
#: The same in another language, or how cells are written: 交易日期[TransactionDate], (yyyymmdd).
_GLOSS: Final = re.compile(r"(?<=[\u4e00-\u9fff0-9])[(\[【][\x21-\x7e]+[)\]】]$")
_ACCOUNT: Final = (
    r"(?:银行)?(?:账号|账户号?|账卡号|银行账号|支付宝账号|财付通账号|账号卡号|账户id|用户id|id)"
)
_CARD: Final = r"(?:银行)?(?:卡号|银行卡号)"
_NAME: Final = (
    r"(?:户名|名称|姓名|单位|单位名称|账户名|账户名称|账户户名|客户名称|客户姓名|开户名|账号名称|"
    r"信息|名)"
)
_COUNTERPARTY: Final = r"(?:交易)?(?:对方|对手方?|对端)|交易方|收\(付\)方|收付方"
_PERSON: Final = "(?:人|方|单位|账户|会员|用户|客户|者)?的?"
_GIVER: Final = f"(?:付款|汇款|转出|付|汇出|扣款|买家|付方|出账){_PERSON}"
_TAKER: Final = f"(?:收款|转入|收|汇入|卖家|收方|入账){_PERSON}"
_FLAG: Final = (
    r"(?:资金|交易|账务|记账)?(?:收付|借贷|收支|进出|支收|出入)账?"
    r"(?:标志|标识|标记|方向|类型|符号|别)"
)
#: How houses call the same column: what stands in the last form, however it is put.
_CANONICAL: Final = tuple(
    (re.compile(pattern), form)
    for pattern, form in (
        (rf"(?:{_COUNTERPARTY}){_ACCOUNT}", "对方账号"),
        (rf"(?:{_COUNTERPARTY}){_CARD}", "对方卡号"),
        (rf"(?:{_COUNTERPARTY}){_NAME}", "对方户名"),
        (rf"{_GIVER}(?:{_ACCOUNT}|{_CARD})", "付款人账号"),
        (rf"{_GIVER}{_NAME}|(?:付款|汇款|转出)(?:人|方|账户)", "付款人户名"),
        (rf"{_TAKER}(?:{_ACCOUNT}|{_CARD})", "收款人账号"),
        (rf"{_TAKER}{_NAME}|(?:收款|转入)(?:人|方|账户)", "收款人户名"),
        (_FLAG, "借贷标志"),
        (r"借方\((?:出账|支出|支取|付款|转出)\)", "借方"),
        (r"贷方\((?:入账|收入|存入|收款|转入)\)", "贷方"),
        (r"(?:对方|对端|对手)(?:用户)?(?:手机|电话|通话)?(?:号码|号)", "对方号码"),
        (r"(?:本机|本端|本方|主机|机主)(?:手机|电话)?(?:号码|号)", "本机号码"),
        (r"(?:通话|呼叫|通信|通联)?(?:起始|开始)(?:时间)?", "开始时间"),
        (r"(?:通话|通信|呼叫|通联|计费)?(?:持续)?时[长间]长?度?(?<=[长度])", "时长"),
    )
)


#: Headers of Taiwan and Hong Kong, in the characters of the mainland.
_TRADITIONAL: Final = str.maketrans(
    "帳戶號餘額備註說對類別時間發轉匯收據幣編碼電話機證買賣價總訂單貨運費開銷結業務單處記錄內來總數稱狀態資訊網銀櫃臺檯續據繳領",
    "账户号余额备注说对类别时间发转汇收据币编码电话机证买卖价总订单货运费开销结业务单处记录内来总数称状态资讯网银柜台台续据缴领",
)


@lru_cache(8192)
def normal(header: str) -> str:
    """A header in comparable form: width, case, spaces and units don't count."""
    return _without_units(_bare(header))


def _without_units(text: str) -> str:
    """支出金额(-)(元) is 支出金额."""
    while (shorter := _UNIT.sub("", text)) != text:
        text = shorter
    return text


def _bare(header: str) -> str:
    text = _WRAPPER.sub(r"\1", header.strip().strip(_MARKS))
    return "".join(unicodedata.normalize("NFKC", text).split()).strip(_MARKS).casefold()


@lru_cache(8192)
def forms(header: str) -> tuple[str, ...]:
    """The forms under which a header is known, its own first.

    对方账号/卡号 is 对方账号 too, 交易日期[ Transaction Date ] is 交易日期, and 交易对手帐号
    is 对方账号.
    """
    whole = normal(header)
    plain = _without_units(_GLOSS.sub("", whole))
    first, mark, _ = plain.partition("/")
    variants = [whole, plain, *([first] if mark and len(first) > 1 else [])]
    variants += [form for variant in variants[1:] if (form := canonical(variant))]
    return tuple(dict.fromkeys(variants))


@lru_cache(8192)
def canonical(header: str) -> str | None:
    """What a comparable header is called in any house, where it is one of these."""
    text = header.replace("帐", "账").translate(_TRADITIONAL)
    names = (form for pattern, form in _CANONICAL if pattern.fullmatch(text))
    return next(names, text if text != header else None)


def present_forms(headers: Iterable[str]) -> set[str]:
    """Every form of `headers`; the second of two that are alike is ``account#2``."""
    times = Counter[str]()
    present: set[str] = set()
    for header in headers:
        whole = normal(header)
        times[whole] += 1
        present.update(forms(header) if times[whole] == 1 else (f"{whole}#{times[whole]}",))
    return present


@lru_cache(8192)
def offset_of(header: str) -> str | None:
    """The offset that a header names for its times, as +08:00: UTC时间, DateTime (UTC+8)."""
    match = _OFFSET.search(_bare(header))
    if match is None:
        return None
    sign, hours, minutes = match["sign"] or "+", match["hours"] or "0", match["minutes"] or "00"
    return f"{sign}{int(hours):02d}:{minutes}"


@lru_cache(8192)
def unit_of(header: str) -> str | None:
    """The unit that a header names in brackets, such as 分 or 秒."""
    match = _UNIT.search(_bare(header))
    return match[2] if match else None
