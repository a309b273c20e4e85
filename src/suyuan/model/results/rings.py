"""Who belongs together, along which links, and what a cut would have stopped."""

from suyuan.model.columns import Type, code, key, may, need, table
from suyuan.model.languages import in_contract
from suyuan.model.privacy import Privacy

TEXT, TIME, MONEY, INT, FLOAT, BOOL, LIST = Type

SERIES = table(
    "series",
    "串并案",
    "case linkage: one row for each report",
    key("report_id", TEXT, "the report", kind="report"),
    need("series_id", TEXT, "reports held to be the same hand", privacy=Privacy.CASE),
    may("ring_id", TEXT, "the ring that the series belongs to", kind="ring"),
    need("strength", FLOAT, "how strongly it is tied", unit="0..1"),
    *in_contract("because", "what ties it", Privacy.PUBLIC),
    need("evidence_id", TEXT, "rows behind it", privacy=Privacy.KEYED),
    order=("ring_id", "series_id", "report_id"),
)

CHAIN = table(
    "chain",
    "链条",
    "the chain as edges",
    key("source", TEXT, "subject", kind="subject"),
    key("target", TEXT, "subject", kind="subject"),
    key(
        "link",
        TEXT,
        "leaked_to, sold_records_to, … belongs_to, called, paid …",
        privacy=Privacy.PUBLIC,
    ),
    may("ring_id", TEXT, "the ring it belongs to", kind="ring"),
    may("amount", MONEY, "money along it"),
    may("count", INT, "events along it"),
    may("first_seen", TIME, "first event"),
    may("last_seen", TIME, "last event"),
    need("strength", FLOAT, "how sure", unit="0..1"),
    need("evidence_id", TEXT, "rows behind it", privacy=Privacy.KEYED),
    order=("ring_id", "link", "source", "target"),
)

RINGS = table(
    "rings",
    "团伙",
    "one row for each ring",
    key("ring_id", TEXT, "the ring", kind="ring"),
    need("reports", INT, "reports tied to it"),
    need("victims", INT, "people among them"),
    need("loss", MONEY, "their losses"),
    need("callers", INT, "members that call"),
    need("data_brokers", INT, "people; accounts where no person is known"),
    need("account_merchants", INT, "people; accounts where no person is known"),
    need("sim_suppliers", INT, "agents, operators or people"),
    need("mules", INT, "people; accounts where no person is known"),
    need("middlemen", INT, "people; accounts where no person is known"),
    need("card_merchants", INT, "people; accounts where no person is known"),
    need("helpers", INT, "data brokers + account merchants + middlemen + card merchants"),
    may("active_from", TIME, "first event"),
    may("active_to", TIME, "last event"),
    order=("-loss", "ring_id"),
)

RING_LAUNDERING = table(
    "ring_laundering",
    "团伙洗钱",
    "what each ring laundered, by kind",
    key("ring_id", TEXT, "the ring", kind="ring"),
    code(key, "kind", "qcoin", "suning", "…", "cash"),
    need("face_value", MONEY, "face value of the cards"),
    need("price", MONEY, "what dealers paid for them"),
    may("discount", FLOAT, "price over face value", unit="ratio"),
    need("dealers", INT, "card merchants who bought"),
)

RING_ACTIVITY = table(
    "ring_activity",
    "团伙成员活动",
    "who of a ring is seen in which week, who is new and who is seen no more",
    key("ring_id", TEXT, "the ring", kind="ring"),
    key("role", TEXT, "the role it plays", privacy=Privacy.PUBLIC),
    key("subject", TEXT, "member, supplier or launderer", kind="subject"),
    key("week", TEXT, "Monday of the week, in the case's zone: 2019-04-29", privacy=Privacy.PUBLIC),
    need("events", INT, "rows of that week that tie it to the ring"),
    need("appears", BOOL, "seen in no week before"),
    need("vanishes", BOOL, "seen in no week after, though the ring goes on"),
    order=("ring_id", "role", "subject", "week"),
)

HUBS = table(
    "hubs",
    "公共节点",
    "nodes that tie everyone to everyone, kept out of linkage",
    key("subject", TEXT, "kind:id", kind="subject"),
    need("degree", INT, "how many it touches"),
    *in_contract("because", "why it is held to be a hub", Privacy.PUBLIC),
    need("not_followed", INT, "links that were not followed because of it"),
    order=("-degree", "subject"),
)

NAMED_NUMBERS = table(
    "named_numbers",
    "报案所称号码",
    "numbers that reports name, held against the call record: misread, a service's, or borne out",
    key("report_id", TEXT, "the report", kind="report"),
    key("number", TEXT, "as the report has it, or a service number that rang", kind="phone"),
    may("meant", TEXT, "the number that a misread one is read as", kind="phone"),
    need(
        "how",
        TEXT,
        "borne_out, misread, service, shop (hers), contradicted, not_seen",
        privacy=Privacy.PUBLIC,
    ),
    need("believed", BOOL, "whether this naming alone speaks for the number"),
    may("called_at", TIME, "first call to the victim by it, or by the number meant"),
    need("came", INT, "calls to the victim that showed it"),
    need("rang", INT, "calls by the victim to it"),
    *in_contract("because", "why it is read so", Privacy.PUBLIC),
    order=("report_id", "number"),
)

CUTS = table(
    "cuts",
    "假如切断",
    "what would have stopped it: for each link of a chain and each cause, who passed through it",
    key(
        "cut_id",
        TEXT,
        "evidence_id of the link; cause:NAME|RING, or cause:NAME over all rings",
        privacy=Privacy.KEYED,
    ),
    may("ring_id", TEXT, "the ring; empty for a cause over all rings", kind="ring"),
    need(
        "cause",
        TEXT,
        "sims, platforms, leaks, services; people for a ring's own members",
        privacy=Privacy.PUBLIC,
    ),
    may("source", TEXT, "the link's source; empty for a cause", kind="subject"),
    may("target", TEXT, "the link's target; empty for a cause", kind="subject"),
    may("link", TEXT, "link of the chain; empty for a cause", privacy=Privacy.PUBLIC),
    need("reports", INT, "reports of the ring, or of all rings"),
    need("loss", MONEY, "their losses"),
    need("reports_known", INT, "those of which the records show a way through this kind of link"),
    need("reports_through", INT, "those that passed through it on one known way or more"),
    need("loss_through", MONEY, "their losses; for laundering the part that went through it"),
    need("reports_stopped", INT, "those of which every known way passed through it"),
    need("loss_stopped", MONEY, "their losses"),
    need("reports_left", INT, "what remains if it is cut: reports"),
    need("loss_left", MONEY, "what remains if it is cut: losses"),
    order=("ring_id", "-loss_stopped", "-loss_through", "cut_id"),
)
