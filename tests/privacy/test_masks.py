"""How values look masked, and what keyed ids and orders give away."""

from dataclasses import replace
from itertools import pairwise

import pyarrow as pa
import pytest

from suyuan.model.columns import Type, code, have, key, may, table
from suyuan.model.privacy import Privacy
from suyuan.model.records import REPORTS
from suyuan.model.results import EVIDENCE, FINDINGS, QUALITY
from suyuan.privacy.keys import NAME, CaseKey, case_key
from suyuan.privacy.masking import Masking
from suyuan.privacy.tables import mask_table
from suyuan.store.layout import Layout

SHOWN = Masking(key=CaseKey(b"k" * 32))
FULL = Masking(full=True, key=CaseKey(b"k" * 32))
#: How a phone number is written by people who do not think of programs.
PHONES = (
    *("13812345678", "138 1234 5678", "138-1234-5678", "TEL13812345678", "+86 13812345678"),
    *(
        "13812345678人",
        "１３８１２３４５６７８",
        "zhangsan@qq.com",
        "6222 0212 3456 7890 123",
        "wxid_zhangsan",
    ),
)


def _longest_run(shown: str, written: str) -> int:
    """The longest part of `written` that stands in `shown`."""
    return max(
        (
            b - a
            for a in range(len(written))
            for b in range(a, len(written) + 1)
            if written[a:b] in shown
        ),
        default=0,
    )


@pytest.mark.parametrize("phone", PHONES)
@pytest.mark.parametrize("class_", [Privacy.IDENTIFIER, Privacy.NAME, Privacy.FREE, Privacy.CELL])
def test_no_way_of_writing_shows_more_than_ends(phone: str, class_: Privacy) -> None:
    assert _longest_run(SHOWN.by_class(class_, phone), phone) <= 4


def test_a_number_shows_its_ends_and_short_ids_are_told_apart() -> None:
    assert SHOWN.subject("phone:13812345678") == "phone:138****5678"
    one, other = SHOWN.subject("party:P017"), SHOWN.subject("party:P018")
    assert one != other
    assert one.startswith("party:P**~")
    assert SHOWN.subject("account:qq:123456789").startswith("account:qq:1**~")
    assert SHOWN.subject("actor:shop7/zhang.wei").startswith("actor:shop7/z**~")
    assert SHOWN.subject("merchant:M0012") == "merchant:M0012"
    assert SHOWN.subject("new_kind:13812345678") == "new_kind:138****5678"


def test_full_shows_all() -> None:
    assert FULL.subject("phone:13812345678") == "phone:13812345678"
    assert FULL.id("abc") == "abc"


def test_a_bad_cell_shows_its_shape() -> None:
    row = {"value": "138 1234 5678张三"}
    assert SHOWN.cell(QUALITY, row, "value") == "000 0000 0000文文"


def test_a_code_that_is_no_word_of_its_list_is_a_cell() -> None:
    settled = {"status": "settled"}
    from suyuan.model.records import PAYMENTS

    assert SHOWN.cell(PAYMENTS, settled, "status") == "settled"
    assert SHOWN.cell(PAYMENTS, {"status": "张三"}, "status") == "文文"


def test_the_list_of_a_code_is_declared_and_not_read_out_of_prose() -> None:
    from suyuan.model.records import CALLS, DECISIONS

    assert SHOWN.cell(DECISIONS, {"role": "middleman"}, "role") == "middleman"
    assert SHOWN.cell(DECISIONS, {"role": "rejected"}, "role") == "aaaaaaaa"
    assert SHOWN.cell(CALLS, {"country": "the"}, "country") == "aaa"
    assert SHOWN.cell(CALLS, {"country": "CN"}, "country") == "CN"


def test_a_description_worded_otherwise_masks_alike() -> None:
    kind = code(have, "kind", "bank", "wallet", "…")
    assert kind.meaning == "bank, wallet, …"
    for column in (kind, replace(kind, meaning="any word of the field")):
        rows = table("places", "处", "places", column)
        shown = [SHOWN.cell(rows, {"kind": word}, "kind") for word in ("bank", "word", "…")]
        assert shown == ["bank", "aaaa", "…"]


