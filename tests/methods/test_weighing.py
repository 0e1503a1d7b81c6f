from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import logsumexp
from scipy.stats import lognorm
from scipy.stats import multivariate_normal
from scipy.stats import norm

from solvency.methods import weighing
from solvency.methods.weighing import omission
from solvency.methods.weighing.priors import admitted
from solvency.methods.weighing.priors import excluding
from solvency.methods.weighing.reweighting import moved
from solvency.methods.weighing.sampler import Visits
from solvency.weighing import fit
from solvency.weighing import weigh


def random_case(rng, hypotheses, *, seen=10, shared=0, cv=0.2, exclusions=()):
    """Generate flows, a true combination and what was observed of it."""
    belongs = [(h,) for h in range(hypotheses) for _ in range(int(rng.integers(1, 4)))]
    joint = (rng.choice(hypotheses, 2, replace=False) for _ in range(shared))
    belongs += [tuple(int(h) for h in pair) for pair in joint]
    belongs += [()] * 4
    flows = len(belongs)
    means = rng.lognormal(0, 0.6, flows)
    sigmas = means * cv * rng.uniform(0.5, 1.5, flows)
    effects = rng.choice([0.0, 0.0, 1.0, -1.0], (seen, flows))
    priors = rng.uniform(0.2, 0.8, hypotheses)
    while True:
        on = rng.random(hypotheses) < priors
        if not any(on[a] and on[b] for a, b in exclusions):
            break
    active = np.array([not tags or any(on[list(tags)]) for tags in belongs])
    noise = rng.uniform(0.3, 1.0, seen)
    amounts = means + sigmas * rng.standard_normal(flows)
    observed = effects @ (amounts * active) + noise * rng.standard_normal(seen)
    case = (observed, noise, effects, means, sigmas, belongs, priors, exclusions)
    return case, on


def brute(case):
    """Weigh every combination by its own covariance matrix."""
    observed, noise, effects, means, sigmas, belongs, priors, exclusions = case
    joint, rows, before = [], [], []
    for bits in itertools.product([0, 1], repeat=len(priors)):
        if any(bits[a] and bits[b] for a, b in exclusions):
            continue
        active = np.array([not t or any(bits[h] for h in t) for t in belongs])
        cov = np.diag(noise**2) + (effects * (sigmas**2 * active)) @ effects.T
        prior = sum(
            math.log(p if b else 1 - p) for p, b in zip(priors, bits, strict=True)
        )
        gap = observed - effects @ (means * active)
        joint.append(multivariate_normal.logpdf(gap, cov=cov) + prior)
        rows.append(bits)
        before.append(prior)
    evidence, admitted = logsumexp(joint), logsumexp(before)
    weights = np.exp(np.array(joint) - evidence)
    return np.array(rows), weights, evidence - admitted, np.exp(before - admitted)


EXCLUSIONS = st.sampled_from([(), ((0, 1),), ((0, 1), (2, 4), (1, 4))])


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 3), EXCLUSIONS)
def test_tree_equals_brute_force(seed, shared, exclusions):
    rng = np.random.default_rng(seed)
    case, _ = random_case(rng, 5, shared=shared, exclusions=exclusions)
    rows, weights, evidence, before = brute(case)
    result = weigh(*case, wide=9)
    assert result.posteriors == pytest.approx(weights @ rows, abs=1e-10)
    assert result.priors == pytest.approx(before @ rows, abs=1e-10)
    assert result.log_evidence == pytest.approx(evidence, abs=1e-8)
    assert result.check < 1e-9
    assert result.covered == pytest.approx(1)
    assert len(result.combinations) == len(rows)
    best = tuple(int(h) for h in np.flatnonzero(rows[np.argmax(weights)]))
    assert result.combinations[0].hypotheses == best


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32 - 1))
def test_relabelling_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    case, _ = random_case(rng, 6, shared=2, exclusions=((0, 3),))
    observed, noise, effects, means, sigmas, belongs, priors, exclusions = case
    order = rng.permutation(6)
    place = np.argsort(order)
    flows = rng.permutation(len(means))
    again = weigh(
        observed,
        noise,
        effects[:, flows],
        means[flows],
        sigmas[flows],
        [tuple(int(place[h]) for h in belongs[f]) for f in flows],
        priors[order],
        [(int(place[a]), int(place[b])) for a, b in exclusions],
        wide=9,
    )
    assert again.posteriors == pytest.approx(
        weigh(*case, wide=9).posteriors[order], abs=1e-9
    )


