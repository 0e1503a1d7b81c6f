"""What is the same on every processor, against plainer ways to it."""

from __future__ import annotations

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
