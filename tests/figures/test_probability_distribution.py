"""The one distribution of amounts: a median and two quantiles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from solvency import load
from solvency.figures.probability_distribution import amounts
from solvency.figures.probability_distribution import at_scores
from solvency.model.uncertain_amounts import Spreads

LEDGERS = Path(__file__).parents[2] / "ledgers"
CASES = [
    (500, 1000, 3000, 0.9),
    (0, 1000, 3000, 0.9),
    (0, 1000, 1200, 0.5),
    (1000, 1000, 3000, 0.8),
    (0, 1000, 1000, 0.9),
    (500, 1000, 1000, 0.9),
    (1e-6, 1.5e-6, 4e-6, 0.95),
    (2e14, 1e15, 3e15, 0.9),
]


def quantile(low, middle, high, interval, share):
    """Return a quantile from what the language says, in other words than the code."""
    score = norm.ppf(share) / norm.ppf((1 + interval) / 2)
    end = high if score > 0 else low
    if low > 0:
        return middle * (end / middle) ** abs(score)
    return max(0.0, middle + (end - middle) * abs(score))


@pytest.mark.parametrize("case", CASES)
def test_mean_and_variance_are_integrals_of_quantiles(case):
    (one,) = amounts(*[[value] for value in case], "lognormal")
    moments = []
    for power in (1, 2):
        halves = [
            quad(
                lambda z, power=power: (
                    (quantile(*case, norm.cdf(z)) / case[1]) ** power * norm.pdf(z)
                ),
                *ends,
                limit=400,
            )[0]
            for ends in ((-8, 0), (0, 8))
        ]
        moments.append(sum(halves))
    assert one.mean == pytest.approx(moments[0] * case[1], rel=1e-7)
    variance = (moments[1] - moments[0] ** 2) * case[1] ** 2
    assert one.sigma**2 == pytest.approx(variance, rel=1e-6)


def test_five_hundred_to_three_thousand_about_a_thousand():
    # s_h = ln 3 / 1.644854 = 0.66790, s_l = ln 2 / 1.644854 = 0.42140:
    # 1000 (exp(0.22305) 0.74790 + exp(0.08879) 0.33673) = 1303.
    (one,) = amounts([500], [1000], [3000], 0.9, "lognormal")
    assert one.mean == pytest.approx(1303, abs=1)


@pytest.mark.parametrize("case", CASES)
def test_quantiles_and_probabilities_are_the_languages(case):
    (one,) = amounts(*[[value] for value in case], "lognormal")
    for share in (0.01, 0.05, 0.2, 0.5, 0.7, 0.95, 0.999):
        wanted = quantile(*case, share)
        assert one.quantile(share) == pytest.approx(wanted, rel=1e-9, abs=1e-300)
        if case[0] < wanted < case[2] and wanted != case[1]:
            assert one.below(np.array([wanted]))[0] == pytest.approx(share, abs=1e-9)


def test_amounts_drawn_at_once_are_those_drawn_one_by_one():
    # Lognormal loss and gain, one cut at zero, one between hard bounds, a certain one.
    each = [
        *amounts([5, 1, 0], [10, -2, 3], [40, 2, 9], 0.9, "lognormal"),
        *amounts([5, 7], [10, 7], [40, 7], 1.0, "lognormal"),
    ]
    assert {one.kind for one in each} == {"lognormal", "normal", "uniform", "certain"}
    scores = np.random.default_rng(5).standard_normal((5, 400))
    scores[:, 0] = 0.0
    found = at_scores(each, scores)
    assert np.array_equal(
        found, [one.at(s) for one, s in zip(each, scores, strict=True)]
    )
    assert (found[1] < 0).all()
    assert at_scores([], np.zeros((0, 3))).shape == (0, 3)


def test_hard_bounds_are_uniform_on_each_half():
    # Half lies evenly from 1 to 2, half from 2 to 6: mean (1.5 + 4) / 2.
    (one,) = amounts([1], [2], [6], 1.0, "lognormal")
    assert one.quantile(0.25) == pytest.approx(1.5)
    assert one.quantile(0.75) == pytest.approx(4.0)
    assert one.mean == pytest.approx(2.75)
    # Variance: ((1 / 3 + 16 / 3) / 2) about the median, less the mean's 0.75 squared.
    assert one.sigma**2 == pytest.approx(17 / 6 - 0.5625)
    assert one.below(np.array([1.5, 4.0, 7.0])) == pytest.approx([0.25, 0.75, 1.0])


def test_at_least_is_never_crossed():
    (one,) = amounts([100], [100], [300], 0.9, "lognormal")
    drawn = one.draw(np.random.default_rng(1), 10_000)
    assert drawn.min() == 100
    assert (drawn > 100).mean() == pytest.approx(0.5, abs=0.02)
    assert (drawn > 300).mean() == pytest.approx(0.05, abs=0.01)


def test_a_high_without_measure_has_a_finite_mean():
    (one,) = amounts([1], [1], [1e200], 0.9, "lognormal")
    assert np.isfinite([one.mean, one.sigma]).all()


@pytest.mark.parametrize("name", ["ftx", "mf-global"])
def test_every_flow_of_the_cases_has_its_median_and_quantiles(name):
    # Of 40,000 draws a share p has the error root(p (1 - p) / 40,000): five are 0.0055
    # at 0.05 and 0.0125 at 0.5.
    path = LEDGERS / name / "main.beancount"
    case = load(path, scenario="*")
    spreads = Spreads(case.book())
    drawn = np.concatenate(list(spreads.draw(40_000, 3, 5_000))) + 1.0
    ranged = 0
    for column, flow_index in enumerate(spreads.flows.tolist()):
        flow = spreads.book.flows[flow_index]
        if flow.low is None and flow.high is None:
            continue
        ranged += 1
        written = float(flow.amount.number)
        some = drawn[:, column] * written
        low = written if flow.low is None else float(flow.low)
        high = written if flow.high is None else float(flow.high)
        outside = (1 - float(flow.interval)) / 2
        slack = 1e-9 * written
        if low < written:
            at_zero = low == 0
            below = (some <= low + slack if at_zero else some < low).mean()
            assert below == pytest.approx(outside, abs=0.0056), flow.id
            assert (some < written - slack).mean() == pytest.approx(0.5, abs=0.0126)
        else:
            assert some.min() >= written - slack, flow.id
        if high > written:
            above = (some > high).mean()
            assert above == pytest.approx(outside, abs=0.0056), flow.id
            assert (some > written + slack).mean() == pytest.approx(0.5, abs=0.0126)
        else:
            assert some.max() <= written + slack, flow.id
    assert ranged > {"ftx": 60, "mf-global": 3}[name]
