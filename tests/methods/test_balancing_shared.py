"""Balancing where claims share errors, against the whole covariance written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from methods.test_balancing import random_case
from scipy.optimize import minimize

from solvency.balancing import balance


def shared_case(seed, *, unknown=0, rho=0.6):
    """Nine claims under four identities, of which two sources say four and three."""
    rng = np.random.default_rng(seed)
    claims, sigmas, identities = random_case(rng, 9, 4, unknown=unknown)
    known = np.where(np.isfinite(sigmas), sigmas, 0.0)
    shared = np.zeros((9, 2))
    shared[1:5, 0] = math.sqrt(rho) * known[1:5]
    shared[6:9, 1] = math.sqrt(rho) * known[6:9]
    return claims, sigmas, identities, shared


def covariance(sigmas, shared):
    """The covariance of known claims, by the law and not by the code."""
    own = np.where(np.isfinite(sigmas), sigmas, 0.0) ** 2 - (shared**2).sum(axis=1)
    return np.diag(own) + shared @ shared.T


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from([0.0, 0.5, 0.9]))
def test_it_is_generalised_least_squares(seed, rho):
    claims, sigmas, identities, shared = shared_case(seed, rho=rho)
    found = balance(claims, sigmas, identities, shared=shared)
    both = covariance(sigmas, shared)
    seen = identities @ both @ identities.T
    gap = identities @ claims
    wanted = claims - both @ identities.T @ np.linalg.solve(seen, gap)
    assert found.values == pytest.approx(wanted, abs=1e-7)
    assert found.chi2 == pytest.approx(gap @ np.linalg.solve(seen, gap), rel=1e-8)
    left = both - both @ identities.T @ np.linalg.solve(seen, identities @ both)
    assert found.sigmas == pytest.approx(np.sqrt(np.diag(left)), abs=1e-7)
    squares = (found.own**2).sum() + (found.common**2).sum()
    assert squares == pytest.approx(found.chi2, rel=1e-8)
    # The errors are what the fit moves each claim by.
    own = np.sqrt(sigmas**2 - (shared**2).sum(axis=1))
    moved = own * found.own + shared @ found.common
    assert claims - moved == pytest.approx(found.values, abs=1e-7)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 1))
def test_a_strain_is_what_letting_the_claim_go_mends(seed, unknown):
    claims, sigmas, identities, shared = shared_case(seed, unknown=unknown)
    found = balance(claims, sigmas, identities, shared=shared, level=0.0)
    for claim in np.flatnonzero(np.isfinite(found.z)):
        open_, loose = sigmas.copy(), shared.copy()
        open_[claim], loose[claim] = np.inf, 0.0
        other = balance(claims, open_, identities, shared=loose, level=0.0)
        drop = found.chi2 - other.chi2
        assert drop == pytest.approx(found.z[claim] ** 2, abs=1e-6)


def test_a_strain_is_the_gap_to_what_the_others_say():
    # Two claims of one source on one amount, 10 and 14, a third of another, 20, all
    # of spread 1, correlated by 0.5. The others say of the third: (10 + 14) / 2 = 12,
    # of variance (1 + 0.5) / 2 = 3/4; the gap of 8 over the root of 7/4.
    shared = np.zeros((4, 1))
    shared[:2] = math.sqrt(0.5)
    found = balance(
        [10, 14, 20, math.nan],
        [1, 1, 1, math.inf],
        [[1, 0, 0, -1], [0, 1, 0, -1], [0, 0, 1, -1]],
        shared=shared,
        level=0.0,
    )
    amount, spread = found.without(2)
    assert (amount, spread) == pytest.approx((12, math.sqrt(1.75)))
    assert found.z[2] == pytest.approx(8 / math.sqrt(1.75))
    # Balanced: the mean of the two weighs 4/3, the third 1.
    assert found.values[3] == pytest.approx((12 * 4 / 3 + 20) / (4 / 3 + 1))


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_within_bounds_it_is_the_nearest_point(seed):
    claims, sigmas, identities, shared = shared_case(seed)
    low = np.full(9, -60.0)
    low[0], low[2] = min(claims[0] - 1, 0) + 4, -1.0
    try:
        found = balance(claims, sigmas, identities, shared=shared, lower=low)
    except ValueError as error:
        assert "within their bounds" in str(error)  # noqa: PT017
        return
    assert np.all(found.values >= low - 1e-6)
    assert identities @ found.values == pytest.approx(0, abs=1e-6)
    precision = np.linalg.inv(covariance(sigmas, shared))
    other = minimize(
        lambda x: float((x - claims) @ precision @ (x - claims)),
        found.values + 0.1,
        jac=lambda x: 2 * precision @ (x - claims),
        bounds=[(one, None) for one in low],
        constraints={"type": "eq", "fun": lambda x: identities @ x},
        method="SLSQP",
        options={"maxiter": 500},
    )
    gap = found.values - claims
    assert found.chi2 == pytest.approx(gap @ precision @ gap, rel=1e-6)
    if other.success and np.abs(identities @ other.x).max() < 1e-6:
        assert found.chi2 <= other.fun * (1 + 1e-5) + 1e-6


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1))
def test_pulls_cancel_and_shifts_add_up(seed):
    claims, sigmas, identities, shared = shared_case(seed, unknown=1)
    found = balance(claims, sigmas, identities, shared=shared)
    for claim in range(1, 9):
        assert found.pulls(claim).sum() == pytest.approx(0, abs=1e-7)
        moved = found.values[claim] - claims[claim]
        assert found.shifts(claim).sum() == pytest.approx(moved, abs=1e-7)
        # A pull is the derivative times the distance: by a claim moved a little.
        step = 1e-3
        for other in range(1, 9):
            bent = claims.copy()
            bent[other] += step
            after = balance(bent, sigmas, identities, shared=shared).values[claim]
            slope = (after - found.values[claim]) / step
            wanted = slope * (claims[other] - found.values[other])
            assert found.pulls(claim)[other] == pytest.approx(wanted, abs=1e-5)


def test_what_would_settle_it_sees_shared_errors():
    # By simulation of the definition: one more observation of amount k, as precise as
    # the best of the set, and the mean chi-square that tells one culprit from another.
    claims, sigmas, identities, shared = shared_case(3)
    found = balance(claims, sigmas, identities, shared=shared, level=0.0)
    both = covariance(sigmas, shared)
    members = max(found.sets, key=len, default=(0, 1))
    best = found.would_settle(members, most=1)[0]
    weight = np.linalg.inv(identities @ both @ identities.T)
    spread = sigmas[list(members)].min()
    row = np.zeros(10)
    row[best.claim], row[9] = 1.0, -1.0
    more = np.vstack([np.hstack([identities, np.zeros((4, 1))]), row])
    wide = np.block([[both, np.zeros((9, 1))], [np.zeros((1, 9)), spread**2]])
    after = np.linalg.inv(more @ wide @ more.T)
    gains = []
    for i in members:
        column = identities[:, i]
        error = (column @ weight @ identities @ claims) / (column @ weight @ column)
        for j in members:
            if i == j:
                continue
            a, b = more[:, i], more[:, j]
            kept = a @ after @ a - (a @ after @ b) ** 2 / (b @ after @ b)
            gains.append(error**2 * kept)
    assert best.gain == pytest.approx(np.mean(gains), rel=1e-6)


@pytest.mark.parametrize(
    ("shared", "message"),
    [
        ([[2.0], [0.0]], "claim 0 shares errors wider than its own spread"),
        ([[0.0], [math.nan]], "claim 1 shares errors wider"),
        ([[1.0]], "a row a claim"),
    ],
)
def test_shared_errors_that_cannot_be_are_named(shared, message):
    with pytest.raises(ValueError, match=message):
        balance([1, 2], [1, 1], [[1, -1]], shared=shared)
