"""Which columns lead from one identifier to the next: number to card to outlet to carrier.

Declared once, as data, for everyone who walks the records (see :mod:`suyuan.lookup.walk`).
"""

from dataclasses import dataclass
from typing import Final

from suyuan.model.text import Text

#: Kinds that tie too many to be followed from; their own relations are shown where asked for.
ENDS: Final = frozenset(
    {"operator", "carrier", "agent", "ip", "report", "platform", "institution", "exhibit"}
)
#: What is bought and sold may be of any kind.
ITEM: Final = "item"


@dataclass(frozen=True, slots=True)
class End:
    """A column whose cells are of `kind`, told by `words`.

    Where the column holds several kinds, `kind` is None and each cell tells its own, or it is
    `otherwise`.
    """

    column: str
    kind: str | None
    words: Text
    otherwise: str = ITEM

    def kind_of(self, cell: str) -> str:
        """The kind of one cell."""
        return self.kind or _cell(cell) or self.otherwise


@dataclass(frozen=True, slots=True)
class Relation:
    """From `of` in a row of `table` to `to`, and along `ladders` further up in the same row.

    `events`: the two stand together in many rows, which are counted and not listed.
    """

    table: str
    of: End
    to: End
    ladders: tuple[tuple[End, ...], ...] = ()
    events: bool = False


_NUMBER = Text("number", "号码")
_HANDSET = Text("handset", "终端")
_CARD = End("iccid", "sim", Text("SIM card", "手机卡"))
_MSISDN = End("msisdn", "phone", _NUMBER)
_AGENT = End("agent", "agent", Text("opened at outlet", "开卡网点"))
_OPERATOR = End("operator", "operator", Text("sold by", "售卡方"))
_NETWORK = End("network", "carrier", Text("on the network of", "所属运营商"))
_CUSTOMER = End("customer_id", "party", Text("opened for", "开卡人"))
_ACCOUNT = End("account_id", "account", Text("account", "账号"))
_HOLDER = End("holder_id", "party", Text("held by", "实名人"))
_BANK = End("account_no", "bank_account", Text("money account", "资金账户"))
_PARTY = End("party_id", "party", Text("known of", "登记为其所有"))
_REPORT = End("report_id", "report", Text("named in report", "报案提及"))
_SELLER = End("seller", None, Text("sold by", "卖家"), "party")
_BUYER = End("buyer", None, Text("bought by", "买家"), "party")
_ITEM = End("items", None, Text("sold or bought", "买卖之物"))
_RELAY = End("relayed_to", None, Text("codes passed on to", "验证码转给"), "address")
#: Who stands above a card: where and for whom it was opened.
_ABOVE = ((_AGENT, _OPERATOR, _NETWORK), (_CUSTOMER,))

RELATIONS: Final = (
    Relation("sims", _MSISDN, _CARD, _ABOVE),
    Relation("sims", _CARD, _MSISDN, _ABOVE),
    Relation("sims", _CUSTOMER, _CARD, ((_MSISDN,), (_AGENT, _OPERATOR, _NETWORK))),
    Relation("sims", _AGENT, _OPERATOR, ((_NETWORK,),), events=True),
    Relation("sims", _AGENT, _CARD, ((_MSISDN,), (_CUSTOMER,))),
    Relation("sims", _OPERATOR, _NETWORK, events=True),
    Relation("sims", _OPERATOR, _AGENT, events=True),
    Relation("sims", _OPERATOR, _CARD, ((_MSISDN,), (_AGENT,))),
    Relation("sims", _NETWORK, _OPERATOR, events=True),
    Relation("calls", End("caller", "phone", _NUMBER), End("imei", "device", _HANDSET),
             events=True),
    Relation("calls", End("imei", "device", _HANDSET), End("caller", "phone", _NUMBER),
             events=True),
    Relation("accounts", _ACCOUNT, End("phone", "phone", Text("bound number", "绑定号码"))),
    Relation("accounts", _ACCOUNT, End("device", "device", Text("registered on", "注册设备"))),
    Relation("accounts", _ACCOUNT, _HOLDER),
    Relation("accounts", _ACCOUNT, End("ip", "ip", Text("registered from", "注册地址"))),
    Relation("accounts", End("phone", "phone", _NUMBER), _ACCOUNT),
    Relation("accounts", End("device", "device", _HANDSET), _ACCOUNT),
    Relation("accounts", _HOLDER, _ACCOUNT),
    Relation("accounts", End("ip", "ip", _HANDSET), _ACCOUNT),
    Relation("logins", _ACCOUNT, End("device", "device", Text("logged in on", "登录设备")),
             events=True),
    Relation("logins", _ACCOUNT, End("phone", "phone", Text("logged in with", "登录号码")),
             events=True),
    Relation("logins", End("device", "device", _HANDSET),
             End("account_id", "account", Text("logged in here", "在此登录的账号")), events=True),
    Relation("logins", End("phone", "phone", _NUMBER),
             End("account_id", "account", Text("logged in with it", "用其登录的账号")),
             events=True),
    Relation("otps", _MSISDN, _RELAY, events=True),
    Relation("otps", _RELAY, End("msisdn", "phone", Text("codes come from", "验证码来自")),
             events=True),
    Relation("parties", End("phones", "phone", _NUMBER), _PARTY),
    Relation("parties", End("devices", "device", _HANDSET), _PARTY),
    Relation("parties", End("accounts", None, _NUMBER, "bank_account"), _PARTY),
    Relation("parties", _PARTY, End("phones", "phone", _NUMBER)),
    Relation("parties", _PARTY, End("devices", "device", _HANDSET)),
    Relation("parties", _PARTY, End("accounts", None, Text("account", "账号"), "bank_account")),
    Relation("bank_accounts", _BANK, _HOLDER),
    Relation("bank_accounts", _BANK, End("phone", "phone", Text("bound number", "绑定号码"))),
    Relation("bank_accounts", _HOLDER, _BANK),
    Relation("bank_accounts", End("phone", "phone", _NUMBER), _BANK),
    Relation("trades", _ITEM, _SELLER, ((_BUYER,),)),
    Relation("trades", _SELLER, _ITEM),
    Relation("trades", _SELLER, _BUYER, events=True),
    Relation("trades", _BUYER, _SELLER, events=True),
    Relation("reports", End("caller_numbers", "phone", _NUMBER), _REPORT),
    Relation("reports", End("victim_phone", "phone", _NUMBER),
             End("report_id", "report", Text("reported a fraud", "报案"))),
    Relation("reports", End("victim_id", "party", _NUMBER),
             End("report_id", "report", Text("reported a fraud", "报案"))),
    Relation("reports", End("chat_accounts", "account", _NUMBER), _REPORT),
    Relation("reports", End("payee_accounts", "bank_account", _NUMBER), _REPORT),
)  # fmt: skip


def _cell(cell: str) -> str | None:
    """The kind that the form of an identifier tells, by the contract's own forms only."""
    if cell.partition(":")[2]:
        return "account"  # platform:id
    bare = cell.removeprefix("+86").removeprefix("86")
    if bare.isdigit() and len(bare) == 11 and bare.startswith("1"):
        return "phone"
    return None
