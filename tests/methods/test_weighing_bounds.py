"""One-sided observations, against the exact likelihood."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.special import log_ndtr
from scipy.special import logsumexp
from scipy.stats import gamma
from scipy.stats import multivariate_normal
from scipy.stats import norm
from scipy.stats import t as student

from solvency.methods import weighing
from solvency.methods.weighing import Bounds
from solvency.weighing import weigh

Z = 1.6448536269514722


def bounds(*, count=1, rho=0.0, edge=850.0, loss=True):
    """Return "more than" an edge with a tenth either way, stated several times."""
    error = 0.1 * edge / Z
    noise = error**2 * (np.full((count, count), rho) + (1 - rho) * np.eye(count))
    return Bounds(
        effects=np.array([[1.0, -1.0]] * count),
        edges=np.full(count, edge),
        signs=np.ones(count),
        noise=noise,
        cross=np.zeros((count, 0)),
        sites=np.full((count, 2), math.nan),
    )


def believed(some, loss=400.0, nu=math.inf, wide=9.0):
    """Weigh a loss out of 1,000 +- 100 by bounds alone."""
    means, sigmas = [1000.0, loss], [100 / Z, 0.1 * loss / Z]
    call = ([], np.zeros((0, 0)), np.zeros((0, 2)), means, sigmas, [(), (0,)], [0.5])
    return weigh(*call, bounds=some, nu=nu, wide=wide)


@pytest.mark.parametrize(
    ("loss", "wanted"), [(400, 0.0014), (200, 0.216), (100, 0.431)]
)
def test_one_bound_is_its_probability(loss, wanted):
    found = believed(bounds(), loss)
    error = 85 / Z
    under = [
        norm.cdf((1000 - lost - 850) / math.hypot(100 / Z, 0.1 * lost / Z, error))
        for lost in (0, loss)
    ]
    assert found.posteriors[0] == pytest.approx(under[1] / sum(under), rel=1e-9)
    assert found.posteriors[0] == pytest.approx(wanted, rel=0.04)


@pytest.mark.parametrize(
    ("rho", "wanted"), [(0.5, 0.00011), (0.9, 0.00058), (1.0, 0.0014)]
)
def test_five_equal_bounds_of_one_source(rho, wanted):
    found = believed(bounds(count=5, rho=rho))
    assert found.posteriors[0] == pytest.approx(wanted, rel=0.06)
    assert found.bounds_error < 0.02


def test_bounds_beside_other_observations_by_another_integral():
    rng = np.random.default_rng(4)
    seen, edges = np.array([3.0, 1.0]), np.array([2.0, -1.0, 4.0])
    reach = rng.normal(size=(5, 4))
    means, sigmas = np.array([1.0, 2.0, 0.5, 1.0]), np.array([0.5, 0.7, 0.3, 0.4])
    root = rng.normal(size=(5, 5)) * 0.4
    noise = root @ root.T + 0.3 * np.eye(5)
    signs = np.array([1.0, 1.0, -1.0])
    some = Bounds(
        reach[2:], edges, signs, noise[2:, 2:], noise[2:, :2], np.full((3, 2), math.nan)
    )
    belongs, priors = [(), (0,), (1,), (0, 1)], [0.4, 0.6]
    call = (seen, noise[:2, :2], reach[:2], means, sigmas, belongs, priors)
    found = weigh(*call, bounds=some, wide=9)
    weights = {}
    for combination in ((), (0,), (1,), (0, 1)):
        on = np.array([not t or bool(set(t) & set(combination)) for t in belongs])
        cov = noise + (reach * (sigmas**2 * on)) @ reach.T
        mean = reach @ (means * on)
        gain = cov[2:, :2] @ np.linalg.inv(cov[:2, :2])
        room = signs * (mean[2:] + gain @ (seen - mean[:2]) - edges)
        left = cov[2:, 2:] - gain @ cov[:2, 2:]
        left *= np.outer(signs, signs)
        log = multivariate_normal.logpdf(seen, mean[:2], cov[:2, :2])
        chance = multivariate_normal.cdf(room, np.zeros(3), left, abseps=1e-8)
        prior = math.prod(
            p if h in combination else 1 - p for h, p in enumerate(priors)
        )
        weights[combination] = math.exp(log) * chance * prior
    total = sum(weights.values())
    for one in found.combinations:
        wanted = weights[one.hypotheses] / total
        assert one.posterior == pytest.approx(wanted, rel=2e-3)
    assert found.unjudged < 1e-12


def test_the_scale_of_errors_widens_a_bound_too():
    # By rejection: scale, amounts and errors drawn, kept where the bound holds.
    rng = np.random.default_rng(2)
    count = 1_000_000
    scale = 1 / np.sqrt(rng.gamma(2, 1 / 2, count))
    total = math.hypot(100 / Z, 20 / Z, 85 / Z), math.hypot(100 / Z, 85 / Z)
    kept = [
        (mean + sd * scale * rng.standard_normal(count) > 850).mean()
        for mean, sd in zip((800, 1000), total, strict=True)
    ]
    found = believed(bounds(), 200.0, nu=4.0)
    assert found.posteriors[0] == pytest.approx(kept[0] / sum(kept), abs=0.002)


def test_sampled_and_exact_agree(monkeypatch):
    rng = np.random.default_rng(9)
    count, seen = 9, 6
    means = rng.lognormal(0, 0.4, count)
    reach = rng.choice([0.0, 1.0, -1.0], (seen + 3, count))
    on = rng.random(count) < 0.5
    truth = reach @ (means * on)
    noise = np.full(seen + 3, 0.5)
    some = Bounds(
        reach[seen:],
        truth[seen:] + np.array([0.3, -0.5, 0.1]),
        np.array([1.0, 1.0, -1.0]),
        np.diag(noise[seen:] ** 2),
        np.zeros((3, seen)),
        np.column_stack([truth[seen:], np.full(3, 1.5)]),
    )
    call = (truth[:seen], noise[:seen], reach[:seen], means, 0.2 * means)
    keys = {"bounds": some, "nu": 4.0, "wide": 9}
    each, priors = [(h,) for h in range(count)], [0.5] * count
    exact = weigh(*call, each, priors, ((0, 1),), **keys)
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", 4)
    sampled = weigh(*call, each, priors, ((0, 1),), error=0.002, **keys)
    off = np.abs(sampled.posteriors - exact.posteriors)
    assert np.all(off <= 5 * sampled.errors + 1e-3)
    assert sampled.log_evidence == pytest.approx(exact.log_evidence, abs=0.1)


def test_a_bound_that_breaks_beyond_any_number_still_tells_hypotheses_apart():
    # 1000 in, at least 1300 there to a thousandth. What takes 100 is further off: the
    # gaps are 300 and 400 spreads of one, beyond what exp can hold.
    found = weigh(
        [0.5],
        [1.0],
        [[0.0, 0.0]],
        [1000.0, -100.0],
        [0.0, 0.0],
        [[], [0]],
        [0.5],
        bounds=Bounds(
            effects=np.array([[1.0, 1.0]]),
            edges=np.array([1300.0]),
            signs=np.array([1.0]),
            noise=np.array([[1.0]]),
            cross=np.zeros((1, 1)),
            sites=np.full((1, 2), np.nan),
        ),
    )
    assert found.posteriors[0] < 1e-12
    # Log of the density and of Phi(-300) + Phi(-400), by halves.
    wanted = -0.5 * np.log(2 * np.pi) - 0.125 + log_ndtr(-300.0) + np.log(0.5)
    assert found.log_evidence == pytest.approx(wanted, rel=1e-9)


def test_two_bounds_are_as_wide_as_the_observations_show_the_scale_to_be():
    # One degree of freedom, and an observation one spread off: its density is Cauchy's,
    # 1 / (2 pi), and the scale of the rest is (1 + 1) / 2 = 1 with two degrees. Between
    # -t and t lies t / root(2 + t^2) of that: with t = root 2, root(1/2).
    edge = math.sqrt(2.0)
    some = Bounds(
        effects=np.array([[1.0], [1.0]]),
        edges=np.array([-edge, edge]),
        signs=np.array([1.0, -1.0]),
        noise=np.zeros((2, 2)),
        cross=np.zeros((2, 1)),
        sites=np.full((2, 2), math.nan),
    )
    call = ([1.0], [1.0], [[0.0]], [0.0], [1.0], [()], [])
    found = weigh(*call, bounds=some, nu=1.0, wide=9)
    wanted = math.sqrt(0.5) / (2 * math.pi)
    assert math.exp(found.log_evidence) == pytest.approx(wanted, rel=0.01)


@pytest.mark.parametrize("nu", [math.inf, 4.0])
@pytest.mark.parametrize("count", [1, 2])
def test_bounds_count_where_amounts_are_as_they_are(count, nu):
    # By rejection: scale, score of the wide loss, the rest; kept where bounds hold.
    some, sigma = bounds(count=count, rho=0.5), 160.0
    found = weigh(
        *([], np.zeros((0, 0)), np.zeros((0, 2)), [1000.0, 400.0], [100 / Z, sigma]),
        *([(), (0,)], [0.5]),
        bounds=some,
        nu=nu,
        wide=0.2,
    )
    rng = np.random.default_rng(6)
    draws = 2_000_000
    scale = np.ones(draws)
    if not math.isinf(nu):
        scale = 1 / np.sqrt(rng.gamma(nu / 2, 2 / nu, draws))
    spread = math.sqrt(math.log1p((sigma / 400) ** 2))
    middle = 400 / math.sqrt(1 + (sigma / 400) ** 2)
    loss = middle * np.exp(spread * scale * rng.standard_normal(draws))
    held = 1000 + 100 / Z * scale * rng.standard_normal(draws)
    errors = np.linalg.cholesky(some.noise) @ rng.standard_normal((count, draws))
    under = [
        (left + errors * scale > 850).all(axis=0).mean() for left in (held, held - loss)
    ]
    wanted = under[1] / sum(under)
    assert found.lognormal.posteriors[0] == pytest.approx(wanted, abs=0.002)
    assert found.lognormal.gaussian[0] == pytest.approx(found.posteriors[0])


@pytest.mark.parametrize("rho", [0.0, 0.6])
def test_bounds_beside_what_was_seen_where_amounts_are_as_they_are(rho):
    # By importance sampling: the loss as it is, all else Gaussian given the loss; what
    # was seen and the bound may err together.
    some, sigma, error = bounds(edge=450.0), 160.0, 80.0
    cross = rho * error * math.sqrt(some.noise[0, 0])
    joined = Bounds(
        *(some.effects, some.edges, some.signs, some.noise, np.array([[cross]])),
        some.sites,
    )
    found = weigh(
        *([640.0], [error], [[1.0, -1.0]], [1000.0, 400.0], [100 / Z, sigma]),
        *([(), (0,)], [0.5]),
        bounds=joined,
        wide=0.2,
    )
    rng = np.random.default_rng(7)
    spread = math.sqrt(math.log1p((sigma / 400) ** 2))
    middle = 400 / math.sqrt(1 + (sigma / 400) ** 2)
    lost = middle * np.exp(spread * rng.standard_normal(400_000))
    chances = []
    for loss in (np.zeros(1), lost):
        mean = 1000 - loss
        seen = norm.pdf(640, mean, math.hypot(error, 100 / Z))
        # What is left, given what was seen of it.
        shared = (100 / Z) ** 2 + cross
        gain = shared / ((100 / Z) ** 2 + error**2)
        left = mean + gain * (640 - mean)
        spare = math.sqrt((100 / Z) ** 2 + some.noise[0, 0] - gain * shared)
        chances.append((seen * norm.cdf((left - 450) / spare)).mean())
    wanted = chances[1] / sum(chances)
    assert found.lognormal.posteriors[0] == pytest.approx(wanted, abs=0.01)


def both_above(mean, spread, rho):
    """Return the log chance that two alike normals are above zero, by quadrature."""
    edge = -mean / spread
    first = edge + np.concatenate([[0.0], np.logspace(-9, 2.3, 3000)])
    if edge < 0:
        first = np.linspace(edge, 12.0 - edge, 20_001)
    left = (mean / spread + rho * first) / math.sqrt(1 - rho**2)
    logs = norm.logpdf(first) + log_ndtr(left)
    return logsumexp(
        np.logaddexp(logs[1:], logs[:-1]) - math.log(2) + np.log(np.diff(first))
    )


@pytest.mark.parametrize("nu", [math.inf, 4.0, 90.0])
@pytest.mark.parametrize("edge", [1_100.0, 5_000.0])
def test_bounds_that_break_by_far_are_told_apart(nu, edge):
    # Both stories break both bounds, by up to seventy spreads: one breaks them less.
    noise = 3_600 * np.array([[1.0, 0.5], [0.5, 1.0]])
    some = Bounds(
        *(np.array([[1.0, -1.0]] * 2), np.full(2, edge), np.ones(2), noise),
        *(np.zeros((2, 0)), np.full((2, 2), math.nan)),
    )
    call = ([], np.zeros((0, 0)), np.zeros((0, 2)), [1000.0, 400.0], [10.0, 10.0])
    found = weigh(*call, [(), (0,)], [0.5], bounds=some, nu=nu, wide=9)
    logs = []
    for mean, own in ((1000.0 - edge, 100.0), (600.0 - edge, 200.0)):
        spread, rho = math.sqrt(3_600 + own), (1_800 + own) / (3_600 + own)
        if math.isinf(nu):
            logs.append(both_above(mean, spread, rho))
            continue
        # One over the scale of variances is Gamma(nu / 2, nu / 2).
        scale = np.logspace(-10, 3, 800)
        each = [
            gamma.logpdf(one, nu / 2) + both_above(mean * width, spread, rho)
            for one, width in zip(scale, np.sqrt(2 * scale / nu), strict=True)
        ]
        each = np.array(each) + np.log(scale)
        steps = np.log(np.diff(np.log(scale)))
        logs.append(logsumexp(np.logaddexp(each[1:], each[:-1]) - math.log(2) + steps))
    got = math.log(found.posteriors[0]) - math.log1p(-found.posteriors[0])
    wanted = logs[1] - logs[0]
    assert got == pytest.approx(wanted, abs=0.002 + 3 * found.bounds_error)
    assert found.bounds_error < 0.1


def test_how_far_a_bound_is_safe_is_told_by_the_law_of_its_scale():
    # More than eight spreads above the edge with the loss and without it.
    some = bounds(edge=430.0)
    found = believed(some, 20.0, nu=4.0)
    errors = (100 / Z) ** 2 + some.noise[0, 0]
    under = [
        student.cdf((1000 - loss - 430) / math.sqrt(errors + (0.1 * loss / Z) ** 2), 4)
        for loss in (0.0, 20.0)
    ]
    assert 1 - under[0] > 1e-4
    wanted = under[1] / sum(under)
    assert wanted < 0.5 - 1e-5
    assert found.posteriors[0] == pytest.approx(wanted, abs=1e-7)


def test_a_bound_left_out_leaves_what_the_others_say():
    # The second, "less than 1,200", is another source's, and says little.
    edges, signs = np.array([850.0, 1200.0]), np.array([1.0, -1.0])
    both = replace(bounds(count=2), edges=edges, signs=signs)
    whole = believed(both, loss=200)
    found = whole.leaving_out(["paper", "court"])
    for group, kept in (("court", [True, False]), ("paper", [False, True])):
        alone = believed(both.of(np.array(kept), np.zeros(0, bool)), loss=200)
        assert found[group].posteriors == pytest.approx(alone.posteriors, rel=1e-6)
    assert abs(found["court"].posteriors[0] - found["paper"].posteriors[0]) > 0.1
