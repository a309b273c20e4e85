"""What to ask for next: statements of accounts where stolen money went out of sight."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.money import yuan
from suyuan.model.results import STATEMENTS_WANTED, TRACE_DOUBTS
from suyuan.model.text import Text
from suyuan.money.ledger import find
from suyuan.money.places import NO_STATEMENT, POOLED
from suyuan.money.scenes import Material, Scene

_WHY: Final = {
    NO_STATEMENT: Text(
        "{amount} yuan of stolen money came in and its statement is not at hand.",
        "赃款{amount}元流入该账户,但尚未取得其流水。",
    ),
    POOLED: Text(
        "{amount} yuan of stolen money went into this pooled account: "
        "ask for the orders and payees behind these payments.",
        "赃款{amount}元进入该公共账户:请调取对应的订单与实际收款方。",
    ),
}
_DOUBTS: Final = {
    "equal_instants": Text(
        "Payments of one instant were put in an order in which money comes in before it goes out.",
        "同一时刻的交易按先入后出的次序处理。",
    ),
    "circles": Text(
        "Payments of one instant go round in a circle; their order is a guess.",
        "同一时刻的交易形成环路,其先后次序为推定。",
    ),
    "opening_unknown": Text(
        "Accounts without a known opening balance: the least that their payments need was assumed.",
        "期初余额未知的账户,按其支出所需的最低金额推定。",
    ),
    "no_statement": Text(
        "Accounts that stolen money reached and whose statement is not at hand.",
        "赃款流入但未取得流水的账户。",
    ),
}


def statements_wanted(given: Material, exits: pa.Table) -> pa.Table:
    """Accounts at which tracing had to stop for lack of a statement, the largest first."""
    out = exits.filter(pc.is_in(exits["reason"], value_set=pa.array(list(_WHY))))
    out = out.sort_by([("exit", "ascending"), ("report_id", "ascending")])
    rows = out.group_by(["exit", "reason"], use_threads=False).aggregate(
        [("amount", "sum"), ("report_id", "list"), ("at", "min")]
    )
    texts = [
        _WHY[reason].format(amount=f"{yuan(amount):,}")
        for reason, amount in zip(
            rows["reason"].to_pylist(), rows["amount_sum"].to_pylist(), strict=True
        )
    ]
    account = find(
        pc.replace_substring_regex(rows["exit"], "^bank_account:", ""), given.book.accounts
    )
    last = pa.scalar(int(given.book.at.max(initial=0))).cast(pa.timestamp("us"))
    columns = {
        "account": rows["exit"],
        "institution": given.known.institution.take(pa.array(account, mask=account < 0)),
        "from": rows["at_min"],
        "to": pa.repeat(last, rows.num_rows),
        "amount": rows["amount_sum"],
        "reports": rows["report_id_list"],
        "because_en": pa.array([text.en for text in texts], pa.string()),
        "because_zh": pa.array([text.zh for text in texts], pa.string()),
    }
    names = STATEMENTS_WANTED.names
    table = pa.table([columns[name] for name in names], names).cast(STATEMENTS_WANTED.stored)
    return table.sort_by(STATEMENTS_WANTED.ordering)


def doubts(given: Material, seen: Scene) -> pa.Table:
    """What the records left open, and what was assumed instead."""
    follow = seen.flow.follow[: len(given.book.accounts)]
    counts = {
        "equal_instants": seen.tied,
        "circles": seen.circles,
        "opening_unknown": int(np.count_nonzero(follow & ~seen.stated[: follow.size])),
        "no_statement": int(np.count_nonzero(follow & ~given.known.stated)),
    }
    rows = [
        {
            "doubt": name,
            "count": count,
            "effect_en": _DOUBTS[name].en,
            "effect_zh": _DOUBTS[name].zh,
        }
        for name, count in counts.items()
        if count
    ]
    return pa.Table.from_pylist(rows, schema=TRACE_DOUBTS.stored)
