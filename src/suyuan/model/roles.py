"""The roles that findings give: words in both languages, and where each stands on the chain.

This is the one table: what serves a ring by which link, what is drawn where, what ``rings`` counts
and which sales make a ground all read it. The links themselves are in :mod:`suyuan.model.links`.
"""

from dataclasses import dataclass
from typing import Literal

from suyuan.model.links import LINKS, OWN_LINK, Layer
from suyuan.model.text import Text

_NO_TEXT = Text("", "")


@dataclass(frozen=True, slots=True)
class Role:
    """A role; one with a ``link`` stands on the chain of the ring that it serves.

    ``layer`` is its column in drawings, from left to right; roles of one column stand below each
    other in the order of this table, under the head ``plural``. ``count_column`` is the column of
    ``rings`` that counts it. Whoever sells ``goods`` to a ring's people serves the ring. Roles that
    are shared (``is_shared``) may serve several rings at once, so that they tie no two series to
    one ring. ``helper`` counts among a ring's helpers. ``sign`` is the letter that stands for it
    where there is no room for words; ``tone`` the layer of a role that no link gives one.
    """

    name: str
    title: Text
    meaning: Text
    link: str = ""
    layer: int = 0
    plural: Text = _NO_TEXT
    count_column: str = ""
    goods: tuple[str, ...] = ()
    is_shared: bool = False
    helper: bool = False
    sign: str = ""
    tone: Layer = "people"

    @property
    def letter(self) -> str:
        """Its sign; the first letter of its title where it has none of its own."""
        return self.sign or self.title.en[:1].upper()

    @property
    def colour(self) -> Layer | Literal["ring"]:
        """After which layer it is coloured; who belongs to the ring has a colour of the ring's."""
        if self.link == OWN_LINK:
            return "ring"
        return LINKS[self.link].layer if self.link else self.tone


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(
            "leak_source",
            Text("leak source", "泄露源头"),
            Text("where order records got out", "订单信息从这里流出"),
            link="leaked_to",
            layer=1,
            plural=Text("Leak source", "泄露源头"),
            sign="L",
        ),
        Role(
            "data_broker",
            Text("data broker", "料商"),
            Text("sells stolen order records", "出售被盗订单信息"),
            link="sold_records_to",
            layer=2,
            plural=Text("Data brokers", "料商"),
            count_column="data_brokers",
            goods=("records",),
            is_shared=True,
            helper=True,
            sign="D",
        ),
        Role(
            "ring_member",
            Text("ring member", "团伙成员"),
            Text("works for a ring", "为团伙做事"),
            link="belongs_to",
            layer=4,
            plural=Text("Ring", "团伙"),
            sign="R",
        ),
        Role(
            "scam_caller",
            Text("scam caller", "诈骗号码"),
            Text("a phone that makes scam calls", "拨打诈骗电话的号码"),
            link="belongs_to",
            layer=4,
            plural=Text("Scam numbers", "所用号码"),
            sign="C",
        ),
        Role(
            "sms_activation",
            Text("SMS-activation number", "接码号码"),
            Text("receives codes for others", "代他人接收验证码"),
            sign="V",
        ),
        Role(
            "farmed_account",
            Text("farmed account", "养号账号"),
            Text("registered in bulk for sale", "批量注册待售的账号"),
            sign="F",
        ),
        Role(
            "account_merchant",
            Text("account merchant", "号商"),
            Text("sells farmed accounts", "出售批量注册的账号"),
            link="sold_accounts_to",
            layer=3,
            plural=Text("Account merchants", "号商"),
            count_column="account_merchants",
            goods=("chat_account", "token_account"),
            is_shared=True,
            helper=True,
            sign="A",
        ),
        Role(
            "sim_supplier",
            Text("SIM supplier", "卡源"),
            Text("opens SIM cards in bulk for others", "为他人批量开卡"),
            link="opened_sim_for",
            layer=3,
            plural=Text("SIM suppliers", "卡源"),
            count_column="sim_suppliers",
            goods=("sim",),
            is_shared=True,
            sign="S",
        ),
        Role(
            "mule_account",
            Text("mule account", "跑分账户"),
            Text("passes stolen money on", "转移赃款的账户"),
            link="laundered_for",
            layer=5,
            plural=Text("Mule accounts", "跑分账户"),
            count_column="mules",
            sign="M",
        ),
        Role(
            "middleman",
            Text("middleman", "中间人"),
            Text("sits between a ring and its card merchants", "在团伙与卡商之间"),
            link="laundered_for",
            layer=6,
            plural=Text("Middlemen", "中间人"),
            count_column="middlemen",
            is_shared=True,
            helper=True,
            sign="I",
        ),
        Role(
            "card_merchant",
            Text("card merchant", "卡商"),
            Text(
                "buys cards or points paid for with stolen money at a discount and resells them",
                "折价回收赃款购得的卡券并倒卖",
            ),
            link="laundered_for",
            layer=7,
            plural=Text("Card merchants", "卡商"),
            count_column="card_merchants",
            is_shared=True,
            helper=True,
            sign="K",
        ),
        Role(
            "breach",
            Text("breach of a rule", "违规"),
            Text("broke a rule in force at the time", "违反当时有效的规定"),
            sign="!",
            tone="information",
        ),
    )
}
#: Roles on the chain, in the order in which drawings and lists show them.
ON_CHAIN: tuple[str, ...] = tuple(
    sorted((name for name, role in ROLES.items() if role.link), key=lambda name: ROLES[name].layer)
)
#: The same, column by column.
LAYERS: tuple[tuple[str, ...], ...] = tuple(
    tuple(name for name in ON_CHAIN if ROLES[name].layer == layer)
    for layer in sorted({ROLES[name].layer for name in ON_CHAIN})
)
HELPERS: tuple[str, ...] = tuple(name for name, role in ROLES.items() if role.helper)


def linked_by(link: str) -> tuple[str, ...]:
    """Roles on the chain that serve by `link`: whoever plays several is shown as the first."""
    order = sorted(ON_CHAIN, key=lambda name: -ROLES[name].layer)
    return tuple(name for name in order if ROLES[name].link == link)
