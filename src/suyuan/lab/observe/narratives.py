# ruff: noqa: E501  (sentences and words are listed as they are read)
"""Statements as officers take them down: Chinese prose, much varied, with slips and gaps."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np

OPENINGS = (
    "{day},我在{place}接到一个电话,号码是{caller},", "{day}{clock},我手机收到{caller}的来电,", "我于{day}接到自称{role}的电话,",
    "{day}的时候有个{caller}的号码打给我,", "报案人称{day}接到陌生电话({caller}),", "{clock}左右,一个陌生号码打来,说是{role},",
)  # fmt: skip
ROLES = (
    "支付平台理赔中心",
    "快递公司客服",
    "网店售后客服",
    "电商平台客服",
    "物流理赔专员",
    "卖家客服",
    "快递理赔部",
)
CHECKS = (
    "对方准确说出了我的姓名、手机号和收货地址,说我{bought}买的{item}", "他知道我买了{item},价格{price}元也对,说", "对方报出了我的订单信息({item}),称",
    "对方说我在网上买的{item}", "他先核对了我的订单,说{item}", "对方知道我的快递信息,讲我的{item}",
)  # fmt: skip
REASONS = ("快递丢失了,要给我赔偿", "质检不合格,甲醛超标,要召回退款", "在运输途中损坏,可以三倍理赔", "包裹丢件,要理赔{claim}元", "有质量问题,双倍退款", "被误录成代理商,不取消每月扣钱", "快递弄丢了,赔{claim}元")  # fmt: skip
MOVES = ("让我加微信{chat}", "让我加了QQ{chat}", "发来二维码让我扫", "叫我加他好友({chat})", "让我下载一个会议软件共享屏幕", "发了一个链接让我填银行卡", "让我打开支付软件里的备用金")  # fmt: skip
LOANS = ("又让我登录一个贷款应用,贷了{loan}元", "说要刷流水,叫我在网贷平台借了{loan}元", "按他说的申请了{loan}元贷款,到账后我提到卡里", "引导我开通借款,说{loan}元是理赔通道的钱")  # fmt: skip
TRANSFERS = ("我就把钱转到对方给的账户{payee}", "我先后向{payee}转账", "按要求往{payee}转了钱", "几分钟后收到短信,卡里的钱被转出{loss}元", "输入验证码后发现卡里少了{loss}元", "我扫码付了款")  # fmt: skip
CARDS = (
    "让我扫码购买了{card},再把卡密发过去",
    "说用{card}做担保,叫我买了发给他",
    "我扫码付款,后来才知道买的是{card}",
)
ENDINGS = ("后来对方把我拉黑,我才发现被骗,共损失{loss}元。", "我再打就打不通了,一共被骗{loss}元。", "感觉不对就报警了,损失{loss}元。", "总共{loss}元。", "现要求追回损失{loss}元。", "经核对,被骗金额{loss}元。")  # fmt: skip
SMALL = (
    "当时我没有怀疑。",
    "我问为什么要这样,他说是系统流程。",
    "期间一直让我不要挂电话。",
    "他态度很好,还报了工号。",
    "我卡里本来没多少钱。",
    "家里人提醒后我才反应过来。",
    "",
    "",
    "",
)
OTHER_FRAUDS: tuple[tuple[str, ...], ...] = (
    ("有人拉我进群刷单,做了几单小额返了佣金,后来做联单{loss}元提不出来。", "看到兼职广告,加QQ{chat}后垫付刷单,共垫付{loss}元未返还。", "给商品点赞有红包,后来要做任务单,向{payee}转了{loss}元。"),
    ("接到{caller}电话问要不要贷款,下载软件后说卡号填错要交解冻费,转了{loss}元。", "网上申请贷款,对方说流水不够,让我往{payee}打了{loss}元。", "对方称可以办低息贷款,先交保证金{loss}元,后联系不上。"),
    ("在二手平台买手机,加微信{chat}付款{loss}元后被拉黑。", "买演唱会门票,转账{loss}元给{payee},一直没收到。", "看到便宜的{item},私下转账{loss}元,对方不发货。"),
    ("网友带我炒期货,平台里赚了钱提不出来,共投入{loss}元。", "进了荐股群,老师让我在应用里充值,往{payee}转了{loss}元。", "投资虚拟币,前期返利,后来平台打不开,损失{loss}元。"),
    ("接到{caller},说我是会员要扣年费,帮我取消,结果让我转账{loss}元。", "自称客服说给我办了保险,不退每月扣款,我按提示转了{loss}元。", "对方说我买的{item}有问题要退款,让我借了款转到{payee},损失{loss}元。", "自称航空公司客服,说航班取消,赔偿{claim}元,操作后少了{loss}元。"),
    ("自称公安局民警,说我涉嫌洗钱,让我把{loss}元转到安全账户。", "接到{caller}说我的身份证被冒用,要核查资金,转走{loss}元。", "对方视频里穿警服,让我下载软件,卡里{loss}元没了。"),
    ("微信上有人冒充我领导,让我帮忙转{loss}元。", "QQ上同学说家里急用钱,我转了{loss}元到{payee},后来发现是盗号。", "对方说是我房东换了号,让把房租{loss}元转过去。"),
    ("卖游戏账号,对方发来交易网站,说卡号错误要交保证金,付了{loss}元。", "想买游戏装备,加QQ{chat},转账{loss}元后对方消失。", "充值点券打折,付了{loss}元没到账。"),
    ("在交友软件认识一人,聊了一个月,借走{loss}元。", "网上认识的男友说带我投资,转给{payee}共{loss}元。", "对方说寄了礼物要交关税,付了{loss}元。"),
    ("收到短信说中奖,先交手续费{loss}元。", "手机收到银行积分兑换链接,填完卡里少了{loss}元。", "孩子班级群里有人冒充老师收资料费{loss}元。"),
)  # fmt: skip
SLIPS = (("的", "得"), ("转账", "转帐"), ("账户", "帐户"), ("二维码", "2维码"), ("快递", "块递"), ("客服", "客fu"), ("验证码", "验正码"), ("微信", "威信"), ("贷款", "代款"))  # fmt: skip


def impostor(rng: np.random.Generator, facts: Mapping[str, str], wording: float) -> str:
    """The statement of a victim of a fake customer service; facts may be left out or misspelt."""
    parts = [
        _choose(rng, OPENINGS),
        _choose(rng, CHECKS) + _choose(rng, REASONS) + ",",
        _choose(rng, MOVES) + ",",
    ]
    if facts.get("loan"):
        parts.append(_choose(rng, LOANS) + ",")
    parts.append(_choose(rng, CARDS if facts.get("card") else TRANSFERS) + "。")
    parts.insert(int(rng.integers(2, len(parts) + 1)), _choose(rng, SMALL))
    if rng.random() < 0.12 * wording:
        parts.pop(int(rng.integers(0, len(parts))))
    parts.append(_choose(rng, ENDINGS))
    return _spoil(rng, "".join(parts).format_map(_FactWords(rng, facts, wording)), wording)


def other_narrative(
    rng: np.random.Generator, kind: int, facts: Mapping[str, str], wording: float
) -> str:
    """The statement of a victim of another fraud."""
    text = _choose(rng, ("{day},", "{day}{clock},", "报案人称,{day}", "")) + _choose(
        rng, OTHER_FRAUDS[kind]
    )
    text += _choose(rng, SMALL)
    return _spoil(rng, text.format_map(_FactWords(rng, facts, wording)), wording)


class _FactWords(dict[str, str]):
    """Facts; what is not known is told vaguely, and now and then a known one too."""

    VAGUE: ClassVar = {"caller": "一个陌生号码", "chat": "", "payee": "对方账户", "item": "东西", "price": "几十", "claim": "两倍", "loss": "若干", "loan": "几万", "card": "点卡"}  # fmt: skip

    def __init__(self, rng: np.random.Generator, facts: Mapping[str, str], wording: float) -> None:
        forget = min(0.12 * wording, 0.5)
        super().__init__({k: v for k, v in facts.items() if v and rng.random() > forget})
        self.rng = rng

    def __missing__(self, key: str) -> str:
        choices = {
            "role": ROLES,
            "place": ("家里", "单位", "路上", "宿舍"),
            "bought": ("前几天", "昨天", "头天", ""),
        }
        if key in choices:
            return _choose(self.rng, choices[key])
        return self.VAGUE.get(key, "")


def _choose(rng: np.random.Generator, choices: Sequence[str]) -> str:
    return choices[int(rng.integers(0, len(choices)))]


def _spoil(rng: np.random.Generator, text: str, wording: float) -> str:
    for right, wrong in SLIPS:
        if rng.random() < 0.03 * wording:
            text = text.replace(right, wrong, 1)
    if rng.random() < 0.2 * wording:
        text = text.replace(",", " ").replace("。", " ")
    return text
