"""Small words that several faces use."""

from decimal import Decimal

from suyuan.model.text import Language


def many(count: int, singular: str, more: str = "") -> str:
    """``1 report``, ``33 reports``; `more` where the plural is not made with an s."""
    return f"{count:,} {singular if count == 1 else more or singular + 's'}"


def yuan(amount: Decimal | None, language: Language, currency: str | None = None) -> str:
    """An amount as people write it: ``49,950.00 yuan``, ``49,950.00元``; ``100.00 USD``."""
    if amount is None:
        return ""
    if currency not in {None, "", "CNY", "RMB"}:
        return f"{amount:,.2f} {currency}"
    return f"{amount:,.2f}元" if language == "zh" else f"{amount:,.2f} yuan"


def yuan_of_fen(fen: int | None, language: Language, currency: str | None = None) -> str:
    """The same for stored money, which is in fen."""
    return yuan(None if fen is None else Decimal(fen) / 100, language, currency)
