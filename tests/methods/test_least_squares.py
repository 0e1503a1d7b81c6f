"""Least squares without negative weights, against SciPy's."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import nnls

from solvency.methods.balancing.least_squares import nonnegative


@pytest.mark.parametrize("seed", range(60))
def test_weights_are_scipys(seed):
    rng = np.random.default_rng(seed)
    height, count = rng.integers(1, 50, 2)
    matrix = rng.standard_normal((height, count))
    if seed % 3 == 0:
        matrix = np.abs(matrix)
    if seed % 4 == 0:
        # One column twice: the weights are not one, what they sum to is.
        matrix[:, -1] = matrix[:, 0]
    target = rng.standard_normal(height)
    found = nonnegative(matrix, target)
    other, left = nnls(matrix, target, maxiter=10_000)
    assert np.all(found >= 0)
    assert np.linalg.norm(matrix @ found - target) == pytest.approx(left, abs=1e-12)
    assert matrix @ found == pytest.approx(matrix @ other, abs=1e-10)


def test_weights_of_three_columns():
    # Nearest to (2, -1): the first column alone, twice. The second would need -1,
    # the third points away from the target.
    matrix = np.array([[1.0, 0.0, -1.0], [0.0, 1.0, 1.0]])
    found = nonnegative(matrix, np.array([2.0, -1.0]))
    assert found.tolist() == [2.0, 0.0, 0.0]


def test_what_was_free_leaves_again():
    # Alone the second column is steepest (0.9 against 0.8). Together they would fit
    # (1, 0) exactly, with a weight of -1.5: the second leaves, 1 of the first is left.
    matrix = np.array([[0.8, 0.9], [0.0, 0.6]])
    found = nonnegative(matrix, np.array([1.0, -0.5]))
    other, _ = nnls(matrix, np.array([1.0, -0.5]))
    assert found == pytest.approx(other)
    assert found[0] == pytest.approx(1.25)
    assert found[1] == 0.0


def test_nothing_helps():
    assert nonnegative(np.array([[1.0], [0.0]]), np.array([-1.0, 0.0])).tolist() == [0]


def test_columns_that_nearly_agree_keep_their_weights():
    # Three columns of 1 that differ by a millionth each in a row of its own; the target
    # is once the first, twice the second and three times the third.
    matrix = np.vstack([np.ones(3), 1e-6 * np.eye(3)])
    target = np.array([6.0, 1e-6, 2e-6, 3e-6])
    assert nonnegative(matrix, target) == pytest.approx([1.0, 2.0, 3.0], abs=1e-8)
