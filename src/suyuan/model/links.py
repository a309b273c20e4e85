"""What ties somebody to a ring, and the causes that a cut takes away.

Which roles serve by a link is in :mod:`suyuan.model.roles`.
"""

from dataclasses import dataclass
from typing import Literal

from suyuan.model.text import Text

Layer = Literal["people", "money", "information"]


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A link: its words between two ends, the layer of the graph, the cause it belongs to."""

    name: str
    title: Text
    layer: Layer
    cause: str


LINKS: dict[str, ChainLink] = {
    link.name: link
    for link in (
        ChainLink("leaked_to", Text("leaked to", "泄露给"), "information", "leaks"),
        ChainLink(
            "sold_records_to", Text("sold records to", "贩卖订单信息给"), "information", "leaks"
        ),
        ChainLink(
            "sold_accounts_to", Text("sold accounts to", "贩卖账号给"), "people", "platforms"
        ),
        ChainLink("opened_sim_for", Text("opened SIMs for", "开卡供给"), "people", "sims"),
        ChainLink("laundered_for", Text("laundered for", "洗钱服务于"), "money", "services"),
        ChainLink("belongs_to", Text("belongs to", "属于"), "people", "people"),
    )
}
#: The newspaper page's four causes, and the ring's own people, as ``cuts`` names them.
CAUSES: dict[str, Text] = {
    "sims": Text("SIMs opened against the rules", "违规开办的电话卡"),
    "platforms": Text("accounts whose sale platforms tolerated", "平台放任买卖的账号"),
    "leaks": Text("leaks of order data", "订单信息泄露"),
    "services": Text("illegal services: laundering, codes", "非法服务（洗钱、接码）"),
    "people": Text("the ring's own people", "团伙自身成员"),
}
#: The link of the ring's own people and numbers.
OWN_LINK = "belongs_to"
#: The cause of a link that belongs to none of the four.
OWN_PEOPLE = "people"


def link_title(name: str) -> Text:
    """The words of a link; one that is not of this table stands as it is."""
    return LINKS[name].title if name in LINKS else Text(name, name)
