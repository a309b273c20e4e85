"""What to ask for next: statements of accounts where stolen money went out of sight."""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.exits import NO_STATEMENT, POOL
from suyuan.model.money import yuan
from suyuan.model.results import STATEMENTS_WANTED, TRACE_DOUBTS
from suyuan.model.text import Text
from suyuan.money.arrays import Steps
from suyuan.money.flow_graph import TraceGraph, TraceInputs
from suyuan.money.inferred_payments import INFERENCE, LIKELY, is_inferred
from suyuan.money.ledger import find

_WHY: Final = {
    NO_STATEMENT: Text(
        "{amount} yuan of stolen money came in and its statement is not at hand.",
        "赃款{amount}元流入该账户，但尚未取得其流水。",
    ),
    POOL: Text(
        "{amount} yuan of stolen money went into this pooled account: "
        "ask for the orders and payees behind these payments.",
        "赃款{amount}元进入该公共账户：请调取对应的订单与实际收款方。",
    ),
    INFERENCE: Text(
        "{amount} yuan of stolen money went out of it by payments that no row shows and only the "
        "balances of statements tell: ask for the rows that are missing.",
        "赃款{amount}元由该账户转出，流水中无对应记录，仅由流水的余额推得：请补调缺失的流水。",
    ),
}
_DOUBTS: Final = {
    "equal_instants": Text(
        "Payments of the same instant were put in an order in which money comes in before it "
        "goes out.",
        "同一时刻的交易按先入后出的次序处理。",
    ),
    "circles": Text(
        "Payments of the same instant form a circle; their order is a guess.",
        "同一时刻的交易形成环路，其先后次序为推定。",
    ),
    "opening_unknown": Text(
        "Accounts without a known opening balance: the least that their payments need was assumed.",
        "期初余额未知的账户，按其支出所需的最低金额推定。",
    ),
    "no_statement": Text(
        "Accounts that stolen money reached and whose statement is not at hand.",
        "赃款流入但未取得流水的账户。",
    ),
    "inferred_payments": Text(
        "Payments that no row shows were put in, since the balances of two statements agree on "
        "them; traces show them without a payment_id.",
        "流水缺失、但两份流水的余额相互印证的交易已予补入；追踪步骤中此类交易没有payment_id。",
    ),
    "likely_payments": Text(
        "Payments that no row shows were put in, since money came unseen to an account that the "
        "payer is known to pay, while the payer's statement lacks rows: likely, not certain.",
        "流水缺失的交易按推定补入：收款账户有来源不明的入账，而与其素有往来的付款账户同期流水不全；"
        "仅为可能，并非确定。",
    ),
    "rows_missing": Text(
        "Balances that do not follow from one another, where no other statement shows where the "
        "money went or came from: it is an exit of that account without a statement.",
        "余额前后不衔接，且无其他流水可说明资金来去：按该账户流水缺失处理。",
    ),
    "pools_by_flow": Text(
        "Accounts that no institution declares to be pools, at which tracing stopped since their "
        "flow is one's: ask whose they are; declare them (kind) or give the payees behind.",
        "未经机构申报、仅因资金流向特征而视为公共账户并在此停止追踪的账户：请核实其归属，"
        "或申报账户类别，或调取背后的实际收款方。",
    ),
    "prices_unpaid": Text(
        "Prices at which somebody took cards and handed them on in bulk, and which bear no payment "
        "of his: no sale, the money is followed to whoever paid for the cards; ask for his "
        "statements.",
        "接手卡券时记有价格、但无本人付款印证且随即成批转手的：不视为其已付款，资金继续追至实际付款的"
        "收卡人；请调取其账户流水核实。",
    ),
    "card_payments_unclear": Text(
        "Cards that name no payment and that several payments can have bought: tied to none; ask "
        "the seller for the orders.",
        "未注明付款流水、且有多笔付款可能对应的卡券：未与任何付款关联，请向售卡方调取订单。",
    ),
}


_EXIT_COLUMNS: Final = ["exit", "reason", "amount", "report_id", "at"]


def statements_wanted(
    inputs: TraceInputs, graph: TraceGraph, steps: Steps, exits: pa.Table
) -> pa.Table:
    """Accounts at which tracing had to stop for lack of a statement, the largest first, and those
    that it left by payments that no row shows. `steps` and `exits` are of one method.
    """
    out = exits.filter(pc.is_in(exits["reason"], value_set=pa.array(list(_WHY))))
    out = out.select(_EXIT_COLUMNS)
    unseen_exits = _unseen_exits(inputs, graph, steps)
    is_known = pc.is_in(unseen_exits["exit"], value_set=out["exit"].combine_chunks())
    out = pa.concat_tables([out, unseen_exits.filter(pc.invert(is_known))])
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
        pc.replace_substring_regex(rows["exit"], "^bank_account:", ""), inputs.book.accounts
    )
    last = pa.scalar(int(inputs.book.at.max(initial=0))).cast(pa.timestamp("us"))
    columns = {
        "account": rows["exit"],
        "institution": inputs.known.institution.take(pa.array(account, mask=account < 0)),
        "from": rows["at_min"],
        "to": pa.repeat(last, rows.num_rows),
        "amount": rows["amount_sum"],
        "reports": rows["report_id_list"],
        "because_en": pa.array([text.en for text in texts], pa.string()),
        "because_zh": pa.array([text.zh for text in texts], pa.string()),
    }
    names = STATEMENTS_WANTED.names
    table = pa.table([columns[name] for name in names], names).cast(STATEMENTS_WANTED.schema)
    return table.sort_by(STATEMENTS_WANTED.sort_keys)


def _unseen_exits(inputs: TraceInputs, graph: TraceGraph, steps: Steps) -> pa.Table:
    """Stolen money that left an account by an inferred payment, in the columns of an exit."""
    payment = graph.payment[steps.event]
    rows = np.flatnonzero((payment >= 0) & is_inferred(inputs.book)[payment])
    event = steps.event[rows]
    columns = {
        "exit": graph.places.subjects(graph.flow.source[event]),
        "reason": pa.repeat(pa.scalar(INFERENCE, pa.string()), rows.size),
        "amount": pa.array(steps.amount[rows]),
        "report_id": inputs.claims.reports.take(pa.array(steps.label[rows])),
        "at": pa.array(graph.at[event]).cast(pa.timestamp("us")),
    }
    return pa.table(columns)


def doubts(inputs: TraceInputs, graph: TraceGraph, unclear: int) -> pa.Table:
    """What the records left open, and what was assumed instead.

    `unclear` cards could have been bought by several payments.
    """
    follow = graph.flow.follow[: len(inputs.book.accounts)]
    likely = follow[inputs.book.payer] & is_inferred(inputs.book, LIKELY)
    unseen_count = follow[inputs.book.payer] & is_inferred(inputs.book) & ~likely
    counts = {
        "equal_instants": graph.tied,
        "circles": graph.circles,
        "opening_unknown": int(np.count_nonzero(follow & ~graph.stated[: follow.size])),
        "no_statement": int(np.count_nonzero(follow & ~inputs.known.stated)),
        "inferred_payments": int(np.count_nonzero(unseen_count)),
        "likely_payments": int(np.count_nonzero(likely)),
        "rows_missing": int(np.count_nonzero(follow[inputs.gaps.account])),
        "pools_by_flow": graph.pools_by_flow.size,
        "prices_unpaid": graph.prices_unpaid,
        "card_payments_unclear": unclear,
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
    return pa.Table.from_pylist(rows, schema=TRACE_DOUBTS.schema)
