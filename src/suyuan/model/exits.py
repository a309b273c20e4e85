"""Why traced money rests where it does: the code of each reason, and its words."""

from typing import Final

from suyuan.model.text import Text

BALANCE: Final = "balance"
CASH: Final = "cash"
VOUCHER: Final = "voucher"
PURCHASE: Final = "purchase"
FEE: Final = "fee"
POOL: Final = "pooled_account"
NO_STATEMENT: Final = "no_statement"
REVERSAL: Final = "reversed"
DISSIPATION: Final = "dissipated"
TRUNCATION: Final = "truncated"
NOT_LOCATED: Final = "not_located"

EXIT_REASONS: dict[str, Text] = {
    BALANCE: Text("still in an account", "仍在账户"),
    CASH: Text("drawn as cash", "取现"),
    VOUCHER: Text("unused card or points", "未使用卡券"),
    PURCHASE: Text("given for value", "已换取对价"),
    FEE: Text("fees", "手续费"),
    POOL: Text("pooled account of a payment company", "支付机构备付金账户"),
    NO_STATEMENT: Text("statement not at hand", "未取得流水"),
    REVERSAL: Text("reversed or returned", "冲正退回"),
    DISSIPATION: Text("under the dust limit", "低于追踪下限"),
    TRUNCATION: Text("not followed further", "未继续追踪"),
    NOT_LOCATED: Text("not located", "未能定位"),
}
