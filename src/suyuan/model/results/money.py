"""Where the stolen money went and what can still be held."""

from suyuan.model.columns import Type, key, may, need, table
from suyuan.model.exits import EXIT_REASONS
from suyuan.model.languages import in_both
from suyuan.model.privacy import Privacy

TEXT, TIME, MONEY, INT, FLOAT, BOOL, LIST = Type

TRACES = table(
    "traces",
    "资金穿透",
    "where the stolen money went, payment by payment",
    key("report_id", TEXT, "whose money", kind="report"),
    key("method", TEXT, "fifo, lifo, haircut, poison, libr …", privacy=Privacy.PUBLIC),
    key("hop", INT, "steps from the victim, from 0"),
    may("payment_id", TEXT, "the payment; empty for a voucher event", privacy=Privacy.IDENTIFIER),
    may("voucher_id", TEXT, "the card, for a voucher event", kind="voucher"),
    need("from", TEXT, "subject", kind="subject"),
    need("to", TEXT, "subject", kind="subject"),
    need("amount", MONEY, "of this report's money in this step"),
    need("at", TIME, "when"),
    order=("report_id", "method", "hop", "at", "payment_id", "voucher_id", "from", "to"),
)

EXITS = table(
    "exits",
    "资金去向",
    "where it came to rest",
    key("report_id", TEXT, "whose money", kind="report"),
    key("method", TEXT, "fifo, lifo, haircut, poison, libr …", privacy=Privacy.PUBLIC),
    key("exit", TEXT, "subject: where the money is", kind="subject"),
    key(
        "reason",
        TEXT,
        ", ".join(EXIT_REASONS),
        privacy=Privacy.PUBLIC,
    ),
    need("amount", MONEY, "of this report's money"),
    may("at", TIME, "when it got there"),
    need("recoverable", MONEY, "what still lies there, is held by nobody and can be frozen"),
    may("loss", MONEY, "the loss as reported, where nothing could be located"),
    need("held", MONEY, "what lies there and a running stop or freeze holds already"),
    order=("report_id", "method", "-amount", "exit", "reason"),
)

FREEZE_LIST = table(
    "freeze_list",
    "止付冻结清单",
    "what lies where and can still be frozen, in the order of what a call now would save",
    key("account", TEXT, "account or card the money lies in", kind="subject"),
    may("institution", TEXT, "whom to call", privacy=Privacy.ORGANISATION),
    need("amount", MONEY, "stolen money that lies there and that no measure holds yet"),
    need("balance", MONEY, "all that lies there"),
    need("reports", LIST, "whose money", privacy=Privacy.CASE),
    need(
        "shares", LIST, "yuan of each of these reports, in the same order", privacy=Privacy.AMOUNT
    ),
    may("since", TIME, "when the last of it came"),
    need("half_life", FLOAT, "time in which half of such money leaves", unit="hours"),
    need("saved", MONEY, "what would be gone within a day if nobody called"),
    *in_both("because", "why", Privacy.PUBLIC),
    need("held", MONEY, "stolen money there that a running stop or freeze holds already"),
    may("held_until", TIME, "until when it is held"),
    order=("-saved", "-amount", "account"),
)

STATEMENTS_WANTED = table(
    "statements_wanted",
    "调取流水清单",
    "whom to ask for which statement, because stolen money went out of sight there",
    key("account", TEXT, "the account", kind="subject"),
    may("institution", TEXT, "whom to ask", privacy=Privacy.ORGANISATION),
    need("from", TIME, "first stolen money that came there"),
    need("to", TIME, "end of the records"),
    need("amount", MONEY, "stolen money that came there"),
    need("reports", LIST, "whose money", privacy=Privacy.CASE),
    *in_both("because", "why", Privacy.PUBLIC),
    order=("-amount", "account"),
)

EXIT_RANGES = table(
    "exit_ranges",
    "去向区间",
    "how far the methods of allocation agree on what rests where",
    key("report_id", TEXT, "whose money", kind="report"),
    key("exit", TEXT, "where it is", kind="subject"),
    need("amount", MONEY, "by the default method"),
    need("lowest", MONEY, "least of all methods that conserve"),
    need("highest", MONEY, "most of all methods that conserve"),
    order=("report_id", "-amount", "exit"),
)

TRACE_DOUBTS = table(
    "trace_doubts",
    "追踪存疑",
    "what the records left open when money was traced",
    key(
        "doubt",
        TEXT,
        "equal_instants, circles, opening_unknown, no_statement, inferred_payments, "
        "likely_payments, rows_missing, pools_by_flow, prices_unpaid, card_payments_unclear",
        privacy=Privacy.PUBLIC,
    ),
    need("count", INT, "payments, instants or accounts it concerns"),
    *in_both("effect", "what was assumed", Privacy.PUBLIC),
)