def test_belief_in_a_flow_of_several_hypotheses_is_that_of_all_combinations():
    # Nothing seen touches them, so the priors stay: 1 - (1 - 0.3) (1 - 0.1).
    priors = [0.3, 0.1, 0.45, 0.2, 0.35, 0.15, 0.4, 0.25]
    found = weigh([1.0], [0.5], [[0.0]], [1.0], [0.1], [(0, 1)], priors)
    assert len(found.combinations) > 128
    assert found.amounts()[0] == pytest.approx([0.37], abs=1e-12)


def test_one_hypothesis_by_hand():
    # A loss of 10 +- 3 or none, seen as 8 +- 4: N(8; 10, 5) against N(8; 0, 4).
    result = weigh([8], [4], [[1]], [10], [3], [(0,)], [0.5], wide=9)
    factor = norm.pdf(8, 10, 5) / norm.pdf(8, 0, 4)
    assert result.bayes_factors == pytest.approx([factor])
    assert result.posteriors == pytest.approx([factor / (1 + factor)])
    assert result.at_prior(0.1) == pytest.approx([factor / 9 / (1 + factor / 9)])
    chance, mean, sigma = result.amounts()
    assert chance == pytest.approx(result.posteriors)
    # Precisions 1/9 and 1/16 add: mean (10/9 + 8/16) / (1/9 + 1/16), spread 12/5.
    assert mean == pytest.approx([(10 / 9 + 8 / 16) / (1 / 9 + 1 / 16)])
    assert sigma == pytest.approx([2.4])


def test_leaving_a_group_of_sources_out():
    # Two looks from one group at the loss and one from another that sees nothing.
    call = ([8, 9, 0], [4, 4, 1], [[1], [1], [0]], [10], [3], [(0,)], [0.3])
    result = weigh(*call, wide=9)
    found = result.leaving_out(["leak", "leak", "court"])
    assert found["leak"].posteriors == pytest.approx([0.3])
    assert found["court"].posteriors == pytest.approx(result.posteriors)
    alone = weigh([9, 0], [4, 1], [[1], [0]], [10], [3], [(0,)], [0.3], wide=9)
    assert result.leaving_out("abc")["a"].posteriors == pytest.approx(alone.posteriors)
    assert result.leaving_out("aaa")["a"].posteriors == pytest.approx([0.3])
    with pytest.raises(ValueError, match="3 observations and 1 groups"):
        result.leaving_out("a")


def test_double_counting_is_penalised():
    # 10 is missing; either of two explains it, both together spend it twice.
    result = weigh(
        [10], [1], [[1, 1]], [10, 10], [1, 1], [(0,), (1,)], [0.5, 0.5], wide=9
    )
    by_name = {c.hypotheses: c.posterior for c in result.combinations}
    assert by_name[0,] == pytest.approx(by_name[1,])
    assert by_name[0, 1] < 1e-6
    assert by_name[()] < 1e-6


def test_a_flow_of_two_hypotheses_happens_once():
    # The same 10 shared by both: neither alone is better than both.
    result = weigh([10], [1], [[1]], [10], [1], [(0, 1)], [0.5, 0.5], wide=9)
    by_name = {c.hypotheses: c.posterior for c in result.combinations}
    assert by_name[0, 1] == pytest.approx(by_name[0,]) == pytest.approx(by_name[1,])


def test_exact_observations_are_floored_and_said():
    result = weigh([10, 1], [0, 1], [[1], [0]], [10], [1], [(0,)], [0.5], wide=9)
    assert result.floored == (0,)
    assert result.posteriors[0] > 0.999


def test_fit_of_a_scenario():
    # Predicted 10 +- 5 (3 and 4) and 0 +- 1; seen 20 and 3: z of 2 and 3.
    result = fit([20, 3], [4, 1], [[1], [0]], [10], [3])
    assert result.z == pytest.approx([2, 3])
    assert result.worst == 1
    assert result.chi2 == pytest.approx(13)
    assert result.log_likelihood == pytest.approx(
        norm.logpdf(20, 10, 5) + norm.logpdf(3, 0, 1)
    )


