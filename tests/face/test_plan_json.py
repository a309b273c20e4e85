"""Drawings as JSON: every plan has a form that a screen reads back whole."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from suyuan.chain.flow_graph import FlowGraph, HolderFlow
from suyuan.chain.holder_kinds import HolderKinds
from suyuan.face.display import Display
from suyuan.face.drawings.chain import chain_drawing
from suyuan.face.drawings.plan_json import plan_json
from suyuan.face.drawings.sankey import sankey
from suyuan.face.rings import RingView, Stand
from suyuan.model.text import Text


@dataclass(frozen=True, slots=True)
class _Plan:
    title: Text
    ends: tuple[tuple[float, str], ...]
    rows: list[dict[str, Any]]


def test_a_plan_becomes_objects_lists_and_text() -> None:
    plan = _Plan(Text("loss", "损失"), ((1.5, "a"),), [{"at": datetime(2019, 5, 1, 8), "n": None}])
    assert plan_json(plan) == {
        "title": {"en": "loss", "zh": "损失"},
        "ends": [[1.5, "a"]],
        "rows": [{"at": "2019-05-01T08:00:00Z", "n": None}],
    }


def test_the_plan_of_a_chain_survives_json() -> None:
    stand = Stand("party:1", "card_merchant", Decimal(100), 1, targets={"ring:G"})
    ring = RingView(
        {"ring_id": "G", "reports": 3, "loss": Decimal(900)}, {"card_merchant": [stand]}, []
    )
    drawing = chain_drawing(ring, FlowGraph((), {}, {}, HolderKinds({}, {})), Display("UTC"))
    told = json.loads(json.dumps(plan_json(drawing), allow_nan=False))
    assert [box["first"]["zh"] for box in told["boxes"]] == [box.first.zh for box in drawing.boxes]
    assert [edge["path"] for edge in told["edges"]] == [edge.path for edge in drawing.edges]


def test_the_plan_of_traced_money_survives_json() -> None:
    flows = (HolderFlow(0, "victim", "bank", 500, False),)
    drawing = sankey(FlowGraph(flows, {}, {}, HolderKinds({}, {})))
    assert drawing is not None
    told = json.loads(json.dumps(plan_json(drawing), allow_nan=False))
    assert len(told["bars"]) == len(drawing.bars) == 2
    assert told["ribbons"][0]["title"]["en"] == drawing.ribbons[0].title.en


@pytest.mark.parametrize("part", [float("nan"), float("inf")])
def test_a_number_that_json_does_not_have_is_refused(part: float) -> None:
    with pytest.raises(ValueError, match="no number"):
        plan_json((part,))


@pytest.mark.parametrize("part", [Decimal(1), {1, 2}, date(2019, 5, 1), timedelta(1), Text])
def test_what_is_no_part_of_a_drawing_is_refused(part: object) -> None:
    with pytest.raises(TypeError, match="no part"):
        plan_json([part])
