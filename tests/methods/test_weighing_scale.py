"""One unknown scale, and errors that amounts share, against a covariance each."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy.integrate import dblquad
from scipy.integrate import quad
from scipy.special import logsumexp
from scipy.stats import multivariate_t
from scipy.stats import norm

from solvency.methods import weighing
from solvency.methods.weighing import Curves
from solvency.methods.weighing import omission
from solvency.methods.weighing.likelihood import model
from solvency.weighing import weigh


def generated(rng, hypotheses, *, seen=7, shares=3):
    """Generate a model in which errors are shared within, across and outside."""
    belongs = [(h,) for h in range(hypotheses) for _ in range(int(rng.integers(1, 3)))]
    belongs += [tuple(int(h) for h in rng.choice(hypotheses, 2, replace=False)), (), ()]
    flows = len(belongs)
    means = rng.lognormal(0, 0.5, flows)
    whole = means * rng.uniform(0.1, 0.3, flows)
    shared = np.zeros((flows, shares))
    where = rng.integers(0, shares + 1, flows)
    for at, k in enumerate(where):
        if k < shares:
            shared[at, k] = whole[at] * math.sqrt(0.5)
    own = np.sqrt(whole**2 - (shared**2).sum(axis=1))
    effects = rng.choice([0.0, 1.0, -1.0], (seen, flows))
    noise = rng.uniform(0.2, 0.6, seen)
    root = rng.normal(size=(seen, seen)) * 0.1
    covariance = np.diag(noise**2) + root @ root.T
    on = rng.random(hypotheses) < 0.5
    active = np.array([not t or any(on[list(t)]) for t in belongs])
    observed = effects @ (active * rng.normal(means, whole)) + rng.normal(0, noise)
    priors = rng.uniform(0.2, 0.8, hypotheses)
    return (observed, covariance, effects, means, own, belongs, priors), shared


def brute(case, shared, nu, exclusions=(), keep=None):
    """Weigh every combination by its own matrix, its determinant by `slogdet`."""
    observed, noise, effects, means, own, belongs, priors = case
    keep = np.ones(len(observed), bool) if keep is None else keep
    observed, effects = observed[keep], effects[keep]
    noise, size = noise[np.ix_(keep, keep)], int(keep.sum())
    rows, logs = [], []
    for bits in itertools.product([0, 1], repeat=len(priors)):
        if any(bits[a] and bits[b] for a, b in exclusions):
            continue
        on = np.array([not t or any(bits[h] for h in t) for t in belongs], float)
        loads = np.hstack([np.diag(own), shared]) * on[:, None]
        cov = noise + effects @ loads @ loads.T @ effects.T
        gap = observed - effects @ (on * means)
        chi2, log_det = gap @ np.linalg.solve(cov, gap), np.linalg.slogdet(cov)[1]
        if math.isinf(nu):
            log = -0.5 * (chi2 + log_det + size * math.log(2 * math.pi))
        else:
            log = multivariate_t.logpdf(gap, shape=cov, df=nu)
        prior = sum(
            math.log(p if b else 1 - p) for p, b in zip(priors, bits, strict=True)
        )
        rows.append(bits)
        logs.append(log + prior)
    weights = np.exp(np.array(logs) - logsumexp(logs))
    return np.array(rows), weights


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1), st.sampled_from([4.0, 1.0, 30.0, math.inf]))
def test_tree_equals_brute_force(seed, nu):
    case, shared = generated(np.random.default_rng(seed), 5)
    rows, weights = brute(case, shared, nu, ((0, 3),))
    found = weigh(*case, ((0, 3),), shared=shared, nu=nu, wide=9)
    assert found.posteriors == pytest.approx(weights @ rows, abs=1e-10)
    assert found.check < 1e-9
    for one in found.combinations:
        bits = [h in one.hypotheses for h in range(5)]
        at = next(n for n, row in enumerate(rows) if list(row) == bits)
        assert one.posterior == pytest.approx(weights[at], abs=1e-10)


def test_many_degrees_of_freedom_are_errors_as_stated():
    case, shared = generated(np.random.default_rng(3), 4)
    one = weigh(*case, shared=shared, nu=1e9, wide=9)
    other = weigh(*case, shared=shared, wide=9)
    assert one.posteriors == pytest.approx(other.posteriors, abs=1e-6)


def test_the_scale_integrates_as_stated():
    # ln L of one observation by quadrature over the scale of variances.
    nu, value = 4.0, 2.5
    found = weigh([value], [0.5], [[1.0]], [1.0], [0.5], [(0,)], [0.5], nu=nu, wide=9)

    def under(mean, variance):
        def inside(t):
            log = -(nu / 2 + 1) * math.log(t) - nu / (2 * t)
            return math.exp(log) * norm.pdf(value, mean, math.sqrt(t * variance))

        return quad(inside, 0, np.inf, limit=400)[0]

    odds = under(1.0, 0.5) / under(0.0, 0.25)
    assert found.posteriors == pytest.approx([odds / (1 + odds)], abs=1e-7)


def test_sampler_agrees_with_the_tree(monkeypatch):
    case, shared = generated(np.random.default_rng(5), 10, seen=9)
    exclusions = ((0, 1), (4, 7))
    exact = weigh(*case, exclusions, shared=shared, nu=4.0, wide=9)
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", 4)
    sampled = weigh(*case, exclusions, shared=shared, nu=4.0, wide=9, error=0.002)
    assert sampled.method == "sampled"
    off = np.abs(sampled.posteriors - exact.posteriors)
    assert np.all(off <= 6 * sampled.errors + 1e-3)
    assert sampled.log_evidence == pytest.approx(exact.log_evidence, abs=0.05)


def test_groups_left_out():
    case, shared = generated(np.random.default_rng(7), 5)
    found = weigh(*case, shared=shared, nu=4.0, wide=9)
    groups = ["a", "a", "b", "c", "c", "c", "d"]
    exact = found.leaving_out(groups)
    for group, one in exact.items():
        keep = np.array([other != group for other in groups])
        rows, weights = brute(case, shared, 4.0, keep=keep)
        assert one.posteriors == pytest.approx(weights @ rows, abs=1e-10)


def test_how_improbable_a_combination_makes_a_group():
    # Belief without a group over belief with it, for every combination.
    case, shared = generated(np.random.default_rng(7), 5)
    keep = np.array([True, True, True, False, False, False, True])
    rows, with_it = brute(case, shared, 4.0)
    _, without = brute(case, shared, 4.0, keep=keep)
    whole = model(*case, (), shared=shared, nu=4.0)
    (found,) = omission._surprises(whole, rows.astype(bool), [~keep])
    wanted = np.log(without) - np.log(with_it)
    assert found - found[0] == pytest.approx(wanted - wanted[0], abs=1e-9)


def test_wide_amounts_that_share_an_error_by_quadrature():
    # Two amounts of one source, seen in one sum: their scores correlate by a half.
    curves = Curves(
        np.array([10.0, 6.0]),
        np.array([0.3, 0.5]),
        np.array([0.6, 0.4]),
        np.array([False, False]),
        np.array([False, False]),
    )
    seen, noise = 13.0, 2.0

    def value(at, z):
        side = curves.up[at] if z > 0 else curves.down[at]
        return curves.middle[at] * math.exp(side * z)

    def inside(y, x):
        z = (x, 0.5 * x + math.sqrt(0.75) * y)
        total = value(0, z[0]) + value(1, z[1])
        return norm.pdf(x) * norm.pdf(y) * norm.pdf(seen, total, noise)

    both = dblquad(inside, -6, 6, -6, 6, epsabs=1e-7)[0]
    odds = both / norm.pdf(seen, 0, noise)
    half = math.sqrt(0.5)
    sigmas = np.array([5.0, 3.0])
    found = weigh(
        [seen],
        [noise],
        [[1.0, 1.0]],
        [10.5, 6.1],
        sigmas * half,
        [(0,), (0,)],
        [1e-6],
        shared=(sigmas * half)[:, None],
        curves=curves,
    )
    believed = found.lognormal.posteriors[0]
    wanted = odds * 1e-6 / (1 - 1e-6)
    # Laplace's method is an approximation: within a twentieth of the odds here.
    assert believed / (1 - believed) == pytest.approx(wanted, rel=0.05)


@pytest.mark.parametrize("seen", [200.0, 430.0, 640.0])
def test_a_wide_amount_between_hard_bounds_by_quadrature(seen):
    # Uniform from 100 to 400 and from 400 to 700: half-normals of these widths would
    # put a third beyond the bounds.
    curves = Curves(
        *(np.array([400.0, seen + 60]), np.array([300.0, 0.0]), np.array([300.0, 0.0])),
        *(np.array([False, True]), np.array([True, False])),
    )
    # Beside it a rival that is sixty off.
    means, sigmas = [400.0, seen + 60], [600 / math.sqrt(12), 0.0]
    call = ([seen], [30.0], [[1.0, 1.0]], means, sigmas, [(0,), (1,)], [0.5, 0.5])
    found = weigh(*call, [(0, 1)], curves=curves).lognormal
    by_name = dict(zip(found.combinations, found.weights, strict=True))
    amounts = np.linspace(100, 700, 60_001)
    wanted = norm.pdf(seen, amounts, 30).mean() / norm.pdf(60, 0, 30)
    # By Laplace's method within an eighth; half-normals are off by a third and more.
    assert by_name[0,] / by_name[1,] == pytest.approx(wanted, rel=0.125)


@pytest.mark.parametrize("nu", [math.inf, 4.0])
def test_many_observations_leave_a_group_out_without_a_new_factor(monkeypatch, nu):
    case, shared = generated(np.random.default_rng(5), 4)
    found = weigh(*case, [(0, 2)], shared=shared, nu=nu)
    groups = ["leak", "court", "leak", "bank", "court", "leak", "bank"]
    anew = found.leaving_out(groups)
    monkeypatch.setattr(omission, "_MANY", 0)
    monkeypatch.setattr(omission, "_exactly", None)
    divided = found.leaving_out(groups)
    assert list(divided) == ["leak", "court", "bank"]
    for group, one in divided.items():
        assert one.posteriors == pytest.approx(anew[group].posteriors, abs=1e-9)
        assert not one.errors.any()


@pytest.mark.parametrize("nu", [0.0, -0.5])
def test_a_scale_without_degrees_of_freedom_is_refused(nu):
    with pytest.raises(ValueError, match="more than no degrees of freedom"):
        weigh([1.0], [1.0], [[1.0]], [1.0], [0.5], [(0,)], [0.5], nu=nu)


def test_what_is_left_open_of_an_amount_is_of_its_own_and_its_shared_error():
    # Own error 3 and shared 4, 5 in all; observed with an error of 5, half the variance
    # is left: 12.5. Observed 20 instead of 10: the mean moves half the way.
    call = ([20.0], [5.0], [[1.0]], [10.0], [3.0], [()], [])
    _, mean, spread = weigh(*call, shared=[[4.0]]).amounts()
    assert mean == pytest.approx([15.0])
    assert spread == pytest.approx([math.sqrt(12.5)])


@pytest.mark.parametrize("asked", [[2], [3, 0], [1, 2, 3], []])
def test_amounts_asked_for_are_those_of_all(asked):
    # The first two share an error, and so do the last two.
    shared = [[4.0, 0.0], [2.0, 0.0], [0.0, 1.0], [0.0, 3.0]]
    effects = [[1.0, 1.0, 0.0, 1.0], [0.0, 1.0, 1.0, 0.0]]
    belongs = [(), (0,), (1,), (0, 1)]
    call = (
        [20.0, 5.0],
        [5.0, 2.0],
        effects,
        [10.0, 4.0, 3.0, 2.0],
        [3.0, 1.0, 1.0, 0.5],
    )
    found = weigh(*call, belongs, [0.4, 0.6], shared=shared)
    for some, every in zip(found.amounts(asked), found.amounts(), strict=True):
        assert some == pytest.approx(every[asked], rel=1e-12)


def test_an_amount_that_is_certain_has_no_spread_after():
    # As a difference of squares of 9e8 in several combinations it had one of 10.
    call = ([20.0, 7.0], [5.0, 2.0], [[1.0, 0.0, 1e-9], [0.0, 1.0, 2e-9]])
    means, sigmas = [10.0, 4.0, 902_679_765.65], [3.0, 1.0, 0.0]
    priors = [0.5, 0.3, 0.7]
    found = weigh(*call, means, sigmas, [(0,), (1,), (0, 1, 2)], priors)
    _, mean, spread = found.amounts()
    assert mean[2] == 902_679_765.65
    assert spread[2] == 0.0
