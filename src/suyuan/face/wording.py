"""Small words that several faces use."""

from decimal import Decimal

from suyuan.model.text import Language, Text

LINKS: dict[str, Text] = {
    "leaked_to": Text("leaked to", "泄露给"),
    "sold_records_to": Text("sold records to", "贩卖订单信息给"),
    "sold_accounts_to": Text("sold accounts to", "贩卖账号给"),
    "opened_sim_for": Text("opened SIMs for", "开卡供给"),
    "laundered_for": Text("laundered for", "洗钱服务于"),
    "belongs_to": Text("belongs to", "属于"),
}
#: The newspaper page's four causes, and the ring's own people, as ``cuts`` names them.
CAUSES: dict[str, Text] = {
    "sims": Text("SIMs opened against the rules", "违规开办的电话卡"),
    "platforms": Text("accounts that platforms let be sold", "平台放任买卖的账号"),
    "leaks": Text("leaks of order data", "订单信息泄露"),
    "services": Text("illegal services: laundering, codes", "非法服务(洗钱、接码)"),
    "people": Text("the ring's own people", "团伙自身成员"),
}


def many(count: int, one: str, more: str = "") -> str:
    """``1 report``, ``33 reports``; `more` where the plural is not made with an s."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def yuan(amount: Decimal | None, language: Language) -> str:
    """An amount as people write it: ``49,950.00 yuan``, ``49,950.00元``."""
    if amount is None:
        return ""
    return f"{amount:,.2f}元" if language == "zh" else f"{amount:,.2f} yuan"
