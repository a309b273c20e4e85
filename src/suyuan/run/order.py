"""The order of the steps of an investigation; nothing else."""

from collections.abc import Callable

import ibis.expr.types as ir

from suyuan.chain.steps import CHAIN_STEPS
from suyuan.detect.detectors import DETECTORS
from suyuan.detect.leaks.risk import AT_RISK_STEP
from suyuan.detect.money_flows.step import ACCOUNT_CONDUCT_STEP
from suyuan.detect.scoring import SCORE_FLOOR, step
from suyuan.identity.matching.match import MATCHING
from suyuan.identity.step import IDENTITY
from suyuan.model.text import Text
from suyuan.money.step import MONEY
from suyuan.reading.step import READING
from suyuan.rulebook import load_rules
from suyuan.store.decisions import DECISIONS_STEP
from suyuan.store.programs import derive_from
from suyuan.store.steps import Step, StepOutput, in_order
from suyuan.store.tables import Tables


def steps(*, listed: float = SCORE_FLOOR) -> list[Step]:
    """Every step after import, each after those whose tables it reads."""
    detection_steps = (step(detector, floor=listed) for detector in DETECTORS)
    before = (DECISIONS_STEP, IDENTITY, READING, MATCHING, compliance())
    money = (ACCOUNT_CONDUCT_STEP, MONEY)
    return in_order([*before, *money, *detection_steps, AT_RISK_STEP, *CHAIN_STEPS])


def compliance() -> Step:
    """The step that asks every rule; the rulebook itself knows neither steps nor the store."""
    book = load_rules()

    def run_rules(tables: Tables) -> StepOutput:
        def derive(
            name: str, function: Callable[..., dict[str, ir.Table]], *arguments: object
        ) -> dict[str, ir.Table]:
            # The catalog's rules are named by their ids: it is in the hash of the code.
            outcome = derive_from(tables, f"rules {name}", function, arguments)
            assert isinstance(outcome, dict)
            return outcome

        report = book.check(tables, derive=derive)
        return {"compliance": report.compliance, "proofs:compliance": report.evidence}

    return Step(
        name="compliance",
        title=Text("Checking which rules were kept", "核对规则"),
        reads=tuple(book.reads),
        writes=("compliance", "proofs:compliance"),
        run=run_rules,
        without={
            "sims": Text("the rules on SIM cards are not checked", "无法核对电话卡规则"),
            "number_segments": Text(
                "whether industry cards keep to their segments cannot be said",
                "无法判断行业卡是否在专用号段内",
            ),
        },
    )
