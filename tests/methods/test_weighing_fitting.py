"""The best fit of many combinations: found by a search, bounded from below."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from methods.test_weighing import random_case

from solvency.methods import weighing
from solvency.methods.weighing import fitting
from solvency.methods.weighing.fitting import best_fitting
from solvency.methods.weighing.fitting import no_less
from solvency.methods.weighing.likelihood import model


def made(seed, hypotheses=8):
    """A model with shared errors and exclusions, and all chi-squares by `solve`."""
    rng = np.random.default_rng(seed)
    exclusions = [(0, 1), (2, 3), (3, 4)]
    case, _ = random_case(rng, hypotheses, seen=12, shared=2, exclusions=exclusions)
    observed, noise, effects, means, sigmas, belongs, priors = case[:7]
    observed = np.asarray(observed) + rng.normal(0, 3, len(observed))
    flows = len(means)
    shared = np.zeros((flows, 2))
    shared[::3, 0], shared[1::4, 1] = 0.1 * means[::3], 0.2 * means[1::4]
    found = model(
        *(observed, noise, effects, means, sigmas, belongs, priors, exclusions),
        shared=shared,
        nu=4.0,
    )
    chi2 = {}
    for held in itertools.chain.from_iterable(
        itertools.combinations(range(hypotheses), n) for n in range(hypotheses + 1)
    ):
        if any(set(pair) <= set(held) for pair in exclusions):
            continue
        on = np.array([not t or bool(set(t) & set(held)) for t in belongs])
        cov = found.noise + (effects * (sigmas**2 * on)) @ effects.T
        common = (effects * on) @ shared
        gap = observed - effects @ (means * on)
        chi2[held] = gap @ np.linalg.solve(cov + common @ common.T, gap)
    return found, chi2


@pytest.mark.parametrize("seed", range(12))
def test_the_search_finds_what_enumeration_finds_and_none_is_below_the_bound(seed):
    case, chi2 = made(seed)
    found = best_fitting(case, np.zeros((1, case.count), dtype=bool))
    least = min(chi2.values())
    assert found in chi2
    # From one start a search may stop short; seldom, and never far.
    assert chi2[found] == pytest.approx(least, rel=0.2)
    bound = no_less(case)
    assert 0 <= bound <= least * (1 + 1e-9)


def test_where_the_bound_is_sharp():
    # Ten observations of ten accounts, none near what any story says of it.
    count = 10
    case = model(
        *(np.full(count, 50.0), np.ones(count), np.eye(count), np.full(count, 2.0)),
        *(np.full(count, 0.1), [(h,) for h in range(count)], np.full(count, 0.5), ()),
    )
    # Each is 48 off with a variance of 1.01 at best.
    assert no_less(case) == pytest.approx(count * 48**2 / 1.01, rel=2e-3)
    assert no_less(case) <= count * 48**2 / 1.01


def test_sampled_combinations_have_both(monkeypatch):
    case, chi2 = made(3)
    call = (case.observed, case.noise, case.effects, case.means, case.sigmas)
    call = (*call, case.belongs, case.priors, [(0, 1), (2, 3), (3, 4)])
    exact = weighing.weigh(*call, shared=case.shared, nu=4.0, wide=9)
    assert exact.least == exact.no_less == pytest.approx(min(chi2.values()), rel=1e-6)
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", 4)
    sampled = weighing.weigh(*call, shared=case.shared, nu=4.0, wide=9)
    assert sampled.method == "sampled"
    assert sampled.least == pytest.approx(exact.least, rel=1e-6)
    assert sampled.no_less <= exact.least * (1 + 1e-9)


def test_of_one_combination_alone_no_bound_is_worked_out(monkeypatch):
    case, _ = made(3)
    call = (case.observed, case.noise, case.effects, case.means, case.sigmas)
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", 4)
    monkeypatch.setattr(fitting, "no_less", lambda _: pytest.fail("nobody reads it"))
    one = weighing.weigh(*call, case.belongs, case.priors, wide=9, best=1)
    assert one.method == "sampled"
    assert math.isnan(one.no_less)
