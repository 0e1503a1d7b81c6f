"""Beliefs come true as often as they say, also where errors are larger than stated."""

from __future__ import annotations

import math

import pytest
from methods.calibration import beliefs
from methods.calibration import off
from methods.calibration import shares


def test_beliefs_come_true_as_often_as_they_say():
    said, true = beliefs(400, None, seed=1, models=("in use",))["in use"]
    for belief, share, count in shares(said, true):
        error = math.sqrt(belief * (1 - belief) / count)
        assert share == pytest.approx(belief, abs=3.5 * error)


def test_where_errors_are_twice_as_stated_the_scale_is_nearer_than_what_was_before():
    found = beliefs(250, 2.0, seed=2)
    assert off(*found["in use"]) < off(*found["as stated"])
    said, true = found["in use"]
    sure = abs(said - 0.5) > 0.45
    wrong = ((said > 0.5) != true)[sure].mean()
    said, true = found["as stated"]
    sure = abs(said - 0.5) > 0.45
    assert wrong < ((said > 0.5) != true)[sure].mean()


@pytest.mark.long
def test_of_5_000_cases_each_tenth_comes_true_within_two_points():
    said, true = beliefs(5_000, None, models=("in use",))["in use"]
    for belief, share, count in shares(said, true):
        # Two points, and what chance alone makes of so many beliefs.
        slack = 0.02 + 2 * math.sqrt(belief * (1 - belief) / count)
        assert share == pytest.approx(belief, abs=slack)
