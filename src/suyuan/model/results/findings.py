"""What was found of whom, how it scored, and the rows behind it."""

from suyuan.model.columns import Type, have, key, may, need, table
from suyuan.model.languages import in_contract, templates
from suyuan.model.privacy import Privacy

TEXT, TIME, MONEY, INT, FLOAT, BOOL, LIST = Type

FINDINGS = table(
    "findings",
    "线索",
    "who plays which role",
    key("finding_id", TEXT, "hash of role, subject and ring", privacy=Privacy.KEYED),
    need("role", TEXT, "one of the roles", privacy=Privacy.PUBLIC),
    need("subject", TEXT, "kind:id", kind="subject"),
    may("ring_id", TEXT, "the ring it serves, where known", kind="ring"),
    need("score", FLOAT, "calibrated probability that the subject plays the role", unit="0..1"),
    need("decided", BOOL, "score is over the detector's published threshold"),
    may("amount", MONEY, "what this subject handled or cost"),
    may("count", INT, "calls, records, accounts, cards … as the role says"),
    may("first_seen", TIME, "first event behind it"),
    may("last_seen", TIME, "last event behind it"),
    *in_contract("because", "one sentence with the figures in it", Privacy.SENTENCE),
    *in_contract(
        "rivals", "the innocent explanation that was weighed", Privacy.SENTENCE, mandatory=False
    ),
    need("detector", TEXT, "what judged it", privacy=Privacy.PUBLIC),
    need("version", TEXT, "version of the detector and its scorecard", privacy=Privacy.PUBLIC),
    may(
        "mechanism",
        TEXT,
        "for leak_source: insider, trojan, export, unknown",
        privacy=Privacy.PUBLIC,
    ),
    may("rule_id", TEXT, "for breach", privacy=Privacy.PUBLIC),
    *templates("because", "rivals"),
    order=("role", "-score", "subject", "ring_id", "finding_id"),
)

EVIDENCE = table(
    "evidence",
    "证据",
    "why: the rows behind a finding, edge, link, answer or at_risk row",
    key(
        "evidence_id",
        TEXT,
        "a finding_id, or the id of an edge, link, answer or at_risk row",
        privacy=Privacy.KEYED,
    ),
    need("table", TEXT, "standard table of the row", privacy=Privacy.PUBLIC),
    may("key", TEXT, "the row's key, where it has one", privacy=Privacy.ROW_KEY),
    key("row_id", TEXT, "the stored row", privacy=Privacy.PUBLIC),
    need("file", TEXT, "file it came from", privacy=Privacy.FILE),
    need("line", INT, "line in that file"),
    need("sha256", TEXT, "hash of the file", privacy=Privacy.PUBLIC),
    need("weight", FLOAT, "share of the score; sums to 1 over one evidence_id"),
    may("note", TEXT, "what the row shows", privacy=Privacy.NOTE),
    may("note_class", TEXT, "what the note tells about people", privacy=Privacy.PUBLIC),
    may("unlisted", INT, "how many more such rows there are, that are not listed"),
    may(
        "shows",
        TEXT,
        "what the row shows, as a code: role.signal, a link, a kind of touch or a remark",
        privacy=Privacy.PUBLIC,
    ),
    may("node", TEXT, "kind:id that the row names, of a touch", kind="subject"),
    order=("evidence_id", "-weight", "table", "row_id", "note"),
)

SIGNALS = table(
    "signals",
    "信号",
    "the score, signal by signal",
    key("finding_id", TEXT, "the finding", privacy=Privacy.KEYED),
    key("signal", TEXT, "name in the scorecard", privacy=Privacy.PUBLIC),
    may("value", FLOAT, "measured value; empty where it could not be measured"),
    may("unit", TEXT, "unit of the value", privacy=Privacy.PUBLIC),
    need("weight", FLOAT, "log-odds added", unit="nat"),
    need("missing", BOOL, "its table was not there"),
    order=("finding_id", "-weight", "signal"),
)

AT_RISK = table(
    "at_risk",
    "风险人群",
    "people whose data leaked and who have not been called about an order yet",
    key("order_id", TEXT, "the exposed order", kind="order"),
    have("buyer_phone", TEXT, "whom to warn", kind="phone"),
    need("source", TEXT, "subject of the leak", kind="subject"),
    need("score", FLOAT, "probability of being called in the next 7 days", unit="0..1"),
    may("leaked_from", TIME, "start of the leak's window"),
    may("leaked_to", TIME, "end of the leak's window"),
    *in_contract("because", "why", Privacy.SENTENCE),
    need("evidence_id", TEXT, "rows behind it", privacy=Privacy.KEYED),
    *templates("because"),
    order=("-score", "order_id", "source"),
)

COMPLIANCE = table(
    "compliance",
    "合规",
    "rule by rule",
    key("rule_id", TEXT, "the rule", privacy=Privacy.PUBLIC),
    key("subject", TEXT, "who must keep it, or the single act", kind="subject"),
    key("on_date", TIME, "the day of the act"),
    need("answer", TEXT, "kept, broken, cannot_tell, not_in_force", privacy=Privacy.PUBLIC),
    may("value", FLOAT, "what was measured"),
    may("limit", FLOAT, "what the rule allows that day"),
    need("evidence_id", TEXT, "rows behind it", privacy=Privacy.KEYED),
    need("source", TEXT, "source of the rule", privacy=Privacy.PUBLIC),
    may(
        "condition",
        TEXT,
        "the rule's own name of the condition that decided",
        privacy=Privacy.PUBLIC,
    ),
    *in_contract("reason", "the condition that decided", Privacy.PUBLIC, mandatory=False),
)
