from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suyuan.model.times import DEFAULT_ZONE, utc
from suyuan.reading.dates import dates
from suyuan.reading.normalise import plain

REPORTED = utc(datetime(2019, 5, 3, 9, 0))


def told(text: str, reported: datetime | None = REPORTED) -> list[str]:
    return [fact.normalised for fact in dates(plain(text), reported, DEFAULT_ZONE)]


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("2019年4月28日", ["2019-04-28"]),
        ("二〇一九年四月二十八日", ["2019-04-28"]),
        ("2019-04-28 10:05:33", ["2019-04-28T10:05"]),
        ("2019/4/28", ["2019-04-28"]),
        ("2019.4.28", ["2019-04-28"]),
        ("4月28日上午10时许", ["2019-04-28T10"]),
        ("4月28日下午三点半", ["2019-04-28T15:30"]),
        ("12月30日", ["2018-12-30"]),
        ("昨天", ["2019-05-02"]),
        ("前天晚上8点", ["2019-05-01T20"]),
        ("昨晚7点半", ["2019-05-02T19:30"]),
        ("4月28日接到电话,次日转账,29日", ["2019-04-28", "2019-04-29", "2019-04-29"]),
        ("4月30日借款,第二天到账", ["2019-04-30", "2019-05-01"]),
        ("4月28日接电话,前一天买的衣服,当天转账", ["2019-04-28", "2019-04-27", "2019-04-28"]),
        ("4月28日接到电话说我4月20日购买的鞋,次日", ["2019-04-28", "2019-04-20", "2019-04-29"]),
        ("4月28日至29日", ["2019-04-28", "2019-04-29"]),
        ("4月28、29日", ["2019-04-28", "2019-04-29"]),
        ("去年12月30日", ["2018-12-30"]),
        ("2019年4月底", ["2019-04"]),
        ("上个月28号", ["2019-04-28"]),
        ("上周五", ["2019-04-26"]),
        ("5月2日晚上12点", ["2019-05-03T00"]),
        ("4月28日15:20,16:05", ["2019-04-28T15:20", "2019-04-28T16:05"]),
        ("4月28日11点一刻", ["2019-04-28T11:15"]),
        ("4月28日,两天后", ["2019-04-28", "2019-04-30"]),
    ],
)
def test_a_day_or_time_as_people_write_it(text: str, when: list[str]) -> None:
    assert told(text) == when


@pytest.mark.parametrize(
    "text",
    [
        "3个月",
        "两点原因",
        "差一点",
        "点赞5次",
        "2小时",
        "8号楼",
        "13月40日",
        "有一天",
        "3.5元",
        "30分钟",
    ],
)
def test_what_is_no_date(text: str) -> None:
    assert told(text) == []


def test_without_a_report_time_the_year_stays_open() -> None:
    assert told("4月28日", None) == ["--04-28"]
    assert told("昨天", None) == []
    assert told("2019年4月28日,次日", None) == ["2019-04-28", "2019-04-29"]


def test_times_are_utc() -> None:
    (fact,) = dates("4月28日上午10时", REPORTED, DEFAULT_ZONE)
    assert fact.at == datetime(2019, 4, 28, 2)
    assert fact.precision == "hour"
    (day,) = dates("4月28日", REPORTED, DEFAULT_ZONE)
    assert (day.at, day.precision) == (datetime(2019, 4, 27, 16), "day")


@given(st.datetimes(datetime(2001, 1, 1), datetime(2099, 12, 31)))
def test_any_day_written_out_is_read(moment: datetime) -> None:
    text = f"{moment.year}年{moment.month}月{moment.day}日{moment.hour}时{moment.minute}分"
    assert told(text) == [f"{moment:%Y-%m-%dT%H:%M}"]


@given(st.dates(), st.datetimes(datetime(2001, 1, 1), datetime(2090, 1, 1)))
def test_a_day_without_a_year_is_never_after_the_report(day: datetime, reported: datetime) -> None:
    for fact in dates(f"{day.month}月{day.day}日", reported, DEFAULT_ZONE):
        assert fact.at is not None
        assert fact.at <= reported
