"""The page's own case, told in other words."""

from datetime import datetime

from suyuan.model.times import utc
from suyuan.reading import read_text

STORY = (
    "郑女士来所反映:4月28日她手机响了,来电的人说自己是支付宝理赔中心,把她的电话、住址核对了一遍,"
    "讲她在淘宝拍的内衣快递弄丢了,东西是62元,要赔给她162元。她头一天确实下过这样一单,就信了,"
    "照对方讲的加了微信,用微信扫了对方传来的二维码,在里面填了银行卡资料,还拿支付宝登录一个借钱的"
    "软件,不知不觉贷款五万元。29日,这5万元到账了支付宝,她不放心,把钱提现到银行卡,几分钟后短信"
    "提示49950元被转走,她马上到派出所报警。"
)
REPORTED = utc(datetime(2019, 4, 29, 17, 30))


def test_zheng_stages_in_order() -> None:
    told = [mention.stage for mention in read_text(STORY, REPORTED).stages]
    assert told == [
        "call",
        "claim",
        "order_confirmed",
        "lost_parcel",
        "compensation",
        "chat",
        "qr_code",
        "card_details",
        "loan",
        "withdraw",
        "transfer",
        "report",
    ]


def test_zheng_amounts_with_their_roles() -> None:
    facts = read_text(STORY, REPORTED).of("amount")
    assert [fact.amount for fact in facts] == [6200, 16200, 5_000_000, 5_000_000, 4_995_000]
    assert facts[1].role == "compensation"
    assert facts[2].role == "loan"
    assert facts[4].role == "transfer"


def test_zheng_dates() -> None:
    told = [fact.normalised for fact in read_text(STORY, REPORTED).of("time")]
    assert told == ["2019-04-28", "2019-04-27", "2019-04-29"]


def test_zheng_is_fake_customer_service_even_when_mislabelled() -> None:
    type_, probability = read_text(STORY, REPORTED, label="刷单返利").types[0]
    assert type_ == "fake_customer_service"
    assert probability > 0.9


def test_zheng_places_and_goods() -> None:
    reading = read_text(STORY, REPORTED)
    assert {fact.normalised for fact in reading.of("platform")} >= {"taobao", "alipay", "wechat"}
    assert [fact.normalised for fact in reading.of("goods")] == ["内衣"]


def test_every_fact_stands_where_it_says() -> None:
    for fact in read_text(STORY, REPORTED).facts:
        assert STORY[fact.start : fact.end] == fact.value
