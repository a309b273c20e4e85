import pytest

from suyuan.reading import read_text


def told(kind: str, text: str) -> list[str]:
    return [fact.normalised for fact in read_text(text, None).of(kind)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("来电17012345678", "17012345678"),
        ("号码为170 1234 5678", "17012345678"),
        ("170-1234-5678打来", "17012345678"),
        ("+86 138 0013 8000", "13800138000"),
        ("008613800138000", "13800138000"),
        ("17012345678", "17012345678"),
        ("138****1234", "138****1234"),
        ("境外号码+63 917 555 0123", "639175550123"),
        ("00852 8191 9191打来", "85281919191"),
        ("座机010-58881234", "01058881234"),
        ("(025)5888 1234", "02558881234"),
        ("+86 755 8999 0001", "075589990001"),
        ("400-606-5500", "4006065500"),
        ("收到95533的短信", "95533"),
        ("106980005566发来短信", "106980005566"),
    ],
)
def test_a_telephone_number_in_the_form_of_the_tables(text: str, number: str) -> None:
    assert told("phone", text) == [number]


def test_cards_by_label_length_and_tail() -> None:
    assert told("card", "卡号6217 0011 8001 2345 678") == ["6217001180012345678"]
    assert told("card", "转到6228480402564890018") == ["6228480402564890018"]
    assert told("card", "尾号为8830的卡") == ["*8830"]
    assert told("card", "卡号6222****1234") == ["6222****1234"]


def test_an_identity_number_is_no_card() -> None:
    reading = read_text("身份证号320411196503124567", None)
    assert [fact.kind for fact in reading.facts] == ["identity"]


def test_orders_and_waybills_by_their_label() -> None:
    assert told("order", "订单编号440398761234567890") == ["440398761234567890"]
    assert told("waybill", "快递单号773012345678901") == ["773012345678901"]
    assert told("waybill", "单号SF1020345678901") == ["SF1020345678901"]


@pytest.mark.parametrize(
    ("text", "account"),
    [
        ("加QQ号123456789", "qq:123456789"),
        ("QQ:2907763451", "qq:2907763451"),
        ("QQ,号码是3390217745", "qq:3390217745"),
        ("QQ号1755 2099 34", "qq:1755209934"),
        ("2907763451@qq.com", "qq:2907763451"),
        ("微信 kf_tm6688", "wechat:kf_tm6688"),
        ("微信号:shentong_2019,发", "wechat:shentong_2019"),
        ("微信(wxid_a8k2mm31)", "wechat:wxid_a8k2mm31"),
        ("微信号13800138000", "wechat:13800138000"),
        ("支付宝账号lipei2019@163.com", "alipay:lipei2019@163.com"),
        ("陌陌上认识,后加微信meimei-love99", "wechat:meimei-love99"),
    ],
)
def test_an_account_with_its_platform(text: str, account: str) -> None:
    assert told("account", text) == [account]


def test_several_accounts_after_one_name() -> None:
    assert told("account", "QQ号为123456、2345678和34567890") == [
        "qq:123456",
        "qq:2345678",
        "qq:34567890",
    ]


@pytest.mark.parametrize(
    "text", ["微信转账50000元", "QQ充值10000元", "微信支付", "支付宝支付20000"]
)
def test_money_on_a_platform_is_no_account(text: str) -> None:
    assert told("account", text) == []


def test_no_two_facts_share_a_character() -> None:
    text = "2019-04-28 10:05接17012345678电话,加QQ17012345678,转6217001180012345678卡5万元"
    end = 0
    for fact in read_text(text, None).facts:
        assert fact.start >= end
        end = fact.end
