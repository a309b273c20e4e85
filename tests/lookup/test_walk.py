"""The chain of an identifier: every hop with its row, hubs tamed, nothing twice."""

from pathlib import Path

import pytest

from lookup.test_row_index import put
from suyuan.lookup.index import Index
from suyuan.lookup.walk import HUB, WIDTH, ChainNode, walk
from suyuan.store.layout import Layout

CARD = {"operator": "R", "network": "C", "agent": "A", "product": "personal"}


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout(tmp_path)
    put(
        made,
        "accounts",
        [
            {"account_id": "qq:1", "phone": "13800000001", "holder_id": "P", "device": "D"},
            {"account_id": "qq:2", "phone": "13800000002", "holder_id": "P"},
        ],
    )
    cards = [
        CARD | {"iccid": f"S{n}", "msisdn": f"1380000{n:04d}", "customer_id": "P" if n < 3 else "Q"}
        for n in range(1, 300)
    ]
    put(made, "sims", cards)
    numbers = ["13800000001"] * 5 + ["13800000007"] * 2
    put(made, "calls", [{"caller": n, "callee": "1", "imei": "D"} for n in numbers])
    put(made, "parties", [{"party_id": "P", "phones": ["13800000001"], "accounts": ["qq:1", "6"]}])
    put(made, "bank_accounts", [{"account_no": "6", "holder_id": "P", "kind": "bank"}])
    return made


def tree(layout: Layout, identifier: str, depth: int = 2) -> ChainNode:
    with Index(layout) as index:
        found = walk(index, identifier, depth=depth)
    assert found is not None
    return found


def paths(node: ChainNode, above: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
    here = (*above, node.subject)
    return {here}.union(*(paths(child, here) for child in node.children))


def ends(node: ChainNode) -> set[str]:
    return {path[-1] for path in paths(node)}


def test_account_to_card_to_outlet_to_reseller_to_carrier(layout: Layout) -> None:
    found = tree(layout, "qq:1")
    chain = ("account:qq:1", "phone:13800000001", "sim:S1", "agent:A", "operator:R", "carrier:C")
    assert chain in paths(found)
    card = next(node for node in found.walk() if node.subject == "sim:S1")
    assert (card.file, card.line) == ("sims.csv", 2)


def test_number_to_handset_to_other_numbers(layout: Layout) -> None:
    found = tree(layout, "phone:13800000001")
    assert ("phone:13800000001", "device:D", "phone:13800000007") in paths(found)
    handset = next(node for node in found.walk() if node.subject == "device:D")
    assert (handset.count, handset.file, handset.line) == (5, "calls.csv", 2)


@pytest.mark.parametrize(
    ("asked", "reached"),
    [
        ("P", {"account:qq:1", "account:qq:2", "bank_account:6", "sim:S1", "agent:A"}),
        ("D", {"account:qq:1", "phone:13800000001", "phone:13800000007", "sim:S1"}),
        ("S2", {"phone:13800000002", "agent:A", "operator:R", "carrier:C", "party:P"}),
        ("6", {"party:P", "account:qq:1"}),
        ("A", {"operator:R", "carrier:C", "sim:S1"}),
        ("operator:R", {"agent:A", "carrier:C", "sim:S1"}),
        ("C", {"operator:R"}),
    ],
)
def test_from_every_kind(layout: Layout, asked: str, reached: set[str]) -> None:
    assert reached <= ends(tree(layout, asked))


def test_hubs_are_named_with_their_number_and_not_followed(layout: Layout) -> None:
    found = tree(layout, "agent:A", depth=3)
    cards = [node for node in found.children if node.kind == "sim"]
    assert len(cards) == WIDTH[0]
    assert [count for _, count in found.more] == [299 - WIDTH[0]]
    assert all(card.cut for card in cards)  # 299 cards are more than a hub's
    assert HUB < 299
    assert not any(node.kind == "account" for node in found.walk())


def test_outlets_met_on_the_way_are_weighed_not_followed(layout: Layout) -> None:
    outlet = next(node for node in tree(layout, "qq:1").walk() if node.subject == "agent:A")
    assert outlet.mentions == 299
    assert {child.kind for child in outlet.children} == {"operator"}


def test_nothing_stands_twice_unmarked(layout: Layout) -> None:
    subjects = [node.subject for node in tree(layout, "P", depth=4).walk() if not node.again]
    assert len(subjects) == len(set(subjects))


def test_the_depth_is_kept(layout: Layout) -> None:
    # a row that names a card names who stands above it, too: ladders are no hops
    followed = {p for p in paths(tree(layout, "qq:1", depth=1)) if p[-1].startswith("sim:")}
    assert not followed


def test_unknown(layout: Layout) -> None:
    with Index(layout) as index:
        assert walk(index, "nobody") is None
        assert walk(index, "x' OR 1=1 --") is None
