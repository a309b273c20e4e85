"""Tables between steps: where rooms on one floor meet. Never written as results."""

from suyuan.model.columns import Table, Type, key, may, need, table
from suyuan.model.languages import in_both, templates
from suyuan.model.privacy import Privacy

TEXT, TIME, MONEY, INT, FLOAT, BOOL, LIST = (
    Type.TEXT,
    Type.TIME,
    Type.MONEY,
    Type.INT,
    Type.FLOAT,
    Type.BOOL,
    Type.LIST,
)

ALIASES = table(
    "aliases",
    "别名",
    "what a name in a namespace column stands for",
    key("name", TEXT, "as written in trades, vouchers, reports …", privacy=Privacy.NAME),
    need("subject", TEXT, "the login, account, number or person named", kind="subject"),
    need("entity", TEXT, "the person where known, else the subject", kind="subject"),
)
OWNERS = table(
    "owners",
    "归属",
    "who stands behind a subject",
    key("subject", TEXT, "phone, device, account, bank account or SIM", kind="subject"),
    key("entity", TEXT, "the party it belongs to", kind="subject"),
    need("table", TEXT, "standard table that says so", privacy=Privacy.PUBLIC),
    need("row_id", TEXT, "row that says so", privacy=Privacy.PUBLIC),
)
VERDICTS = table(
    "verdicts",
    "人工认定",
    "the last word of people on a subject in one role",
    key("subject", TEXT, "kind:id", kind="subject"),
    need("confirmed", BOOL, "confirmed, else rejected"),
)
PAIRINGS = table(
    "pairings",
    "人工并案",
    "pairs of reports that people put together or took apart",
    key("left", TEXT, "the earlier id", kind="report"),
    key("right", TEXT, "the later id", kind="report"),
    need("same", BOOL, "put together, else taken apart"),
)
CONFIRMED_ACCOUNTS = table(
    "confirmed_accounts",
    "认定账户",
    "bank accounts that people confirmed in any role",
    key("account_no", TEXT, "the account", kind="bank_account"),
)
ROLE_FINDINGS = table(
    "role_findings",
    "角色线索",
    "a detector's findings before rings are known",
    key("role", TEXT, "the role", privacy=Privacy.PUBLIC),
    key("subject", TEXT, "kind:id", kind="subject"),
    need("score", FLOAT, "calibrated probability", unit="0..1"),
    need("decided", BOOL, "over the published threshold"),
    may("amount", MONEY, "handled or cost"),
    may("count", INT, "as the role says"),
    may("first_seen", TIME, "first event behind it"),
    may("last_seen", TIME, "last event behind it"),
    *in_both("because", "one sentence", Privacy.SENTENCE),
    *in_both("rivals", "innocent explanation", Privacy.SENTENCE),
    need("detector", TEXT, "what judged it", privacy=Privacy.PUBLIC),
    need("version", TEXT, "of detector and scorecard", privacy=Privacy.PUBLIC),
    may("mechanism", TEXT, "for leak_source", privacy=Privacy.PUBLIC),
    may("rule_id", TEXT, "for breach", privacy=Privacy.PUBLIC),
    *templates("because", "rivals"),
)
ROLE_SIGNALS = table(
    "role_signals",
    "角色信号",
    "the signals of those findings",
    key("role", TEXT, "the role", privacy=Privacy.PUBLIC),
    key("subject", TEXT, "kind:id", kind="subject"),
    key("signal", TEXT, "name in the scorecard", privacy=Privacy.PUBLIC),
    may("value", FLOAT, "measured value"),
    need("unit", TEXT, "unit", privacy=Privacy.PUBLIC),
    need("weight", FLOAT, "log-odds added", unit="nat"),
    need("missing", BOOL, "its table was not there"),
)
ROLE_EVIDENCE = table(
    "role_evidence",
    "角色证据",
    "the rows behind those findings",
    key("role", TEXT, "the role", privacy=Privacy.PUBLIC),
    key("subject", TEXT, "kind:id", kind="subject"),
    need("table", TEXT, "standard table", privacy=Privacy.PUBLIC),
    may("key", TEXT, "the row's key", privacy=Privacy.ROW_KEY),
    key("row_id", TEXT, "the stored row", privacy=Privacy.PUBLIC),
    need("file", TEXT, "file", privacy=Privacy.FILE),
    need("line", INT, "line"),
    need("sha256", TEXT, "hash of the file", privacy=Privacy.PUBLIC),
    need("weight", FLOAT, "share of the score"),
    may("note", TEXT, "what the row shows", privacy=Privacy.NOTE),
    may("note_class", TEXT, "what the note tells about people", privacy=Privacy.PUBLIC),
    may("unlisted", INT, "how many more such rows there are, that are not listed"),
    may(
        "shows",
        TEXT,
        "what the row shows, as a code: role.signal, a link, a kind of touch or a remark",
        privacy=Privacy.PUBLIC,
    ),
)

