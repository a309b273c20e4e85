"""Tables between steps: where rooms on one floor meet. Never written as results."""

from suyuan.model.columns import Table, Type, key, may, need, table

TEXT, TIME, MONEY, INT, FLOAT, BOOL = (
    Type.TEXT,
    Type.TIME,
    Type.MONEY,
    Type.INT,
    Type.FLOAT,
    Type.BOOL,
)

ALIASES = table(
    "aliases",
    "别名",
    "what a name in a namespace column stands for",
    key("name", TEXT, "as written in trades, vouchers, reports …"),
    need("subject", TEXT, "the login, account, number or person named", kind="subject"),
    need("entity", TEXT, "the person where known, else the subject", kind="subject"),
)
OWNERS = table(
    "owners",
    "归属",
    "who stands behind a subject",
    key("subject", TEXT, "phone, device, account, bank account or SIM", kind="subject"),
    key("entity", TEXT, "the party it belongs to", kind="subject"),
    need("table", TEXT, "standard table that says so"),
    need("row_id", TEXT, "row that says so"),
)
ROLE_FINDINGS = table(
    "role_findings",
    "角色线索",
    "a detector's findings before rings are known",
    key("role", TEXT, "the role"),
    key("subject", TEXT, "kind:id", kind="subject"),
    need("score", FLOAT, "calibrated probability", unit="0..1"),
    need("decided", BOOL, "over the published threshold"),
    may("amount", MONEY, "handled or cost"),
    may("count", INT, "as the role says"),
    may("first_seen", TIME, "first event behind it"),
    may("last_seen", TIME, "last event behind it"),
    need("because_en", TEXT, "one sentence, English"),
    need("because_zh", TEXT, "one sentence, Chinese"),
    need("rivals_en", TEXT, "innocent explanation, English"),
    need("rivals_zh", TEXT, "innocent explanation, Chinese"),
    need("detector", TEXT, "what judged it"),
    need("version", TEXT, "of detector and scorecard"),
    may("mechanism", TEXT, "for leak_source"),
    may("rule_id", TEXT, "for breach"),
)
ROLE_SIGNALS = table(
    "role_signals",
    "角色信号",
    "the signals of those findings",
    key("role", TEXT, "the role"),
    key("subject", TEXT, "kind:id", kind="subject"),
    key("signal", TEXT, "name in the scorecard"),
    may("value", FLOAT, "measured value"),
    need("unit", TEXT, "unit"),
    need("weight", FLOAT, "log-odds added", unit="nat"),
    need("missing", BOOL, "its table was not there"),
)
ROLE_EVIDENCE = table(
    "role_evidence",
    "角色证据",
    "the rows behind those findings",
    key("role", TEXT, "the role"),
    key("subject", TEXT, "kind:id", kind="subject"),
    need("table", TEXT, "standard table"),
    may("key", TEXT, "the row's key"),
    key("row_id", TEXT, "the stored row"),
    need("file", TEXT, "file"),
    need("line", INT, "line"),
    need("sha256", TEXT, "hash of the file"),
    need("weight", FLOAT, "share of the score"),
    may("note", TEXT, "what the row shows"),
)

DERIVED: dict[str, Table] = {
    table.name: table for table in (ALIASES, OWNERS, ROLE_FINDINGS, ROLE_SIGNALS, ROLE_EVIDENCE)
}
