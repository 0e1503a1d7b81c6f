"""Small ledgers that inference once got wrong, each by a route of its own.

The route is plain: every combination by itself, its covariance written out flow by
flow, NumPy's determinant, SciPy's normal and t.
"""

from __future__ import annotations

import itertools
import math
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from halves import halves
from scipy.stats import multivariate_normal
from scipy.stats import multivariate_t
from scipy.stats import norm

import solvency
from solvency.analysis.reconcile.reconcile import reconcile
from solvency.analysis.trace.trace import follow
from solvency.analysis.weigh.weigh import believe

CASES = Path(__file__).parent / "cases"
#: Half-widths that grades of these ledgers give.
GRADES = {"A2": 0.05, "B2": 0.10, "C3": 0.15}


class Amount(NamedTuple):
    """A flow's amount, its source, and what it brings to each observation."""

    source: str
    low: float
    middle: float
    high: float
    brings: tuple[float, ...]
    hypothesis: str | None = None
    interval: float = 0.90

    @classmethod
    def graded(cls, source, grade, middle, brings, hypothesis=None):
        """Return an amount with the range its grade gives it."""
        less, more = (middle * (1 + sign * GRADES[grade]) for sign in (-1, 1))
        return cls(source, less, middle, more, brings, hypothesis)


def load(name):
    return solvency.load(CASES / f"{name}.beancount")


def enumerated(amounts, seen, errors, sources, priors, nu, rho=0.5, excludes=()):
    """Return belief in each hypothesis, and the least chi-square."""
    names = list(priors)
    weights, least = {}, math.inf
    for state in itertools.product((False, True), repeat=len(names)):
        held = {name for name, on in zip(names, state, strict=True) if on}
        if any(held >= set(pair) for pair in excludes):
            continue
        live = [one for one in amounts if one.hypothesis in held | {None}]
        mean, cov = np.zeros(len(seen)), np.zeros((len(seen), len(seen)))
        for one in live:
            middle, spread = halves(one.low, one.middle, one.high, one.interval)
            mean += middle * np.array(one.brings)
            for other in live:
                same = one is other
                if same or one.source == other.source:
                    _, beside = halves(
                        other.low, other.middle, other.high, other.interval
                    )
                    share = 1.0 if same else rho
                    cov += share * spread * beside * np.outer(one.brings, other.brings)
        wider = [
            1.0
            + rho
            * any(
                one.hypothesis and one.source == source and one.brings[at]
                for one in amounts
            )
            for at, source in enumerate(sources)
        ]
        for i, j in itertools.product(range(len(seen)), repeat=2):
            share = 1.0 if i == j else rho * (sources[i] == sources[j])
            cov[i, j] += share * math.sqrt(wider[i] * wider[j]) * errors[i] * errors[j]
        gap = np.array(seen) - mean
        least = min(least, gap @ np.linalg.solve(cov, gap))
        law = multivariate_normal if math.isinf(nu) else multivariate_t
        last = () if math.isinf(nu) else (nu,)
        prior = math.prod(
            priors[name] if on else 1 - priors[name]
            for name, on in zip(names, state, strict=True)
        )
        weights[state] = prior * law.pdf(gap, np.zeros(len(seen)), cov, *last)
    total = sum(weights.values())
    return {
        name: sum(w for s, w in weights.items() if s[at]) / total
        for at, name in enumerate(names)
    }, least


def compared(name, amounts, seen, errors, sources, priors, excludes=()):
    """See that beliefs, by the scale and as stated, are those of the other route."""
    found = believe(load(name))
    scaled, least = enumerated(
        amounts, seen, errors, sources, priors, 4, excludes=excludes
    )
    stated, _ = enumerated(
        amounts, seen, errors, sources, priors, math.inf, excludes=excludes
    )
    for one in found.hypotheses:
        assert one.posterior == pytest.approx(scaled[one.id], rel=1e-4, abs=1e-9)
        assert one.otherwise.as_stated == pytest.approx(
            stated[one.id], rel=1e-4, abs=1e-9
        )
    assert found.fit.chi2 == pytest.approx(least, rel=1e-4, abs=1e-8)
    return found


