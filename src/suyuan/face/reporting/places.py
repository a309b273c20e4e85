"""Who holds the money at each place that a trace names: the columns of drawings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.face.reporting.source import Source
from suyuan.model.roles import ROLES
from suyuan.model.text import Text

#: Kinds of holder, in the order in which drawings stack them.
PLACES: dict[str, Text] = {
    "victim": Text("victims' own accounts", "被害人本人账户"),
    "mule_account": ROLES["mule_account"].title,
    "ring_member": ROLES["ring_member"].title,
    "middleman": ROLES["middleman"].title,
    "card_merchant": ROLES["card_merchant"].title,
    "bank": Text("other bank accounts", "其他银行账户"),
    "wallet": Text("other wallets", "其他钱包"),
    "loan": Text("lenders", "贷款机构"),
    "merchant": Text("merchants", "商户"),
    "voucher_shop": Text("card shops", "售卡商户"),
    "voucher": Text("prepaid cards and points", "预付卡与点卡"),
    "party": Text("other people and firms", "其他个人与单位"),
    "other": Text("other places", "其他"),
}
#: Roles that a place is drawn as; the first that is held wins.
_ROLES = ("middleman", "card_merchant", "mule_account", "ring_member")


@dataclass(frozen=True, slots=True)
class Places:
    """``kind`` of each subject, ``holder`` (``party:id``) of each money account."""

    kind: Mapping[str, str]
    holder: Mapping[str, str]

    def entity(self, subject: str) -> str:
        """The person behind a place where known, else the place."""
        return self.holder.get(subject, subject)


def places(subjects: Iterable[str], source: Source) -> Places:
    """What each of `subjects` is, by decided role, by owner, by kind of account."""
    wanted = set(subjects)
    numbers = [name.partition(":")[2] for name in wanted if name.startswith("bank_account:")]
    accounts = source.money_accounts(numbers).to_pylist()
    holder = {
        f"bank_account:{row['account_no']}": f"party:{row['holder_id']}"
        for row in accounts
        if row["holder_id"]
    }
    account_kind = {f"bank_account:{row['account_no']}": row["kind"] for row in accounts}
    roles = _decided(source.table("findings"))
    victims = {f"party:{one}" for one in source.reports()["victim_id"].to_pylist() if one}
    kind = {}
    for name in wanted:
        entity = holder.get(name, name)
        role = roles.get(name) or roles.get(entity)
        own = "victim" if entity in victims and role is None else role
        written = account_kind.get(name) or name.partition(":")[0]
        kind[name] = own or (written if written in PLACES else _plain(written))
    return Places(kind, holder)


def _plain(kind: str) -> str:
    return {"bank_account": "bank", "account": "wallet"}.get(kind, "other")


def _decided(findings: pa.Table) -> dict[str, str]:
    held: dict[str, str] = {}
    decided = findings.filter(findings["decided"])
    for role in _ROLES:
        own = decided.filter(pc.equal(decided["role"], role))
        for subject in own["subject"].to_pylist():
            held.setdefault(subject, role)
    return held
