"""What is masked in sentences, and what only looks like a number of somebody."""

import pytest

from suyuan.face.masking import mask_name, mask_subject, mask_text


@pytest.mark.parametrize(
    "told",
    [
        "13812345678 called",
        "电话13812345678拨打",
        "被害人:13812345678个",
        "卡号6222021234567890123,",
        "身份证32010119900101123X。",
        "+8613812345678",
        "party 31831399 sold",
        "wechat:wxid_5lflmspes0cg6k sold",
    ],
)
def test_identifiers_show_their_ends_only(told: str) -> None:
    masked = mask_text(told)
    assert "*" in masked
    assert max(len(part) for part in "".join(c if c.isdigit() else " " for c in masked).split()) < 7


@pytest.mark.parametrize(
    "told",
    [
        "得款4783959.00元",
        "paid 4783959.00 yuan",
        "sold 1750479 accounts",
        "售出1750479个账号",
        "report A32130359169",
        "2019-05-03 10:20:30",
        "1,234,567.00",
    ],
)
def test_counts_amounts_and_days_stay(told: str) -> None:
    assert mask_text(told) == told


def test_subjects_and_names() -> None:
    assert mask_subject("phone:13812345678") == "phone:138****5678"
    assert mask_subject("account:qq:123456789") == "account:qq:123**6789"
    assert mask_subject("account:wechat:some.name.here") == "account:wechat:som*******here"
    assert mask_subject("ring:12345678") == "ring:12345678"
    assert mask_name("王小明") == "王**"
