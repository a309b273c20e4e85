from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.reading.amounts import amounts
from suyuan.reading.normalise import plain
from suyuan.reading.numerals import value


def told(text: str) -> list[str]:
    return [fact.normalised for fact in amounts(plain(text))]


@pytest.mark.parametrize(
    ("text", "yuan"),
    [
        ("商品62元", "62.00"),
        ("五万元贷款", "50000.00"),
        ("贷款5万,", "50000.00"),
        ("转走49950元", "49950.00"),
        ("洗钱6.5万余元", "65000.00"),
        ("¥1,200.00", "1200.00"),
        ("两千三百元", "2300.00"),
        ("一万二千元", "12000.00"),
        ("借了一万二,", "12000.00"),
        ("叁万元整", "30000.00"),
        ("壹拾贰万叁仟肆佰伍拾陆元", "123456.00"),
        ("53万1200元", "531200.00"),
        ("二百一十元五角", "210.50"),
        ("62元", "62.00"),
        ("2.8W,", "28000.00"),
        ("3200多块钱", "3200.00"),
        ("转了49950,", "49950.00"),
        ("十几万元", "100000.00"),
        ("人民币陆仟捌佰元整", "6800.00"),
        ("两千零五元", "2005.00"),
        ("1.2亿元", "120000000.00"),
        ("几百块,一百零八块六毛", "108.60"),
    ],
)
def test_an_amount_as_people_write_it(text: str, yuan: str) -> None:
    assert told(text) == [yuan]


@pytest.mark.parametrize(
    "text",
    [
        "2500余万条信息",
        "460余万个账号",
        "住3号楼2单元501室",
        "做了12单任务",
        "百分之二十",
        "今年35岁",
        "拨打110报警",
        "两分钟后",
        "一块去吃饭",
        "每天打50至100个电话",
        "十五六个人",
        "差一点",
        "第2次",
        "给96110打电话",
    ],
)
def test_a_number_that_is_no_amount(text: str) -> None:
    assert told(text) == []


def test_foreign_money_is_no_fen() -> None:
    (fact,) = amounts("转了500美元")
    assert (fact.normalised, fact.amount) == ("USD 500.00", None)


def test_amounts_in_a_list() -> None:
    assert told("五百、1500元、三千元") == ["500.00", "1500.00", "3000.00"]
    assert told("5万2和8300都没了") == ["52000.00", "8300.00"]
    assert told("分三次(4998元、4998元、5992元)") == ["4998.00", "4998.00", "5992.00"]


def test_over_and_about_are_told() -> None:
    assert [fact.precision for fact in amounts("6.5万余元,约300元,62元")] == [
        "over",
        "about",
        "exact",
    ]


DIGITS = "零一二三四五六七八九"


def in_chinese(number: int) -> str:
    """The standard Chinese numeral of 0 < number < 10**8."""
    if number >= 10_000:
        high, low = divmod(number, 10_000)
        gap = "零" if 0 < low < 1000 else ""
        return in_chinese(high) + "万" + (gap + in_chinese(low) if low else "")
    made, zero = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, unit)
        if digit:
            made += ("零" if zero else "") + DIGITS[digit] + name
            zero = False
        elif made:
            zero = True
    return made


@given(st.integers(1, 99_999_999))
def test_any_standard_numeral_is_read(number: int) -> None:
    assert value(in_chinese(number)) == Decimal(number)


@given(st.integers(1, 99_999_999))
def test_any_amount_is_read_in_both_scripts(number: int) -> None:
    assert told(f"被骗{in_chinese(number)}元。") == [f"{number}.00"]
    assert told(f"被骗{number:,}元。") == [f"{number}.00"]
