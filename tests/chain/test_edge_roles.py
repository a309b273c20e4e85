"""The role behind an edge, by findings and where none speaks."""

from suyuan.chain.edge_roles import edge_role


def _edge(link: str) -> dict[str, str]:
    return {"source": "party:1", "ring_id": "R", "link": link}


def test_of_several_roles_the_one_furthest_to_the_right_counts() -> None:
    findings = {("middleman", "party:1", "R"), ("card_merchant", "party:1", "R")}
    assert edge_role(_edge("laundered_for"), findings) == "card_merchant"


def test_a_finding_of_another_ring_gives_no_role() -> None:
    findings = {("card_merchant", "party:1", "S"), ("middleman", "party:1", "R")}
    assert edge_role(_edge("laundered_for"), findings) == "middleman"


def test_whoever_no_finding_names_stands_furthest_to_the_left() -> None:
    assert edge_role(_edge("laundered_for"), set()) == "mule_account"
    assert edge_role(_edge("leaked_to"), set()) == "leak_source"
