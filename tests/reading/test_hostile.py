"""Text made to break or stall the reader."""

import time
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from suyuan.reading import read_text
from suyuan.reading.narrative import LIMIT
from suyuan.reading.normalise import plain

MILLION = 1_000_000
BOMBS = {
    "digits": "1",
    "numerals": "一万",
    "amounts": "1元",
    "platforms": "微信",
    "gaps": "接到",
    "dates": "4月28日",
    "mails": "a@a.",
    "stars": "1234****",
    "dashes": "1-",
    "days": "二十",
    "words": "a",
    "spaces": " ",
}


@pytest.mark.parametrize("unit", BOMBS.values(), ids=BOMBS)
def test_a_megabyte_does_not_stall_the_reader(unit: str) -> None:
    text = unit * (MILLION // len(unit.encode()))
    read_text("热身", None)
    began = time.process_time()
    reading = read_text(text, datetime(2019, 5, 1))
    # It takes about a second of the processor; what backtracks would take minutes.
    assert time.process_time() - began < 10.0
    assert (reading.facts[-1].kind == "unread") == (len(text) > LIMIT)


def test_what_was_not_read_is_said() -> None:
    text = "一" * LIMIT + "转账62元"
    unread = read_text(text, None).of("unread")
    assert [(fact.start, fact.end) for fact in unread] == [(LIMIT, len(text))]


@given(st.text(max_size=300))
def test_plain_text_keeps_its_length(text: str) -> None:
    assert len(plain(text)) == len(text)


ALPHABET = "转账给了微信QQ号码1234567890万元年月日,。·:@-* \n第二天点时加扫二维码abc〇①"


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=ALPHABET, max_size=120) | st.text(max_size=80),
    st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2099, 1, 1)),
)
def test_nothing_is_raised_and_facts_stand_where_they_say(text: str, at: datetime | None) -> None:
    end = 0
    for fact in read_text(text, at).facts:
        assert end <= fact.start < fact.end <= len(text)
        assert text[fact.start : fact.end] == fact.value
        end = fact.end
