"""Computed numbers, rounded to what stands above their rounding errors."""

from __future__ import annotations

from solvency.figures.precision import NOISE
from solvency.figures.precision import chances


def test_a_chance_is_nothing_only_where_it_cannot_be():
    found = chances([0.25, 1e-30, 0.0, 0.0], [True, True, True, False])
    assert found == [0.25, NOISE, NOISE, 0.0]