def test_sampler_agrees_with_the_tree(monkeypatch):
    rng = np.random.default_rng(4)
    case, _ = random_case(rng, 16, seen=16, shared=3, exclusions=((0, 1), (5, 9)))
    exact = weigh(*case, wide=9)
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", 8)
    sampled = weigh(*case, wide=9, error=0.002)
    assert sampled.method == "sampled"
    assert math.isnan(sampled.check)
    off = np.abs(sampled.posteriors - exact.posteriors)
    assert np.all(off <= 6 * sampled.errors + 1e-3)
    assert sampled.errors.max() < 0.02
    assert sampled.log_evidence == pytest.approx(exact.log_evidence, abs=0.1)
    assert sampled.combinations[0].hypotheses == exact.combinations[0].hypotheses
    one, other = (weigh(*case, wide=9, error=0.02, seed=3) for _ in range(2))
    assert np.array_equal(one.posteriors, other.posteriors)


def test_sampler_beyond_what_can_be_enumerated():
    rng = np.random.default_rng(8)
    case, on = random_case(rng, 30, seen=120)
    result = weigh(*case, wide=9)
    assert result.method == "sampled"
    sure = (result.posteriors < 0.05) | (result.posteriors > 0.95)
    right = (result.posteriors > 0.5) == on
    assert right[sure].mean() > 0.8


def test_lognormal_amounts_by_quadrature():
    # A wide loss (mean 10, spread 6), seen as 2 +- 1: the normal has too much there.
    t = math.sqrt(math.log1p(0.36))
    prior = lognorm(t, scale=10 / math.exp(t**2 / 2))
    for seen, noise in ((2, 1), (4, 3), (25, 4)):
        near = weigh([seen], [noise], [[1]], [10], [6], [(0,)], [0.5])
        inside, _ = quad(
            lambda a, seen=seen, noise=noise: prior.pdf(a) * norm.pdf(seen, a, noise),
            0,
            200,
            limit=300,
            points=[seen],
        )
        odds = inside / norm.pdf(seen, 0, noise)
        assert near.lognormal.wide == (0,)
        # Laplace's method is an approximation, here to within 0.004 of belief.
        wanted = odds / (1 + odds)
        assert near.lognormal.posteriors[0] == pytest.approx(wanted, abs=0.004)
        if seen < 25:
            assert abs(near.posteriors[0] - wanted) > 0.05
    assert near.lognormal.difference == pytest.approx(
        abs(near.lognormal.posteriors[0] - near.lognormal.gaussian[0])
    )


def test_narrow_amounts_are_not_weighed_again():
    assert weigh([8], [4], [[1]], [10], [1], [(0,)], [0.5]).lognormal is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"priors": [1.0]}, "hypothesis 0 has a prior of 1"),
        ({"belongs": [(3,)]}, "a hypothesis that has no prior"),
        ({"sigmas": [-1]}, "a spread"),
        ({"observed": [math.nan]}, "an observation is not a number"),
        ({"means": [math.inf]}, "a flow is not a number"),
        ({"noise": [math.inf]}, "an error that is a number"),
        ({"effects": [[1, 1]]}, "do not fit"),
        ({"exclusions": [(0, 0)]}, "cannot exclude"),
    ],
)
def test_bad_input(change, message):
    call = {
        "observed": [8],
        "noise": [4],
        "effects": [[1]],
        "means": [10],
        "sigmas": [1],
        "belongs": [(0,)],
        "priors": [0.5],
    }
    with pytest.raises(ValueError, match=message):
        weigh(**(call | change))


@pytest.mark.long
def test_beliefs_are_calibrated():
    """Of the statements believed to p, a share p is true, on cases of known truth."""
    rng = np.random.default_rng(12)
    said, true, best, hit = [], [], [], []
    for _ in range(2000):
        case, on = random_case(rng, 6, seen=6, exclusions=((0, 1),), cv=0.2)
        result = weigh(*case, wide=9)
        said.extend(result.posteriors)
        true.extend(on)
        first = result.combinations[0]
        best.append(first.posterior)
        hit.append(first.hypotheses == tuple(int(h) for h in np.flatnonzero(on)))
    for pair in ((said, true), (best, hit)):
        beliefs, facts = map(np.array, pair)
        for low in np.arange(0, 1, 0.2):
            some = (beliefs >= low) & (beliefs < low + 0.2)
            if some.sum() < 100:
                continue
            error = math.sqrt(0.25 / some.sum())
            assert facts[some].mean() == pytest.approx(
                beliefs[some].mean(), abs=3.5 * error
            )


