"""Words that a report shows and no other room has."""

from suyuan.model.exits import EXIT_REASONS
from suyuan.model.text import Text

REASONS: dict[str, Text] = {
    **EXIT_REASONS,
    "further": Text("followed further in the tables", "后续见结果表"),
    "other": Text("rests here", "停留于此"),
}
KINDS: dict[str, Text] = {
    "qcoin": Text("Q coins", "Q币"),
    "suning": Text("Suning cards", "苏宁卡"),
    "cash": Text("cash", "现金"),
}
LEAD = Text(
    "A finding is a lead for a person to check, never a verdict.",
    "线索供人核查，不是结论，更不是定罪依据。",
)
