"""The step that measures what every account does with money, before any of it is traced."""

from typing import Final

from suyuan.detect.money_flows.accounts import measure_accounts
from suyuan.model.text import Text
from suyuan.money.settlement import settled_payments
from suyuan.store.steps import Step, StepOutput
from suyuan.store.tables import Tables


def _outputs(tables: Tables) -> StepOutput:
    if not tables.has("payments"):
        return {}
    return {
        "account_conduct": measure_accounts(tables, tables.engine.keep(settled_payments(tables)))
    }


ACCOUNT_CONDUCT_STEP: Final = Step(
    name="account conduct",
    title=Text("What accounts do with money", "账户的资金行为"),
    reads=("payments",),
    writes=("account_conduct",),
    run=_outputs,
    without={"payments": Text("no account is seen at work", "无法观察账户的资金行为")},
)
