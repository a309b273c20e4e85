"""Subjects: who or what a finding is about, written ``kind:id``.

Only the first ``:`` separates (and, for actor and terminal, the first ``/`` of the id);
nothing is escaped.
"""

from typing import NamedTuple

from suyuan.model.errors import InputError
from suyuan.model.text import Text

KINDS: dict[str, Text] = {
    "phone": Text("phone", "号码"),
    "sim": Text("SIM", "手机卡"),
    "device": Text("device", "设备"),
    "account": Text("account", "账号"),
    "bank_account": Text("bank account", "资金账户"),
    "voucher": Text("voucher", "卡券"),
    "party": Text("party", "主体"),
    "merchant": Text("merchant", "商户"),
    "courier": Text("courier", "快递"),
    "platform": Text("platform", "平台"),
    "software": Text("software", "打单软件"),
    "warehouse": Text("warehouse", "仓库"),
    "actor": Text("login", "操作员"),
    "terminal": Text("terminal", "终端"),
    "ip": Text("IP address", "IP地址"),
    "operator": Text("operator", "运营商"),
    "agent": Text("agent", "代理网点"),
    "exhibit": Text("exhibit", "物证"),
    "report": Text("report", "报案"),
    "order": Text("order", "订单"),
    "ring": Text("ring", "团伙"),
}


class Subject(NamedTuple):
    """A subject taken apart; ``str()`` puts it together again."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @property
    def parts(self) -> tuple[str, ...]:
        """The id as (organisation, name) for an actor or terminal, else as it is."""
        if self.kind in {"actor", "terminal"}:
            return tuple(self.id.split("/", 1))
        return (self.id,)


def parse(text: str) -> Subject:
    """Take ``kind:id`` apart; raises :class:`InputError` for an unknown kind or no id."""
    kind, separator, id_ = text.partition(":")
    if not separator or kind not in KINDS or not id_:
        raise InputError(
            Text("Not a subject.", "不是主体标识。"),
            value=text,
            hint=Text(
                f"Write kind:id, with one of: {', '.join(KINDS)}.",
                f"请写成 kind:id，kind 取：{'、'.join(KINDS)}。",
            ),
        )
    return Subject(kind, id_)
