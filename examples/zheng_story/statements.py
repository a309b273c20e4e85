"""What victims said, as an officer writes it down. All wording is invented for this story."""

from dataclasses import dataclass
from datetime import datetime

from zheng_story.book import Book, yuan
from zheng_story.shops import Order


@dataclass
class Facts:
    """What a statement can mention."""

    order: Order
    number: str
    chat: str
    called: datetime
    paid: datetime
    fen: int
    by_cards: bool


_OPENINGS = (
    "{called}左右,一个{number}的号码打给我,说是{org}的客服",
    "我{day}接到陌生来电({number}),对方讲自己是{org}售后",
    "{called}我正在上班,手机响了,来电{number},一个男的自称{org}理赔专员",
)
_CHECKED = (
    ",报出了我的名字和收货地址,还知道我买了{item},价钱{price}元。",
    ",我前几天在网上买的{item}({price}元)他说得一清二楚。",
    ",把我的订单念了一遍,{item},{price}元,都对得上。",
)
_PRETEXTS = (
    "他说快递在路上弄丢了,要赔我{refund}元。",
    "他说这批货质检不合格,可以退一赔一,共{refund}元。",
    "说包裹遗失,按规定给我理赔{refund}元。",
)
_CHAT = (
    "之后让我加{app}({chat}),发来一个二维码叫我扫。",
    "我按他说的加了{app}号{chat},扫了他发的码,填了银行卡号。",
    "他要我加{app}好友{chat},在他给的页面上填了卡号和验证码。",
)
_LOST = (
    "{paid}我发现卡里少了{loss}元,再打过去就没人接了。",
    "照着操作以后,{paid}银行发短信说转出{loss}元,我才知道上当。",
    "他说要刷流水才能到账,我分步操作,{paid}被转走{loss}元。",
)
_CARDS = (
    "他说要买{card}来激活理赔通道,我{paid}扫码付了{loss}元,把卡密发了过去。",
    "让我先充{card}做验证,{paid}一共付了{loss}元,卡号密码都给了他。",
)
_ORGS = ("淘宝", "支付宝理赔中心", "快递公司", "网店", "商家")


def _clock(at: datetime) -> str:
    return f"{at.month}月{at.day}日{at.hour}时{at.minute}分"


def _plain(fen: int) -> str:
    return yuan(fen).removesuffix(".00")


def statement(book: Book, facts: Facts) -> str:
    chance = book.chance
    app, chat = facts.chat.split(":")
    words = {
        "called": _clock(facts.called),
        "day": f"{facts.called.month}月{facts.called.day}日",
        "number": facts.number,
        "org": chance.choice(_ORGS),
        "item": facts.order.shop.item,
        "price": _plain(facts.order.fen),
        "refund": _plain(facts.order.fen * chance.choice((2, 3))),
        "app": "微信" if app == "wechat" else "QQ",
        "chat": chat,
        "paid": _clock(facts.paid),
        "loss": _plain(facts.fen),
        "card": chance.choice(("苏宁卡", "Q币")),
    }
    last = _CARDS if facts.by_cards else _LOST
    parts = [chance.choice(some) for some in (_OPENINGS, _CHECKED, _PRETEXTS, _CHAT, last)]
    return "".join(parts).format(**words)


def zheng_statement(number: str, chat: str, payee: str) -> str:
    return (
        f"2019年4月28日15时42分,我接到{number}打来的电话,对方说她那边是支付宝理赔中心,"
        "跟我核对了手机号和收货地址,都没有错。她讲我在淘宝买的内衣,快递寄丢了,"
        "东西是62元,他们照规定赔162元。我27日确实买过,就是62元,所以没多想,"
        f"卡里反正也没几个钱。她让我加微信({chat.split(':')[1]}),发来一个二维码,我扫了以后"
        "填了银行卡信息,又照她说的用支付宝账号登录了一个借款的应用,不知怎么就借了5万元。"
        "4月29日上午10时12分,50000元到了我的支付宝,我心里不踏实,10时31分提现到银行卡。"
        f"没过几分钟短信来了,卡上转出49950元,对方账号是{payee}。我就到派出所来报案了。"
    )


_OTHER = {
    "刷单返利": (
        "在群里看到招兼职,做任务给佣金,头两单都返了钱,第三单要连做几单才能提现,我投了{loss}元就出不来了。",
        "有人拉我进群点赞领红包,后来下载了一个软件垫付做单,陆续转了{loss}元,客服说操作失误不给退。",
    ),
    "虚假贷款": (
        "我在网上申请贷款,对方说我银行卡号填错被冻结,要交解冻金,前后转了{loss}元。",
        "接到短信说有低息额度,下载应用后要先付保证金和流水费,共计{loss}元。",
    ),
    "冒充公检法": (
        "对方说自己是某地公安局,讲我名下的卡涉嫌洗钱,要把钱转到安全账户核查,我转了{loss}元。",
        "来电说我的医保卡在外地被冒用,转给一个警官,他让我保密并转账{loss}元做资金清查。",
    ),
    "虚假投资": (
        "网上认识的朋友带我在一个平台做外汇,开始能赚能提,后来加到{loss}元就登不上去了。",
        "被拉进荐股群,跟着老师在一个软件里买数字货币,投进去{loss}元,平台关了。",
    ),
}


def other_statement(book: Book, kind: str, fen: int) -> str:
    return book.chance.choice(_OTHER[kind]).format(loss=_plain(fen))
