"""Steps that look at the finished chain: what a cut would have stopped, who was there when."""

from suyuan.chain.activity import active
from suyuan.chain.cutting import cut
from suyuan.model.roles import ON_CHAIN
from suyuan.model.text import Text
from suyuan.store.steps import Step

#: Roles on the chain that detectors find; members are found by the chain itself.
SERVICES = tuple(role for role in ON_CHAIN if role not in {"leak_source", "ring_member"})
CUTS_STEP = Step(
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
        *(f"findings:{role}" for role in (*SERVICES, "farmed_account", "sms_activation")),
    ),
    writes=("cuts",),
    run=cut,
    without={
        "sims": Text(
            "the part of SIM cards opened against the rules cannot be assessed",
            "无法评估违规开卡的影响",
        ),
        "orders": Text("the part of leaks cannot be assessed", "无法评估信息泄露的影响"),
    },
)
ACTIVITY = Step(
    name="activity",
    title=Text("Who was active when", "成员活动时间"),
    reads=("grounds",),
    writes=("ring_activity",),
    run=active,
)
AFTER = (CUTS_STEP, ACTIVITY)
