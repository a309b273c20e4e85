"""What kind of holder each place is that a trace names: by role, by owner, by kind of account."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from suyuan.model.roles import ROLES, linked_by
from suyuan.model.text import Text

#: Roles that a place is drawn as; the first that is held wins.
_ROLES = (*linked_by("laundered_for"), "ring_member")
#: Kinds of holder, in the order in which drawings stack them.
HOLDERS: dict[str, Text] = {
    "victim": Text("victims' own accounts", "被害人本人账户"),
    **{role: ROLES[role].title for role in reversed(_ROLES)},
    "bank": Text("other bank accounts", "其他银行账户"),
    "wallet": Text("other wallets", "其他钱包"),
    "loan": Text("lenders", "贷款机构"),
    "merchant": Text("merchants", "商户"),
    "voucher_shop": Text("card shops", "售卡商户"),
    "voucher": Text("prepaid cards and points", "预付卡与点卡"),
    "party": Text("other people and firms", "其他个人与单位"),
    "other": Text("other places", "其他"),
}


@dataclass(frozen=True, slots=True)
class HolderKinds:
    """``kind`` of each subject, ``holder`` (``party:id``) of each money account."""

    kind: Mapping[str, str]
    holder: Mapping[str, str]

    def entity(self, subject: str) -> str:
        """The person behind a place where known, else the place."""
        return self.holder.get(subject, subject)


def holder_kinds(
    subjects: Iterable[str], accounts: pa.Table, findings: pa.Table, victims: Iterable[str]
) -> HolderKinds:
    """What each of `subjects` is, by decided role, by owner, by kind of account.

    `accounts` has ``account_no, holder_id, kind`` of the money accounts among them; `victims` are
    ids of parties.
    """
    rows = accounts.to_pylist()
    holder = {
        f"bank_account:{row['account_no']}": f"party:{row['holder_id']}"
        for row in rows
        if row["holder_id"]
    }
    account_kind = {f"bank_account:{row['account_no']}": row["kind"] for row in rows}
    roles, own = _role_of(findings), {f"party:{id_}" for id_ in victims}
    kind = {}
    for name in set(subjects):
        entity = holder.get(name, name)
        role = roles.get(name) or roles.get(entity)
        known_role = "victim" if entity in own and role is None else role
        word = account_kind.get(name) or name.partition(":")[0]
        kind[name] = known_role or (word if word in HOLDERS else _plain(word))
    return HolderKinds(kind, holder)


def _plain(kind: str) -> str:
    return {"bank_account": "bank", "account": "wallet"}.get(kind, "other")


def _role_of(findings: pa.Table) -> dict[str, str]:
    role_of: dict[str, str] = {}
    leads = findings.filter(findings["decided"])
    for role in _ROLES:
        own = leads.filter(pc.equal(leads["role"], role))
        for subject in own["subject"].to_pylist():
            role_of.setdefault(subject, role)
    return role_of
