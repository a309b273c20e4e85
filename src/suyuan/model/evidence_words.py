"""What a row of evidence shows, beside signals and links: how a report touches things, and remarks.

Signals have their words in the scorecard of their role, links in :mod:`suyuan.model.links`.
"""

from suyuan.model.text import Text

#: How a row ties a report to a number, an account or a person; words before whom it names.
TOUCH_KINDS: dict[str, Text] = {
    "called": Text("called by", "来电方"),
    "named": Text("the report names", "报案材料载明"),
    "told": Text("the victim told of", "报案人陈述提到"),
    "rang": Text("called before by", "此前来电"),
    "traced": Text("stolen money reached", "赃款流入"),
    "used": Text("used on", "使用于"),
    "holds": Text("held by", "登记人"),
    "bought": Text("tools bought by", "作案工具购买人"),
    "handed": Text("cards handed over by", "卡券转交人"),
}
#: What one row shows by itself; ``evidence.note`` holds the English words.
REMARKS: dict[str, Text] = {
    remark.en: remark
    for remark in (
        Text("report", "报案本身"),
        Text("the exposed order", "已泄露的订单"),
        Text("reached", "诈骗分子与报案人联系"),
        Text("ordered before the call", "来电前的订单"),
        Text("called after the order", "下单后的来电"),
        Text("a copy of an order", "与订单内容一致"),
        Text("found in seized data", "见于查获数据"),
        Text("saw a leaked order", "查看过泄露订单"),
        Text("planted", "投放的标记订单"),
        Text("came to light", "标记订单出现"),
    )
}


def signal_code(role: str, signal: str) -> str:
    """The code of a signal: names of signals are told apart by the role that they speak for."""
    return f"{role}.{signal}"


def signal_of(code: str) -> tuple[str, str]:
    """Role and signal of such a code; a code of another kind has no signal."""
    role, _, signal = code.partition(".")
    return role, signal
