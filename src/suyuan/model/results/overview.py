"""What the input was worth, what could not be done, and figures over the whole case."""

from suyuan.model.columns import Type, key, may, need, table
from suyuan.model.languages import in_contract
from suyuan.model.privacy import Privacy

TEXT, TIME, MONEY, INT, FLOAT, BOOL, LIST = Type

QUALITY = table(
    "quality",
    "数据质量",
    "what was wrong with the input",
    key("file", TEXT, "the file", privacy=Privacy.FILE),
    may("line", INT, "line in it"),
    may("column", TEXT, "the column, in the file's own words", privacy=Privacy.PUBLIC),
    *in_contract("problem", "what was wrong", Privacy.PUBLIC),
    may("value", TEXT, "the value", privacy=Privacy.CELL),
    need("action", TEXT, "quarantined, repaired, kept", privacy=Privacy.PUBLIC),
    order=("file", "line", "column", "problem", "value"),
)

QUALITY_SUMMARY = table(
    "quality_summary",
    "数据质量汇总",
    "file by file",
    key("file", TEXT, "the file", privacy=Privacy.FILE),
    may("table", TEXT, "standard table it was read as", privacy=Privacy.PUBLIC),
    may("profile", TEXT, "mapping profile that knew it", privacy=Privacy.PUBLIC),
    need("rows_read", INT, "rows in the file"),
    need("rows_kept", INT, "rows stored"),
    need("repaired", INT, "cells repaired"),
    need("quarantined", INT, "rows set aside"),
    need("duplicates", INT, "rows that stand elsewhere already"),
    need("statement_gaps", INT, "places where a balance does not follow from the one before"),
    need("no_rows", INT, "lines below or between the rows that are no rows"),
    may("own_account", TEXT, "whose account (or number) a statement is of", kind="bank_account"),
    *in_contract("own_from", "where that is said", Privacy.FILE, mandatory=False),
    may("first_at", TIME, "time of the first row"),
    may("last_at", TIME, "time of the last row"),
    may("paid_out", MONEY, "what went out of the own account"),
    may("paid_in", MONEY, "what came into it"),
    need("balances_confirmed", INT, "balances that follow as the direction of their row says"),
    need("balances_refuted", INT, "balances that contradict it"),
    need(
        "columns_left_over",
        LIST,
        "columns neither mapped nor ignored by name",
        privacy=Privacy.PUBLIC,
    ),
)

LIMITS = table(
    "limits",
    "未能完成",
    "what could not be done, and for lack of which table",
    key("step", TEXT, "the step", privacy=Privacy.PUBLIC),
    key("table", TEXT, "the table that was missing", privacy=Privacy.PUBLIC),
    *in_contract("effect", "what is left out", Privacy.PUBLIC),
)

FRAUD_RANKING = table(
    "fraud_ranking",
    "诈骗类型排名",
    "fraud types by cases and by losses, month by month",
    key("month", TEXT, "month of the report, in the case's zone: 2019-05", privacy=Privacy.PUBLIC),
    key("type", TEXT, "a type of catalog/fraud_types/types.yml", privacy=Privacy.PUBLIC),
    need("label", TEXT, "its name on the police list of that time", privacy=Privacy.PUBLIC),
    need("cases", INT, "reports whose likeliest type it is"),
    need("expected_cases", FLOAT, "sum of its probabilities over all reports of the month"),
    need("loss", MONEY, "losses of those cases"),
    need("expected_loss", MONEY, "losses weighed by probability"),
    need("rank_cases", INT, "place by cases, from 1"),
    need("rank_loss", INT, "place by loss, from 1"),
    order=("month", "rank_cases", "type"),
)

REPLAY = table(
    "replay",
    "回放",
    "what could have been named at each moment, and who was first called in the week after it",
    key("moment", TIME, "what was known then, and nothing later"),
    need("orders", INT, "orders known then"),
    need("reached", INT, "people known then to have been called"),
    need("sources", LIST, "subjects named as leak sources", privacy=Privacy.SUBJECT),
    need("listed", INT, "people on the at-risk list"),
    need("called", INT, "people first called in the next 7 days, by all that the records tell"),
    need("placed", INT, "of these, those with an order known at the moment"),
    need("top", INT, "5 % of the orders known then: so many places of either list count below"),
    need("hit_top", INT, "called next and on the first `top` places of the at-risk list"),
    need("hit_100", INT, "the same for 100 places"),
    need("hit_500", INT, "the same for 500 places"),
    need("newest_top", INT, "called next and among the `top` buyers with the newest orders"),
    need("newest_100", INT, "the same for 100 buyers"),
    need("newest_500", INT, "the same for 500 buyers"),
    need("whole", BOOL, "the records reach 7 days beyond the moment"),
)
