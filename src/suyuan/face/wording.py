"""Small words that several faces use."""

from decimal import Decimal

from suyuan.model.text import Language, Text

LINKS: dict[str, Text] = {
    "leaked_to": Text("leaked to", "泄露给"),
    "sold_records_to": Text("sold records to", "贩卖订单信息给"),
    "sold_accounts_to": Text("sold accounts to", "贩卖账号给"),
    "opened_sim_for": Text("opened SIMs for", "开卡供给"),
    "laundered_for": Text("laundered for", "洗钱"),
    "belongs_to": Text("belongs to", "属于"),
}


def yuan(amount: Decimal | None, language: Language) -> str:
    """An amount as people write it: ``49,950.00 yuan``, ``49,950.00元``."""
    if amount is None:
        return ""
    return f"{amount:,.2f}元" if language == "zh" else f"{amount:,.2f} yuan"