def stated(amount, share, grade):
    """Return mean and error of an observation: its own range, and its grade's."""
    mean, own = halves(amount * (1 - share), amount, amount * (1 + share))
    return [mean], [math.hypot(own, GRADES[grade] * amount / norm.ppf(0.95))]


@pytest.mark.parametrize(("name", "unit"), [("dust", 1e-5), ("coin-rounding", 0.01)])
def test_no_unit_matters(name, unit):
    # 1 held, a half lost, a half seen: as in dollars, so in dust and in coins.
    half = 0.5 * unit
    compared(
        name,
        [
            Amount.graded("s0", "B2", unit, (1.0,)),
            Amount.graded("s0", "B2", half, (-1.0,), "h0"),
        ],
        *stated(half, 0.1, "B2"),
        ["s0"],
        {"h0": 0.5},
    )


def test_a_flow_and_an_observation_of_one_source():
    compared(
        "same-source-twice",
        [
            Amount.graded("s0", "C3", 1000, (1.0,)),
            Amount.graded("s0", "C3", 400, (-1.0,), "h0"),
        ],
        *stated(600, 0.05, "C3"),
        ["s0"],
        {"h0": 0.5},
    )


def test_one_bound_is_as_strong_as_its_probability():
    # "More than 850" where 1,000 were and 400 may be lost: about 0.0014 by hand.
    found = believe(load("bound")).hypotheses[0]
    z = norm.ppf(0.95)
    kept, lost = halves(900, 1000, 1100), halves(360, 400, 440)
    # The error its grade gives, and no range of its own.
    error = 85 / z
    # One source: the errors of both amounts share half.
    both = kept[1] ** 2 + lost[1] ** 2 - 2 * 0.5 * kept[1] * lost[1]
    under = norm.cdf((kept[0] - lost[0] - 850) / math.sqrt(both + 1.5 * error**2))
    without = norm.cdf((kept[0] - 850) / math.sqrt(kept[1] ** 2 + 1.5 * error**2))
    wanted = under / (under + without)
    assert found.otherwise.as_stated == pytest.approx(wanted, rel=1e-3)
    assert found.otherwise.as_stated < 0.02


def test_errors_are_widened_by_a_scale_and_by_no_switch():
    found = believe(load("birge128"))
    # The best-fitting combination fits: nothing is ninefold.
    assert found.fit.p > 0.2
    beliefs = {one.id: one for one in found.hypotheses}
    assert beliefs["h1"].posterior < 0.01
    assert beliefs["h0"].posterior > 0.5
    # Excluding rivals leave 0.65 * 0.5 / (1 - 0.65 * 0.5) and 0.5 * 0.35 / the same.
    assert beliefs["h1"].prior == pytest.approx(0.325 / 0.675, abs=1e-6)
    assert beliefs["h0"].prior == pytest.approx(0.175 / 0.675, abs=1e-6)


def test_a_claim_the_books_deny_is_tested():
    # A loan of 793,012 is stated, and no flow of the books lends anything: it lies
    # as many spreads from nothing as it is spreads large, by its range and its grade.
    found = reconcile(load("rec334"))
    claim = next(one for one in found.claims if one.id == "o2")
    (mean,), (spread,) = stated(float(claim.claimed), 0.05, "A2")
    assert claim.balanced == 0
    assert claim.suspect
    assert claim.z == pytest.approx(mean / spread, rel=1e-4)
    assert not found.untested
    beliefs = {one.id: one.posterior for one in believe(load("rec334")).hypotheses}
    # Only h1 lends it: nothing else explains what was seen.
    assert beliefs["h1"] > 0.999


def test_a_depositor_known_by_rank_has_her_trustee_spend_its_own_first():
    # Re Hallett: 3,000 of Ann and 1,000 of the bank's own, of which 1,000 leave.
    found = follow(load("hallett").book(), ["Assets:Bank:Acct"])
    (outlay,) = found.outlays
    share = next(one for one in outlay.owners if one.owner == "Ann")
    assert share.rules["lowest-balance"] == 0
    assert share.rules["pro-rata"] == 750
