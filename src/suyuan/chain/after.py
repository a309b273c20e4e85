"""Steps that look at the finished chain: what a cut would have stopped, who was there when."""

from suyuan.chain.activity import active
from suyuan.chain.cutting import cut
from suyuan.model.text import Text
from suyuan.store.steps import Step

CUTTING = Step(
    name="cuts",
    title=Text("What would have stopped it", "假如切断会怎样"),
    reads=(
        "chain",
        "ring_series",
        "touches",
        "traces",
        "reports",
        "orders",
        "sims",
        "accounts",
        "calls",
        "trades",
        "owners",
        "aliases",
        "compliance",
        *(
            f"findings:{role}"
            for role in (
                "scam_caller",
                "data_broker",
                "account_merchant",
                "sim_supplier",
                "mule_account",
                "middleman",
                "card_merchant",
                "farmed_account",
                "sms_activation",
            )
        ),
    ),
    writes=("cuts",),
    run=cut,
    without={
        "sims": Text(
            "how much hangs on cards opened against the rules is not told",
            "无法判断违规开卡的影响",
        ),
        "orders": Text("how much hangs on leaks is not told", "无法判断信息泄露的影响"),
    },
)
ACTIVITY = Step(
    name="activity",
    title=Text("Who was there when", "成员活动时间"),
    reads=("grounds",),
    writes=("ring_activity",),
    run=active,
)
AFTER = (CUTTING, ACTIVITY)
