"""What is the same on every processor, against plainer ways to it."""

from __future__ import annotations

from unittest import mock

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.figures import arithmetic


def numbers(seed, shape, decades=12):
    rng = np.random.default_rng(seed)
    return rng.standard_normal(shape) * 10.0 ** rng.integers(-decades, decades, shape)


@pytest.mark.parametrize(
    "shape", [(3, 2), (10, 500), (64, 64), (90, 300), (200, 100), (300, 30)]
)
def test_a_square_has_the_bits_of_the_product(shape):
    matrix = numbers(len(shape), shape)
    for one in (matrix, matrix.T):
        assert np.array_equal(arithmetic.square(one), arithmetic.product(one, one.T))


@pytest.mark.parametrize("size", [1, 20, 60, 300, 600])
def test_a_factor_and_the_inverse_it_gives(size):
    """Sizes below a panel, of several, and of several blocks of panels.

    The matrix is of full rank with a condition of about 1e3, so that twelve digits of
    its inverse are right.
    """
    rng = np.random.default_rng(size)
    columns = rng.standard_normal((size, 2 * size))
    matrix = columns @ columns.T / size + np.eye(size)
    lower = arithmetic.cholesky(matrix)
    assert np.array_equal(lower, np.tril(lower))
    np.testing.assert_allclose(lower @ lower.T, matrix, rtol=0, atol=1e-11)
    found = arithmetic.inverse_factored(lower)
    np.testing.assert_allclose(found @ matrix, np.eye(size), rtol=0, atol=1e-11)
    assert np.array_equal(found, found.T)


@pytest.mark.parametrize("size", [20, 100, 300])
def test_a_triangle_is_solved_as_any_matrix_is(size):
    lower = np.tril(np.random.default_rng(0).standard_normal((size, size))) / size
    lower += np.eye(size)
    right = np.tril(np.random.default_rng(1).standard_normal((size, size)))
    found = arithmetic.forward(lower, right, triangular=True)
    np.testing.assert_allclose(
        found, arithmetic.forward(lower, right), rtol=1e-12, atol=1e-14
    )
    assert np.array_equal(found, np.tril(found))


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 2**32 - 1), st.sampled_from([30, 36, 40, 52]))
def test_rounding_keeps_the_first_bits_and_takes_a_tie_to_even(seed, bits):
    rng = np.random.default_rng(seed)
    # Halfway between two numbers of so many bits, and anything else.
    ties = np.ldexp(rng.integers(2 ** (bits - 1), 2**bits, 50) + 0.5, -bits)
    edges = [0.0, -0.0, 1.0, np.inf, -np.inf, np.nan, 1 - 2**-53, 2.0**-1060]
    for values in (numbers(seed, 200, 280), ties, -ties, np.array(edges)):
        mantissa, exponent = np.frexp(values)
        wanted = np.ldexp(np.rint(mantissa * 2.0**bits), exponent - bits)
        found = arithmetic.rounded(values, bits)
        assert np.array_equal(found, wanted, equal_nan=True)
        assert np.array_equal(np.signbit(found), np.signbit(wanted))


def test_a_normal_is_below_a_score_as_often_as_its_density_says():
    # By Simpson's rule over 8,000 steps from twelve below the middle.
    scores = np.array([[-6.0, -2.5, -1e-9], [0.0, 1.0, 4.0]])
    for score, found in zip(scores.flat, arithmetic.normal(scores).flat, strict=True):
        at, step = np.linspace(-12.0, score, 8001, retstep=True)
        weights = np.array([1.0, *[4.0, 2.0] * 3999, 4.0, 1.0])
        density = np.exp(-(at**2) / 2) / np.sqrt(2 * np.pi)
        assert found == pytest.approx(weights @ density * step / 3, rel=1e-9)


@given(st.floats(0, 700))
def test_the_mean_of_a_decay_is_its_integral_over_its_length(length):
    found = float(arithmetic.mean_decay(length))
    steps = (np.arange(20_000) + 0.5) / 20_000 * min(length, 40.0)
    mean = np.exp(-steps).mean() * min(length, 40.0) / length if length else 1.0
    assert found == pytest.approx(mean, rel=1e-6)
    assert 0 < found <= 1


@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_columns_that_meet_in_no_row_have_the_pseudo_inverse_of_any(seed, count):
    rng = np.random.default_rng(seed)
    matrix = np.zeros((9, count))
    matrix[np.arange(9), rng.integers(0, count, 9)] = rng.normal(0, 3, 9)
    with mock.patch.object(arithmetic, "orthogonal") as turned:
        found = arithmetic.pseudo_inverse(matrix, 1e-10)
    turned.assert_not_called()
    assert found == pytest.approx(np.linalg.pinv(matrix), abs=1e-12)


@pytest.mark.parametrize(("height", "width"), [(17, 20_000), (500, 600), (1100, 900)])
def test_a_large_product_with_a_vector_is_summed_term_by_term(height, width):
    rng = np.random.default_rng(height)
    rows = rng.standard_normal((height, width)) * 10.0 ** rng.integers(-9, 9, width)
    vector = rng.standard_normal(width)
    wanted = np.zeros(height)
    for at in range(width):
        wanted += rows[:, at] * vector[at]
    assert np.array_equal(arithmetic.product(rows, vector), wanted)
    turned = np.asfortranarray(rows)
    assert np.array_equal(arithmetic.product(turned, vector), wanted)
