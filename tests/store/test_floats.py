"""Floats in result files do not depend on the order in which an engine adds."""

import math
import random

import pyarrow as pa
import pytest

from suyuan.store.publish import significant


@pytest.mark.parametrize("size", [1e-9, 1.0, 12345.678, 9e14])
def test_sums_in_any_order_are_written_alike(size: float) -> None:
    dice = random.Random(3)
    values = [dice.random() * size for _ in range(500)]
    sums = set()
    for _ in range(200):
        dice.shuffle(values)
        total = 0.0
        for value in values:
            total += value
        sums.add(total)
    assert len(sums) > 1
    written = significant(pa.chunked_array([pa.array(sorted(sums))]))
    assert len(set(written.to_pylist())) == 1
    assert math.isclose(written[0].as_py(), math.fsum(values), rel_tol=1e-8)


def test_what_cannot_be_rounded_stays() -> None:
    given = [0.0, None, math.inf, -math.inf, 1e300, 5e-324, -0.125, 123456789.0]
    written = significant(pa.chunked_array([pa.array(given, pa.float64())])).to_pylist()
    assert written == given
    assert math.isnan(significant(pa.chunked_array([pa.array([math.nan])]))[0].as_py())