def test_an_address_shows_its_city_and_prose_its_length() -> None:
    assert SHOWN.by_class(Privacy.ADDRESS, "广东省深圳市福田区1号") == "广东省***"
    assert SHOWN.by_class(Privacy.ADDRESS, "福田路1号张三收") == "***"
    assert "王" not in SHOWN.cell(REPORTS, {"narrative": "王先生"}, "narrative")


def test_a_file_is_named_by_known_words_only() -> None:
    assert SHOWN.file("calls_2019-05.csv") == "calls_2019-05.csv"
    assert SHOWN.file("张三_6222021234567890_交易明细.xlsx").startswith("张**_6**_交易明细.xlsx~")
    assert SHOWN.file("工商银行张三流水.csv").startswith("工商银行张**流水.csv~")
    assert SHOWN.file("zhangsan/payments.csv#Sheet1").startswith("z**/payments.csv#Sheet1~")


def test_a_sentence_is_made_again_from_its_template() -> None:
    row = {
        "because_en": "13812345678 called 12345678 people",
        "because_template_en": "{0} called 12345678 people",
        "sentence_values": ["phone:13812345678"],
    }
    assert SHOWN.cell(FINDINGS, row, "because_en") == "138****5678 called 12345678 people"
    assert FULL.cell(FINDINGS, row, "because_en") == row["because_en"]
    assert "138" not in SHOWN.sentence({"because_en": row["because_en"]}, "because_en")


def test_a_remark_and_a_key_follow_the_class_beside_them() -> None:
    row = {"table": "orders", "key": "13812345678", "note": "called phone:13812345678"}
    row |= {"shows": "called", "node": "phone:13812345678"}
    assert SHOWN.cell(EVIDENCE, row | {"note_class": "mention"}, "note") == (
        "called phone:138****5678"
    )
    assert "138" not in SHOWN.cell(EVIDENCE, row | {"note_class": None}, "note")
    assert SHOWN.cell(EVIDENCE, row, "key") == "138****5678"
    assert (
        SHOWN.cell(EVIDENCE, {"table": "reports", "key": "A32130359169"}, "key") == "A32130359169"
    )


def test_an_id_that_leaves_cannot_be_made_without_the_key() -> None:
    other = Masking(key=CaseKey(b"o" * 32))
    assert SHOWN.id("same") == SHOWN.id("same") != other.id("same")
    assert SHOWN.id("cause:sims|ring1") == "cause:sims|ring1"


PEOPLE = table(
    "people",
    "人",
    "people",
    key("phone", Type.TEXT, "whose", kind="phone"),
    may("note", Type.TEXT, "no class was thought of"),
)


def test_rows_that_leave_stand_in_no_order_of_numbers() -> None:
    phones = [f"1380000{n:04}" for n in range(200)]
    rows = pa.table({"phone": phones, "note": phones})
    left = mask_table(rows, PEOPLE, SHOWN)
    ends = [int(phone[-4:]) for phone in left["phone"].to_pylist()]
    assert sorted(ends) == list(range(200))
    steps = sum(b > a for a, b in pairwise(ends))
    assert 60 < steps < 140
    assert mask_table(rows, PEOPLE, SHOWN).equals(left)
    assert not any("1380" in note for note in left["note"].to_pylist())
    assert mask_table(rows, PEOPLE, FULL).equals(rows)


def test_the_key_is_made_once_and_is_its_owners_alone(tmp_path) -> None:
    made = case_key(Layout(tmp_path))
    assert case_key(Layout(tmp_path)) == made
    assert (tmp_path / NAME).stat().st_mode & 0o077 == 0
    assert case_key(Layout(tmp_path / "none")) != case_key(Layout(tmp_path / "none"))
    assert made.secret.hex() not in repr(made)
