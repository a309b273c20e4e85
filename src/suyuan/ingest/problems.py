"""What can be wrong with an input: each problem once, with its words and what is done about it."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from suyuan.model.text import Text

Action = Literal["quarantined", "repaired", "kept"]


class Cell(IntEnum):
    """What was wrong with a cell; stored as a small number beside it while a file is read.

    From MISSING on, a row cannot stand where the cell is a required one.
    """

    FINE = 0
    REPAIRED = 1
    ROUNDED = 2  # counted for the file, not listed
    FORWARDED = 3
    UNKNOWN_WORD = 4
    MISSING = 10
    UNREADABLE = 11
    DIGITS_LOST = 12
    OUT_OF_RANGE = 13
    NEGATIVE = 14
    NO_YEAR = 15
    NO_DIRECTION = 16
    NO_EVENT = 17
    NO_DAY_ORDER = 18


#: Said once of a file whose own rows told it.
DAY_ORDER: Text = Text(
    "a number over twelve shows whether days (dmy) or months (mdy) come first; all rows "
    "are read accordingly",
    "有大于十二的数字，可知日在前（dmy）还是月在前（mdy），各行均照此读取",
)
#: Said once of a card's bill: what told the sign, its rows or the layouts seen.
SIGN: Text = Text(
    "the sign of amounts spent was learned from the wording of its own rows (repayments, "
    "refunds, purchases)",
    "支出金额的正负号：由本文件各行的字样（还款、退款、消费）得知",
)
SIGN_AS_SEEN: Text = Text(
    "no row shows the sign of amounts spent; read as in all bills seen of this layout. "
    'If that is wrong, set it in case.toml: [[file]] path = …, spent = "negative"',
    "没有任何一行说明支出金额的正负号，按所见过的同类账单读取；如不符，请在 case.toml 的 "
    '[[file]] 中写明 path 与 spent = "negative"',
)
CELL_PROBLEMS: dict[Cell, Text] = {
    Cell.REPAIRED: Text("written in another form; normalised", "写法不规范，已规范化"),
    Cell.ROUNDED: Text(
        "more than two decimals: rounded to the fen", "小数超过两位，已四舍五入到分"
    ),
    Cell.FORWARDED: Text(
        "a forwarded call: read as a call from the own number to the one it was forwarded to",
        "呼叫转移：按本机呼出至转接号码计",
    ),
    Cell.UNKNOWN_WORD: Text(
        "unknown status; the payment is treated as having no status",
        "未知的状态词；该笔按未注明状态计",
    ),
    Cell.MISSING: Text("missing, and the row is not usable without it", "缺失，缺少它该行无效"),
    Cell.UNREADABLE: Text("cannot be read", "无法识别"),
    Cell.DIGITS_LOST: Text(
        "a spreadsheet turned the number into scientific notation, its last digits are lost; "
        "export it again as text",
        "号码被电子表格转成科学计数法，末位已丢失；请以文本格式重新导出",
    ),
    Cell.OUT_OF_RANGE: Text("outside any plausible range", "超出合理范围"),
    Cell.NEGATIVE: Text("must not be negative", "不应为负数"),
    Cell.NO_YEAR: Text(
        "has no year, and neither the lines above nor the file name give one; set it in "
        "case.toml: year = …",
        "没有年份，表头上方与文件名中也没有；请在 case.toml 中写明 year = ……",
    ),
    Cell.NO_DIRECTION: Text(
        "does not show whether money (or the call) went out or came in; nothing is guessed",
        "无法判断收支（或主被叫）方向；不作猜测",
    ),
    Cell.NO_EVENT: Text(
        "by its own wording not a row of this table (a text message, data use, a balance brought "
        "forward)",
        "按其自身标注不属于本表（短信、流量、承前余额等）",
    ),
    Cell.NO_DAY_ORDER: Text(
        "days or months may come first, and no row read with it shows which; set it in "
        'case.toml: [[file]] path = …, days = "dmy" or "mdy"',
        "日在前还是月在前，一同读取的各行均无从判断；"
        '请在 case.toml 的 [[file]] 中写明 path 与 days = "dmy" 或 "mdy"',
    ),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One line of the quality table that is not about a single cell of a row."""

    file: str
    text: Text
    action: Action
    line: int | None = None
    column: str | None = None
    value: str | None = None


UNREADABLE = Text("the file could not be read", "无法读取该文件")