STATEMENTS = table(
    "statements",
    "陈述要素",
    "facts that a report's narrative states, each with its place in the text",
    key("report_id", TEXT, "the report", kind="report"),
    key("ordinal", INT, "place among the report's facts, from 0"),
    need(
        "kind",
        TEXT,
        "amount, time, phone, account, card, order, waybill, identity, platform, goods, unread",
        privacy=Privacy.PUBLIC,
    ),
    need("value", TEXT, "as written", privacy=Privacy.FREE),
    need(
        "normalised",
        TEXT,
        "as in the standard tables: yuan, local time, digits, platform:id",
        privacy=Privacy.IDENTIFIER,
    ),
    need("start", INT, "first character", unit="characters"),
    need("end", INT, "one past the last", unit="characters"),
    may("at", TIME, "the moment, where kind is time and the day is known"),
    may("amount", MONEY, "where kind is amount and the currency is CNY"),
    may(
        "precision",
        TEXT,
        "month, day, hour, minute; exact, about, over; tail, masked, full",
        privacy=Privacy.PUBLIC,
    ),
    may(
        "role",
        TEXT,
        "what the fact is in the story: price, compensation, loan, own, platform …",
        privacy=Privacy.PUBLIC,
    ),
)
STAGES = table(
    "stages",
    "作案环节",
    "stages of the scheme in the order they are told",
    key("report_id", TEXT, "the report", kind="report"),
    key("stage", TEXT, "a stage of catalog/wording/stages.yml", privacy=Privacy.PUBLIC),
    need("ordinal", INT, "place in the order, from 0"),
    need("start", INT, "first character of its first mention", unit="characters"),
    need("end", INT, "one past the last", unit="characters"),
    need("mentions", INT, "how often it is told"),
)
FRAUD_TYPES = table(
    "fraud_types",
    "诈骗类型",
    "what kind of fraud a report is, by each of the police's dated lists",
    key("report_id", TEXT, "the report", kind="report"),
    key("list_year", INT, "year of the list"),
    key("type", TEXT, "a type of catalog/fraud_types/types.yml", privacy=Privacy.PUBLIC),
    need(
        "label",
        TEXT,
        "the list's own name for it; other where the list has none",
        privacy=Privacy.PUBLIC,
    ),
    need("probability", FLOAT, "given narrative and label", unit="0..1"),
    need("in_force", BOOL, "the newest list on the day of the report"),
)
WORDING_PAIRS = table(
    "wording_pairs",
    "文本相似",
    "reports told in like words, facts left out",
    key("report_a", TEXT, "the report that sorts first", kind="report"),
    key("report_b", TEXT, "the other", kind="report"),
    need("similarity", FLOAT, "weighted Jaccard over character shingles", unit="0..1"),
)

CARD_PAYMENTS = table(
    "card_payments",
    "购卡付款",
    "what paid for cards whose record names no payment",
    key("voucher_id", TEXT, "the card", kind="voucher"),
    may(
        "payment_id",
        TEXT,
        "the payment; empty where several could be meant",
        privacy=Privacy.IDENTIFIER,
    ),
    need("how", TEXT, "linked, ambiguous", privacy=Privacy.PUBLIC),
)
TOUCHES = table(
    "touches",
    "触点",
    "what ties a report to something: a number, account, device, person, dealer, leak",
    key("report_id", TEXT, "the report", kind="report"),
    key("node", TEXT, "kind:id", kind="subject"),
    key(
        "how",
        TEXT,
        "named, called, rang, told, used, holds, traced, bought, handed",
        privacy=Privacy.PUBLIC,
    ),
    need("table", TEXT, "standard table that says so", privacy=Privacy.PUBLIC),
    may("key", TEXT, "the row's key", privacy=Privacy.ROW_KEY),
    key("row_id", TEXT, "row that says so", privacy=Privacy.PUBLIC),
    need("file", TEXT, "file", privacy=Privacy.FILE),
    need("line", INT, "line"),
    need("sha256", TEXT, "hash of the file", privacy=Privacy.PUBLIC),
)
RING_SERIES = table(
    "ring_series",
    "团伙串案",
    "which reports are one hand, and which hands one ring",
    key("report_id", TEXT, "the report", kind="report"),
    need("series_id", TEXT, "reports held to be the same hand", privacy=Privacy.CASE),
    may("ring_id", TEXT, "the ring, where there is one", kind="ring"),
    need("strength", FLOAT, "how strongly it is tied", unit="0..1"),
    may("beside", TEXT, "the ring that only accounts tie it to, of another fraud", kind="ring"),
)
SERVES = table(
    "serves",
    "供应关系",
    "who serves or belongs to which ring, in which role",
    key("ring_id", TEXT, "the ring", kind="ring"),
    key("role", TEXT, "the role it plays", privacy=Privacy.PUBLIC),
    key("subject", TEXT, "the subject of its finding", kind="subject"),
    need("entity", TEXT, "the person where known, else the subject", kind="subject"),
    key("target", TEXT, "the member served, else ring:ID", kind="subject"),
    need("link", TEXT, "link of the chain", privacy=Privacy.PUBLIC),
    may("amount", MONEY, "money between them"),
    may("count", INT, "events between them"),
    may("first_seen", TIME, "first event"),
    may("last_seen", TIME, "last event"),
    need("strength", FLOAT, "how sure", unit="0..1"),
)
GROUNDS = table(
    "grounds",
    "依据",
    "why somebody is tied to a ring: one row for each record; edges of the chain are sums of these",
    key("ring_id", TEXT, "the ring", kind="ring"),
    key("role", TEXT, "the role it plays", privacy=Privacy.PUBLIC),
    key("subject", TEXT, "the subject of its finding", kind="subject"),
    key("target", TEXT, "the member served, else ring:ID", kind="subject"),
    need("link", TEXT, "link of the chain", privacy=Privacy.PUBLIC),
    may("seen", TIME, "when"),
    key("row_id", TEXT, "the row that says so", privacy=Privacy.PUBLIC),
)

