"""Words that a report shows and no other room has."""

from suyuan.model.text import Text

REASONS: dict[str, Text] = {
    "balance": Text("still in an account", "仍在账户"),
    "cash": Text("drawn as cash", "取现"),
    "voucher": Text("unused card or points", "未使用卡券"),
    "purchase": Text("given for value", "已换取对价"),
    "fee": Text("fees", "手续费"),
    "pooled_account": Text("pooled account of a payment company", "支付机构备付金账户"),
    "no_statement": Text("statement not at hand", "未取得流水"),
    "reversed": Text("reversed or returned", "冲正退回"),
    "dissipated": Text("under the dust limit", "低于追踪下限"),
    "truncated": Text("not followed further", "未继续追踪"),
    "not_located": Text("not located", "未能定位"),
    "further": Text("followed further in the tables", "后续见结果表"),
    "other": Text("rests here", "停留于此"),
}
KINDS: dict[str, Text] = {
    "qcoin": Text("Q coins", "Q币"),
    "suning": Text("Suning cards", "苏宁卡"),
    "cash": Text("cash", "现金"),
}
ANSWERS: dict[str, tuple[str, Text]] = {
    "kept": ("✓", Text("kept", "符合")),
    "broken": ("✗", Text("broken", "违反")),
    "cannot_tell": ("?", Text("cannot tell", "无法判断")),
    "not_in_force": ("–", Text("not in force", "当时未施行")),
}
LEAD = Text(
    "A finding is a lead for a person to check, never a verdict.",
    "线索供人核查，不是结论，更不是定罪依据。",
)