def test_a_group_left_out_brings_back_what_no_chain_visited_with_it():
    # The first is a hundred spreads from not having happened, by the leak alone; each
    # of the others is told by a court that hardly knows.
    count = 13
    seen, spreads = [100.0, *[0.5] * (count - 1)], [1.0, *[4.0] * (count - 1)]
    flows = [(at,) for at in range(count)]
    call = (np.eye(count), [100.0, *[1.0] * (count - 1)], [0.1] * count, flows)
    result = weigh(seen, spreads, *call, [0.7, *[0.4] * (count - 1)])
    assert result.posteriors[0] == pytest.approx(1.0, abs=1e-6)
    found = result.leaving_out(["leak", *["court"] * (count - 1)])
    assert found["leak"].posteriors[0] == pytest.approx(0.7, abs=0.05)
    assert found["court"].posteriors[0] == pytest.approx(1.0, abs=1e-6)


def test_groups_left_out_by_sampling_agree_with_the_tree(monkeypatch):
    rng = np.random.default_rng(11)
    case, _ = random_case(rng, 13, seen=14, shared=3, exclusions=((0, 1), (5, 9)))
    result = weigh(*case, wide=9)
    groups = ["a", "a", "b", "b", "b", "c"] + ["d"] * 8
    sampled = result.leaving_out(groups)
    monkeypatch.setattr(omission, "FEW", 13)
    exact = result.leaving_out(groups)
    assert any(
        np.abs(e.posteriors - result.posteriors).max() > 0.1 for e in exact.values()
    )
    for group, one in sampled.items():
        assert one.errors.max() < 0.03
        off = np.abs(one.posteriors - exact[group].posteriors)
        assert np.all(off <= 5 * one.errors + 1e-3), group


def test_priors_with_exclusions_by_hand():
    # 0 and 1 exclude one another, and 1 and 2: of eight combinations five remain.
    # Their weights at 0.5, 0.2, 0.4: none .24, {0} .24, {1} .06, {2} .16, {0, 2} .16.
    case = ([0], [1], [[0, 0, 0]], [1] * 3, [1] * 3, [(0,), (1,), (2,)])
    result = weigh(*case, [0.5, 0.2, 0.4], [(0, 1), (1, 2)], wide=9)
    assert result.priors == pytest.approx([0.40 / 0.86, 0.06 / 0.86, 0.32 / 0.86])
    assert result.posteriors == pytest.approx(result.priors)


def test_a_sampler_of_more_hypotheses_than_a_word_has_bits():
    # Seventy switches nothing speaks to, but for one that is seen to be on.
    count = 70
    effects = np.zeros((1, count))
    effects[0, 69] = 1.0
    case = ([10], [1], effects, [10] * count, [1] * count)
    each = [(h,) for h in range(count)]
    result = weigh(*case, each, [0.3] * count, [(69, 0)], wide=9)
    assert result.posteriors[69] > 0.999
    assert result.posteriors[0] < 0.001
    assert result.posteriors[1:69] == pytest.approx([0.3] * 68)


def test_priors_where_what_one_leaves_clashes_again():
    # 1 excludes 0 and 2, and 3 excludes 4: every admitted combination counted.
    priors, pairs = [0.5, 0.2, 0.4, 0.3, 0.6], [(0, 1), (1, 2), (3, 4)]
    weights = np.zeros(5)
    total = 0.0
    for on in itertools.product((False, True), repeat=5):
        if not any(on[a] and on[b] for a, b in pairs):
            each = [p if x else 1 - p for p, x in zip(priors, on, strict=True)]
            total += math.prod(each)
            weights += math.prod(each) * np.array(on)
    found, admits = admitted(priors, excluding(pairs, 5))
    assert admits == pytest.approx(total, rel=1e-12)
    assert found == pytest.approx(weights / total, rel=1e-12)


def test_certain_hypotheses_that_exclude_one_another_are_refused():
    with pytest.raises(ValueError, match="certain exclude one another"):
        admitted([1.0, 1.0, 0.5], excluding([(0, 1)], 3))


def test_a_covariance_of_another_size_is_refused():
    case = ([0, 1], np.eye(3), [[0], [0]], [1], [1], [(0,)])
    with pytest.raises(ValueError, match="each observation needs an error"):
        weigh(*case, [0.5])