MATCHES = table(
    "matches",
    "数据比对",
    "which order a seized row is a copy of; weights in nats, 0 where a field is missing",
    key("leaked_row", TEXT, "row_id of the seized row", privacy=Privacy.PUBLIC),
    key("order_id", TEXT, "the order", kind="order"),
    need("order_row", TEXT, "row_id of the order", privacy=Privacy.PUBLIC),
    need("probability", FLOAT, "that it is a copy of this order", unit="0..1"),
    need("weight", FLOAT, "sum of the weights", unit="nat"),
    need("phone_weight", FLOAT, "by phone", unit="nat"),
    need("name_weight", FLOAT, "by name", unit="nat"),
    need("address_weight", FLOAT, "by address", unit="nat"),
    need("amount_weight", FLOAT, "by amount", unit="nat"),
    need("time_weight", FLOAT, "by time of the order", unit="nat"),
    need("item_weight", FLOAT, "by item", unit="nat"),
    need("waybill_weight", FLOAT, "by waybill number", unit="nat"),
)

ACCOUNT_CONDUCT = table(
    "account_conduct",
    "账户行为",
    "what the payments alone say of each account",
    key("account_no", TEXT, "the account", kind="bank_account"),
    may("incoming", MONEY, "what came in"),
    may("outgoing", MONEY, "what went out"),
    may("n_in", INT, "payments in"),
    may("n_out", INT, "payments out"),
    may("payers", INT, "accounts that paid it"),
    may("payees", INT, "accounts that it paid"),
    may("once", FLOAT, "share of its payers that paid once"),
    may("passed", FLOAT, "share of what came in that left again"),
    may("passed_day", FLOAT, "the same within a day"),
    may("passed_hour", FLOAT, "the same within an hour"),
    may("rest_hours", FLOAT, "hours that money rested, geometric mean"),
    may("echo", FLOAT, "coincidences of sums in and out, deviations over chance"),
    may("echo_most", FLOAT, "the strongest of them, nats"),
    may("alike", FLOAT, "surprise at alike sums to one account, nats"),
    may("gather", FLOAT, "surprise at payers of alike sums, nats"),
    may("relay", FLOAT, "surprise at sums relayed side by side, nats"),
    may("round", FLOAT, "surprise at sums that came back, nats"),
    may("odd_sum", FLOAT, "surprise at sums that few pay, nats"),
    may("night", FLOAT, "share of payments between 22 and 6 o'clock"),
    may("first_seen", TIME, "first payment"),
    may("last_seen", TIME, "last payment"),
)
DERIVED_TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        ALIASES,
        OWNERS,
        PAIRINGS,
        CONFIRMED_ACCOUNTS,
        ACCOUNT_CONDUCT,
        CARD_PAYMENTS,
        TOUCHES,
        RING_SERIES,
        SERVES,
        GROUNDS,
        ROLE_FINDINGS,
        ROLE_SIGNALS,
        ROLE_EVIDENCE,
        STATEMENTS,
        STAGES,
        FRAUD_TYPES,
        WORDING_PAIRS,
        MATCHES,
    )
}
