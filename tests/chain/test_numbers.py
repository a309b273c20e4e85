"""Whose numbers: sums over uses are those of a matrix of numbers by things."""

import numpy as np
import pyarrow as pa

from suyuan.chain.numbers import _uses


def test_sums_are_those_of_a_matrix() -> None:
    random = np.random.default_rng(2)
    matrix = random.random((9, 5)) < 0.4
    matrix[0, 4] = True  # each thing is used
    number, thing = np.nonzero(matrix)
    things = pa.table(
        {
            "number": [str(each) for each in number],
            "kind": ["cell"] * len(number),
            "thing": [str(each) for each in thing],
        }
    )
    uses = _uses(things, pa.chunked_array([[str(each) for each in range(9)]]))["cell"]
    used = matrix[:, matrix.any(axis=0)].astype(float)
    by_ring, by_thing = random.random((9, 2)), random.random((used.shape[1], 2))
    np.testing.assert_array_equal(uses.of_numbers(), used.sum(axis=1))
    np.testing.assert_array_equal(uses.of_things(), used.sum(axis=0))
    np.testing.assert_allclose(uses.by_thing(by_ring), used.T @ by_ring)
    np.testing.assert_allclose(uses.by_number(by_thing), used @ by_thing)
