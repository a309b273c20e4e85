"""The truth's tables: apart from the case, read by the scores and the fitting only."""

from suyuan.model.columns import Table, Type, key, may, need, table

TEXT, TIME, MONEY, BOOL, INT = Type.TEXT, Type.TIME, Type.MONEY, Type.BOOL, Type.INT

ROLES = table(
    "roles", "角色真值", "who truly plays which role",
    key("role", TEXT, "one of the roles"),
    key("subject", TEXT, "kind:id", kind="subject"),
    key("ring_id", TEXT, "the ring served, empty where none"),
    need("counts", BOOL, "false: neither right nor wrong (frauds outside the rings, straw people)"),
    need("arrested", BOOL, "among the arrested"),
    may("mechanism", TEXT, "for leak_source: insider, trojan, export"),
)  # fmt: skip
RINGS = table(
    "rings", "团伙真值", "the rings",
    key("ring_id", TEXT, "the ring"),
    need("callers", INT, "people who call"),
    need("victims", INT, "people taken in, reported or not"),
    need("loss", MONEY, "their losses"),
)  # fmt: skip
REPORTS = table(
    "reports", "报案真值", "whose report is whose",
    key("report_id", TEXT, "the report"),
    may("ring_id", TEXT, "the ring; empty for frauds of others"),
    need("fraud_type", TEXT, "what it was"),
    need("hand", TEXT, "who did it: the ring, or another hand"),
    may("order_id", TEXT, "the order that the caller knew"),
    may("source", TEXT, "the leak it came from", kind="subject"),
    need("loss", MONEY, "what was lost"),
)  # fmt: skip
LEAKS = table(
    "leaks", "泄露真值", "leaks, those that fed no ring too",
    key("source", TEXT, "organisation", kind="subject"),
    need("mechanism", TEXT, "insider, trojan, export"),
    need("actor", TEXT, "actor:ORG/LOGIN", kind="subject"),
    need("terminal", TEXT, "terminal:ORG/NAME", kind="subject"),
    need("from", TIME, "opened"),
    need("to", TIME, "closed"),
    need("used", BOOL, "fed a ring"),
    need("orders", INT, "orders exposed"),
)  # fmt: skip
EXPOSURES = table(
    "exposed", "外泄订单", "each order that a leak exposed",
    key("order_id", TEXT, "the order"),
    key("source", TEXT, "the leak", kind="subject"),
    need("at", TIME, "when it got out"),
    need("used", BOOL, "the leak fed a ring"),
)  # fmt: skip
LEAKED_ROWS = table(
    "leaked", "泄露行真值", "which order a seized row is",
    key("leaked_id", TEXT, "the row"),
    need("order_id", TEXT, "the order"),
)  # fmt: skip
SCAM_CALLS = table(
    "called", "诈骗呼叫", "every scam call",
    need("at", TIME, "when"),
    need("phone", TEXT, "who was called"),
    need("caller", TEXT, "the scam number", kind="phone"),
    need("ring_id", TEXT, "the ring"),
    may("order_id", TEXT, "the order it was about, where it is in the order table"),
)  # fmt: skip
EXITS = table(
    "exits", "资金去向真值", "where each report's money truly rests, coin by coin",
    key("report_id", TEXT, "the report"),
    key("exit", TEXT, "kind:id", kind="subject"),
    key("reason", TEXT, "balance, cash, voucher, purchase"),
    need("amount", MONEY, "of this report's money"),
)  # fmt: skip
EDGES = table(
    "edges", "链条真值", "the chain's edges",
    key("source", TEXT, "subject", kind="subject"),
    key("target", TEXT, "subject", kind="subject"),
    key("link", TEXT, "leaked_to, sold_records_to …"),
    need("ring_id", TEXT, "the ring"),
)  # fmt: skip
ENTITIES = table(
    "entities", "实体真值", "who stands behind a number, account or card",
    key("subject", TEXT, "kind:id", kind="subject"),
    need("entity", TEXT, "the person or organisation, or the subject itself", kind="subject"),
)  # fmt: skip
RULES = table(
    "rules", "合规真值", "what the rules must answer for each operator",
    key("rule_id", TEXT, "the rule"),
    key("subject", TEXT, "operator:id", kind="subject"),
    need("answer", TEXT, "kept, broken"),
)  # fmt: skip
OPENINGS = table(
    "openings", "开卡真值", "cards opened in bulk for others",
    key("iccid", TEXT, "the card"),
    need("agent", TEXT, "agent:id", kind="subject"),
)  # fmt: skip
LOOKALIKES = table(
    "lookalikes", "相似者", "the innocent who look guilty, and as what",
    key("role", TEXT, "the role they resemble"),
    key("subject", TEXT, "kind:id", kind="subject"),
    need("sort", TEXT, "what they are"),
)  # fmt: skip
POPULATIONS = table(
    "populations", "总体", "how many could have been named for a role",
    key("role", TEXT, "the role"),
    need("n", INT, "candidates in the case"),
)  # fmt: skip

TRUTH: dict[str, Table] = {
    one.name: one
    for one in (
        ROLES, RINGS, REPORTS, LEAKS, EXPOSURES, LEAKED_ROWS, SCAM_CALLS, EXITS, EDGES, ENTITIES,
        RULES, OPENINGS, LOOKALIKES, POPULATIONS,
    )
}  # fmt: skip