def test_nine_amounts_of_one_hypothesis_each_halve_its_density():
    # Nothing is seen of nine amounts of 0 with a variance of 3, to an error of 1: each
    # variance is 4 if they happened and 1 if not, each density half. 1 to 2^9.
    spreads = [math.sqrt(3.0)] * 9
    call = ([0.0] * 9, [1.0] * 9, np.eye(9), [0.0] * 9, spreads, [(0,)] * 9, [0.5])
    assert weigh(*call, wide=9).posteriors == pytest.approx([1 / 513])


def test_a_wide_amount_leaves_other_observations_alone():
    # 0.001 to 1,000 times what is written reaches the first and not the second.
    call = ([0.6, 0.5], [0.06, 0.06], [[1, -0.4, 0], [0, 0, 0.5]], [1, 1, 1])
    narrow, broad = (
        weigh(*call, [0.05, one, 0.1], [(), (0,), (1,)], [0.5, 0.5], wide=9)
        for one in (0.1, 4e7)
    )
    assert broad.posteriors[1] == pytest.approx(narrow.posteriors[1], abs=1e-6)
    assert narrow.posteriors[1] > 0.99
    assert broad.floored == (0,)


def test_what_is_hardly_believed_for_its_width_is_weighed_as_it_is():
    # By quadrature: a loss of 0.4, from a thousandth of it to a thousand times.
    width = math.log(1000) / 1.6448536269514722
    mean = math.exp(width**2 / 2)
    spread = mean * math.sqrt(math.expm1(width**2))
    found = weigh(
        *([0.6], [0.06], [[1, -0.4]], [1, mean], [0.01, spread], [(), (0,)], [0.5]),
    )
    score = np.linspace(-8, 8, 400_001)
    lost = 0.4 * np.exp(width * score)
    noise = math.hypot(0.06, 0.01)
    under = (
        (norm.pdf(0.6, 1 - lost, noise) * norm.pdf(score)).sum() * 16 / 400_000,
        norm.pdf(0.6, 1, noise),
    )
    wanted = under[0] / sum(under)
    assert wanted > 0.9
    assert found.posteriors[0] < 1e-4
    assert found.lognormal.posteriors[0] == pytest.approx(wanted, abs=0.01)


def test_a_wide_amount_is_found_where_the_best_combination_has_another_mode():
    # The loss shares its whole error with what was there before. Without the loss that
    # error is far below nothing, where the loss as it is would be nothing too.
    width, shared = math.log(1000) / 1.6448536269514722, 0.05
    mean = math.exp(width**2 / 2)
    spread = mean * math.sqrt(math.expm1(width**2))
    found = weigh(
        *([0.6], [0.06], [[1, -0.4]], [1, mean], [0.0, 0.0], [(), (0,)], [0.5]),
        shared=[[shared], [spread]],
    )
    score = np.linspace(-8, 8, 400_001)
    left = 1 + shared * score
    under = [
        (norm.pdf(0.6, one, 0.06) * norm.pdf(score)).sum()
        for one in (left - 0.4 * np.exp(width * score), left)
    ]
    wanted = under[0] / sum(under)
    assert wanted > 0.9
    assert found.posteriors[0] < 1e-3
    assert found.lognormal.posteriors[0] == pytest.approx(wanted, abs=0.01)


def test_weights_move_beliefs_with_their_error_by_hand():
    # 100 visits, in half of which the one hypothesis holds; of either half some weigh
    # 0.019 and some 0.001, so that beliefs stay, and squares of 0.45 are the error's.
    some = np.repeat([[True], [False]], 50, axis=0)
    weights = np.tile([0.019, 0.001], 50)
    seen = Visits(np.array([0.6]), np.array([0.01]), some)
    belief, errors = moved(seen, some, weights)
    assert belief == pytest.approx([0.6])
    assert errors == pytest.approx([math.sqrt(0.01**2 + 0.45**2 / 100)])


def test_amounts_that_are_known_make_no_observation_less_certain():
    call = ([1.0, 2.0], [1.0, 1.0], [[0.0, 0.0], [0.0, 1.0]], [1.0, 2.0], [0.1, 0.1])
    assert weigh(*call, [(0,), ()], [0.5]).widened == ()
