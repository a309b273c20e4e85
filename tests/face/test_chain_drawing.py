"""The chain's picture: what is drawn, what is folded, and which way money runs."""

from decimal import Decimal

from suyuan.chain.flow_graph import FlowGraph
from suyuan.chain.holder_kinds import HolderKinds
from suyuan.chain.ring_flows import RING, RingFlow
from suyuan.face.display import Display
from suyuan.face.drawings.chain import BOXES_SHOWN, chain_drawing
from suyuan.face.drawings.ring_money import ring_money
from suyuan.face.rings import RingView, Stand

ROW = {"ring_id": "G", "reports": 3, "loss": Decimal(900)}


def _ring(**roles: list[str]) -> RingView:
    people = {
        role: [Stand(s, role, Decimal(100), 1, targets={"ring:G"}) for s in subjects]
        for role, subjects in roles.items()
    }
    return RingView(ROW, people, [])


def _traced(**between: int) -> FlowGraph:
    moved = {tuple(name.split("__")): fen for name, fen in between.items()}
    return FlowGraph((), {}, {"G": moved}, HolderKinds({}, {"account": "party:dealer"}))


def test_more_people_than_fit_become_one_box_that_says_so() -> None:
    dealers = [f"party:{n}" for n in range(40)]
    drawing = chain_drawing(_ring(card_merchant=dealers), _traced(), Display("UTC"))
    assert drawing.hidden == 40 - (BOXES_SHOWN - 1)
    assert any(box.first.en == "+ 35 more" for box in drawing.boxes)
    assert all(box.y + box.height <= drawing.top + drawing.height for box in drawing.boxes)


def test_money_is_followed_through_places_that_are_not_drawn() -> None:
    ring = _ring(mule_account=["mule"], middleman=["between"], card_merchant=["party:dealer"])
    traced = _traced(victim__mule=90, mule__shop=90, shop__between=60, between__account=60)
    stands_for = {"mule": "mule", "between": "between", "party:dealer": "party:dealer"}
    assert ring_money(ring, traced, stands_for) == [
        RingFlow("mule", "between", 90),
        RingFlow("between", "party:dealer", 60),
        RingFlow(RING, "mule", 10_000, is_traced=False),
    ]


def test_who_gets_no_traced_money_is_tied_to_the_ring() -> None:
    passed = ring_money(_ring(middleman=["between"]), _traced(), {"between": "between"})
    assert passed == [RingFlow(RING, "between", 10_000, is_traced=False)]


def test_whoever_has_no_money_at_all_is_drawn_without_an_invented_sum() -> None:
    stand = Stand("party:1", "middleman", Decimal(0), 1, targets={"ring:G"})
    drawing = chain_drawing(RingView(ROW, {"middleman": [stand]}, []), _traced(), Display("UTC"))
    (edge,) = drawing.edges
    assert edge.title.en.endswith(": no traced money")
    assert "元" not in edge.title.zh.rpartition("→")[2]


def test_money_never_runs_to_the_left() -> None:
    ring = _ring(mule_account=["mule"], card_merchant=["dealer"])
    passed = ring_money(ring, _traced(dealer__mule=50), {"mule": "mule", "dealer": "dealer"})
    assert ("dealer", "mule") not in {(flow.origin, flow.target) for flow in passed}


def test_somebody_in_two_roles_stands_twice() -> None:
    ring = _ring(middleman=["party:1"], card_merchant=["party:1"])
    drawing = chain_drawing(ring, _traced(), Display("UTC"))
    assert sum(box.kind == "person" for box in drawing.boxes) == 2
