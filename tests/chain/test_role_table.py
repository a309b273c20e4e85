"""One table of roles and links: whoever stands on the chain is drawn, tied and counted by it."""

from decimal import Decimal

import pytest

from suyuan.chain.chain_review import CUTS_STEP
from suyuan.chain.flow_graph import FlowGraph
from suyuan.chain.holder_kinds import HOLDERS, HolderKinds
from suyuan.chain.ring_evidence import LAUNDERERS, SALE_LINKS
from suyuan.detect.detectors import DETECTORS
from suyuan.face.display import Display
from suyuan.face.drawings import weeks
from suyuan.face.drawings.chain import chain_drawing
from suyuan.face.rings import RingView, Stand
from suyuan.model.links import CAUSES, LINKS
from suyuan.model.results import RINGS
from suyuan.model.roles import HELPERS, ON_CHAIN, ROLES, linked_by

NOBODY = FlowGraph((), {}, {}, HolderKinds({}, {}))


def test_every_link_has_roles_and_a_cause_and_every_role_a_link() -> None:
    assert {ROLES[name].link for name in ON_CHAIN} == set(LINKS)
    assert {link.cause for link in LINKS.values()} == set(CAUSES)
    for link in LINKS:
        assert all(ROLES[name].link == link for name in linked_by(link))


def test_rings_count_helpers_in_columns_of_their_own() -> None:
    counted = [role.count_column for role in ROLES.values() if role.count_column]
    assert len(set(counted)) == len(counted)
    assert set(counted) <= set(RINGS.names)
    assert all(ROLES[name].count_column for name in HELPERS)


def test_sellers_and_launderers_make_grounds() -> None:
    assert set(LAUNDERERS) == {n for n, role in ROLES.items() if role.link == "laundered_for"}
    assert set(LAUNDERERS) <= set(HOLDERS)
    assert {f"findings:{role}" for role in LAUNDERERS} <= set(CUTS_STEP.reads)
    assert SALE_LINKS["sim"] == ("sim_supplier", "opened_sim_for")
    assert {role for role, _ in SALE_LINKS.values()} <= {detector.role for detector in DETECTORS}


def test_signs_are_one_letter_each_and_none_twice() -> None:
    signs = [role.letter for role in ROLES.values()]
    assert all(len(sign) == 1 for sign in signs)
    assert len(set(signs)) == len(signs)


@pytest.mark.parametrize("role", ON_CHAIN)
def test_whoever_stands_on_the_chain_is_drawn(role: str) -> None:
    stand = Stand("party:1", role, Decimal(100), 1, targets={"ring:G"})
    row = {"ring_id": "G", "reports": 3, "loss": Decimal(900)}
    drawing = chain_drawing(RingView(row, {role: [stand]}, []), NOBODY, Display("UTC"))
    assert sum(box.kind == "person" for box in drawing.boxes) == 1
    assert (ROLES[role].plural, "1") in [(head[2], head[3]) for head in drawing.heads]
    assert all(ROLES[role].plural.in_(language) for language in ("en", "zh"))
    assert bool(drawing.edges) == (ROLES[role].link != "belongs_to")
    assert role in weeks.ORDER
