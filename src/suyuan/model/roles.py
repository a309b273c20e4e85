"""The roles that findings give, each with its one English and one Chinese term."""

from dataclasses import dataclass

from suyuan.model.text import Text


@dataclass(frozen=True, slots=True)
class Role:
    """A role on the chain; `helper` where it counts among a ring's helpers."""

    name: str
    title: Text
    meaning: Text
    helper: bool = False


ROLES: dict[str, Role] = {
    role.name: role
    for role in (
        Role(
            "leak_source",
            Text("leak source", "泄露源头"),
            Text("where order records got out", "订单信息从这里流出"),
        ),
        Role(
            "data_broker",
            Text("data broker", "料商"),
            Text("sells stolen order records", "出售被盗订单信息"),
            helper=True,
        ),
        Role(
            "scam_caller",
            Text("scam caller", "诈骗号码"),
            Text("a phone that makes scam calls", "拨打诈骗电话的号码"),
        ),
        Role(
            "sms_activation",
            Text("SMS-activation number", "接码号码"),
            Text("receives codes for others", "代他人接收验证码"),
        ),
        Role(
            "farmed_account",
            Text("farmed account", "养号账号"),
            Text("registered in bulk for sale", "批量注册待售的账号"),
        ),
        Role(
            "account_merchant",
            Text("account merchant", "号商"),
            Text("sells farmed accounts", "出售批量注册的账号"),
            helper=True,
        ),
        Role(
            "sim_supplier",
            Text("SIM supplier", "卡源"),
            Text("opens SIM cards in bulk for others", "为他人批量开卡"),
        ),
        Role(
            "mule_account",
            Text("mule account", "跑分账户"),
            Text("passes stolen money on", "转移赃款的账户"),
        ),
        Role(
            "middleman",
            Text("middleman", "中间人"),
            Text("sits between a ring and its card merchants", "在团伙与卡商之间"),
            helper=True,
        ),
        Role(
            "card_merchant",
            Text("card merchant", "卡商"),
            Text(
                "buys cards or points of stolen money at a discount and resells them",
                "折价回收赃款购得的卡券并倒卖",
            ),
            helper=True,
        ),
        Role(
            "ring_member",
            Text("ring member", "团伙成员"),
            Text("works for a ring", "为团伙做事"),
        ),
        Role(
            "breach",
            Text("breach of a rule", "违规"),
            Text("broke a dated rule", "违反了有效的规定"),
        ),
    )
}
