"""Balancing far from where it starts, against fractions."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from solvency.balancing import balance


def nearest(claims, variances, identities, totals):
    """Return the nearest amounts and chi-square, exactly; a variance of None is open.

    The amounts and a price for each identity, by elimination.
    """
    count, tests = len(claims), len(identities)
    rows = []
    for at, (claim, variance) in enumerate(zip(claims, variances, strict=True)):
        own = [Fraction(0)] * count
        if variance is not None:
            own[at] = 1 / Fraction(variance)
        prices = [Fraction(int(one[at])) for one in identities]
        rows.append([*own, *prices, Fraction(claim) * own[at]])
    for one, total in zip(identities, totals, strict=True):
        rows.append(
            [*map(Fraction, map(int, one)), *[Fraction(0)] * tests, Fraction(total)]
        )
    for at in range(len(rows)):
        pivot = next(row for row in range(at, len(rows)) if rows[row][at])
        rows[at], rows[pivot] = rows[pivot], rows[at]
        rows[at] = [one / rows[at][at] for one in rows[at]]
        for other in range(len(rows)):
            if other != at and rows[other][at]:
                by = rows[other][at]
                rows[other] = [
                    a - by * b for a, b in zip(rows[other], rows[at], strict=True)
                ]
    values = [row[-1] for row in rows[:count]]
    chi2 = sum(
        (value - Fraction(claim)) ** 2 / Fraction(variance)
        for value, claim, variance in zip(values, claims, variances, strict=True)
        if variance is not None
    )
    return [float(one) for one in values], float(chi2)


@pytest.mark.parametrize("far", [1e3, 1e7, 1e9, 1e12])
def test_an_unknown_may_be_far_off(far):
    # Three say the same of an amount nobody claims: 1 over, 1 under, a half over.
    identities = [[1, -1, 0, 0], [1, 0, -1, 0], [1, 0, 0, -1]]
    found = balance(
        [np.nan, far + 1, far - 1, far + 0.5], [np.inf, 1.0, 1.0, 0.5], identities
    )
    # By hand: the mean by precision is a third over, 4/9 + 16/9 + 4/36.
    assert found.chi2 == pytest.approx(7 / 3, rel=1e-9)
    assert found.values[0] == pytest.approx(far + 1 / 3, rel=1e-15)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("far", [1e4, 1e8, 1e10])
def test_it_agrees_with_fractions(seed, far):
    rng = np.random.default_rng(seed)
    identities = rng.integers(-1, 2, (5, 8))
    identities[:, 0], identities[:, 1] = [1, 1, 1, -1, 0], [1, 0, -1, 1, 1]
    identities[np.arange(5), 2 + np.arange(5)] = 1
    totals = (identities[:, :2] @ [far, far / 4] + rng.integers(-3, 4, 5)).round()
    claims = [0.0, 0.0, *rng.integers(-12, 13, 6) / 4]
    sigmas = [np.inf, np.inf, *rng.integers(2, 8, 6) / 4]
    found = balance(claims, sigmas, identities.astype(float), totals)
    variances = [None if np.isinf(one) else Fraction(one) ** 2 for one in sigmas]
    values, chi2 = nearest(claims, variances, identities, totals)
    assert found.chi2 == pytest.approx(chi2, rel=1e-12 * far, abs=1e-9)
    assert found.values == pytest.approx(values, abs=1e-13 * far + 1e-9)


@pytest.mark.parametrize("far", [1e4, 1e8, 1e10])
def test_what_was_far_off_leaves_no_trace_when_let_go(far):
    # Four say the same; one errs by far. Without it 1 over, 1 under, a half over.
    identities = np.hstack([np.ones((4, 1)), -np.eye(4)])
    found = balance(
        [np.nan, 1.0, -1.0, 0.5, far], [np.inf, 1.0, 1.0, 0.5, 1.0], identities
    )
    (only,) = found.removed
    assert only.index == 4
    assert found.chi2 - only.drop == pytest.approx(7 / 3, abs=1e-15 * far**2 + 1e-9)
    rest, _ = found._system.without(4, found._system.gram)
    assert rest.chi2() == pytest.approx(7 / 3, rel=1e-12 * far)
