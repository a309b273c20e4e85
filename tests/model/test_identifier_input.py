"""Identifiers as people type them are understood, or refused with a reason."""

import pytest

from suyuan.model.errors import InputError
from suyuan.model.identifier_input import normal_identifier


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("１３８１２３４５６７８", "13812345678"),
        ("138 1234 5678", "13812345678"),
        ("138-1234-5678 ", "13812345678"),
        ("138\u20111234\u20115678", "13812345678"),
        ("6222 0300 1122 3344 556", "6222030011223344556"),
        ("ｑｑ：１０４７８７５１１３", "qq:1047875113"),
        ("＊＊＊", "***"),
        ("party:张三", "party:张三"),
        ("S-2019-05", "S-2019-05"),
        ("A B", "A B"),
    ],
)
def test_what_is_meant(typed: str, meant: str) -> None:
    assert normal_identifier(typed) == meant


@pytest.mark.parametrize("typed", ["138²2345678", "1381234567①", "١٣٨١٢٣٤٥٦٧٨", "Ⅳ12345678"])
def test_signs_that_are_no_digits(typed: str) -> None:
    with pytest.raises(InputError, match="look like digits"):
        normal_identifier(typed)
