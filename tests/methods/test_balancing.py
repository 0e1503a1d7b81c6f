from __future__ import annotations

import math
from dataclasses import replace
from importlib import import_module

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import minimize

from solvency.balancing import balance
from solvency.methods.balancing.multiples import multiples
from solvency.methods.balancing.rank import apart
from solvency.methods.balancing.system import system

NAMES = ["narasimhan-jordache-heat-exchanger", "stan-two-flows", "stan-unequal"]


@pytest.mark.parametrize("name", NAMES)
def test_published_values(published, name):
    case = published("balancing")[name]
    result = balance(case["claims"], case["sigmas"], case["identities"])
    assert result.values == pytest.approx(case["values"], abs=case["tolerance"])
    if "chi2" in case:
        assert result.chi2 == pytest.approx(case["chi2"], abs=5e-5)
        assert result.dof == case["dof"]
        # 6.4075 is below 9.488, the 5% point of chi-square with 4 degrees.
        assert result.p == pytest.approx(0.1707, abs=1e-4)
        assert result.inflation == pytest.approx(math.sqrt(6.4075 / 4), abs=1e-5)
        assert result.suspects == ()


def network(published):
    case = published("balancing")["yang-ten-jao"]
    return (
        np.array(case["identities"], dtype=float),
        np.array(case["true"]),
        np.sqrt(case["variances"]),
    )


@pytest.mark.parametrize("wrong", range(8))
def test_planted_error_is_named(published, wrong):
    identities, true, sigmas = network(published)
    assert identities @ true == pytest.approx(0, abs=1e-9)
    claims = true.copy()
    claims[wrong] += 12 * sigmas[wrong]
    result = balance(claims, sigmas, identities)
    # Without other errors the test of the wrong claim is the largest of all.
    assert result.suspects[0] == wrong or wrong in result.removed[0].alike
    assert result.removed[0].drop == pytest.approx(result.removed[0].z ** 2)


def random_case(rng, claims, tests, *, zero=0, unknown=0):
    identities = rng.choice([-1.0, 0.0, 0.0, 1.0], (tests, claims))
    identities[np.arange(tests), rng.permutation(claims)[:tests]] = 1.0
    null = np.linalg.svd(identities)[2][np.linalg.matrix_rank(identities) :]
    true = null.T @ rng.normal(0, 50, len(null)) if len(null) else np.zeros(claims)
    sigmas = rng.uniform(0.5, 3.0, claims)
    sigmas[:unknown] = np.inf
    if zero:
        sigmas[-zero:] = 0.0
    noise = np.where(np.isfinite(sigmas), sigmas, 0.0) * rng.standard_normal(claims)
    return true + noise, sigmas, identities


def direct(claims, sigmas, identities):
    """Solve the full system of first-order conditions densely."""
    n, k = len(claims), len(identities)
    weights = np.where(np.isinf(sigmas), 0.0, 1 / np.maximum(sigmas, 1e-300) ** 2)
    known = np.where(np.isinf(sigmas), 0.0, claims)
    system = np.block(
        [[np.diag(weights), identities.T], [identities, np.zeros((k, k))]]
    )
    right = np.concatenate([weights * known, np.zeros(k)])
    return np.linalg.lstsq(system, right, rcond=None)[0][:n]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2))
def test_equals_the_first_order_conditions(seed, unknown):
    rng = np.random.default_rng(seed)
    claims, sigmas, identities = random_case(rng, 9, 4, unknown=unknown)
    result = balance(claims, sigmas, identities)
    known = np.isfinite(sigmas)
    wanted = direct(claims, sigmas, identities)
    assert result.values[known] == pytest.approx(wanted[known], abs=1e-6)
    assert identities @ result.values == pytest.approx(0, abs=1e-8)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2))
def test_never_widens_a_spread_and_relabelling_changes_nothing(seed, unknown):
    rng = np.random.default_rng(seed)
    claims, sigmas, identities = random_case(rng, 9, 4, unknown=unknown)
    result = balance(claims, sigmas, identities)
    assert np.all(result.sigmas <= sigmas * (1 + 1e-12))
    order, rows = rng.permutation(9), rng.permutation(4)
    other = balance(claims[order], sigmas[order], identities[rows][:, order] * 3.0)
    finite = np.isfinite(result.sigmas)[order]
    assert other.values[finite] == pytest.approx(result.values[order][finite], abs=1e-7)
    assert other.chi2 == pytest.approx(result.chi2, abs=1e-8)
    assert other.dof == result.dof
    assert {order[i] for i in other.suspects} == set(result.suspects)
    renamed = {frozenset(int(order[i]) for i in group) for group in other.sets}
    assert renamed == {frozenset(group) for group in result.sets}


def test_a_written_zero_of_a_sparse_identity_is_nothing():
    dense = [[1.0, 0.0, -1.0, 0.0], [0.0, 1.0, 1.0, -1.0]]
    every = sparse.csr_array(
        (np.ravel(dense), np.tile(np.arange(4), 2), np.array([0, 4, 8])), (2, 4)
    )
    assert every.nnz == 8
    given = ([10.0, 20.0, 11.0, 33.0], [1.0] * 4)
    one, other = balance(*given, every), balance(*given, dense)
    assert one.values == pytest.approx(other.values, abs=1e-12)
    assert one.sigmas == pytest.approx(other.sigmas, abs=1e-12)
    assert one.z == pytest.approx(other.z, abs=1e-12)
    assert every.nnz == 8


def test_sparse_equals_dense():
    rng = np.random.default_rng(2)
    claims, sigmas, identities = random_case(rng, 40, 15)
    dense = balance(claims, sigmas, identities)
    thin = balance(claims, sigmas, sparse.csr_array(identities))
    assert thin.values == pytest.approx(dense.values)
    assert thin.suspects == dense.suspects


def test_spreads_by_simulation():
    rng = np.random.default_rng(3)
    claims, sigmas, identities = random_case(rng, 6, 3, unknown=1)
    base = balance(claims, sigmas, identities)
    finite = np.where(np.isfinite(sigmas), sigmas, 0.0)
    runs = [
        balance(claims + finite * rng.standard_normal(6), sigmas, identities).values
        for _ in range(800)
    ]
    # 800 draws estimate a spread to 2.5%; four of these.
    assert np.std(runs, axis=0) == pytest.approx(base.sigmas, rel=0.1, abs=1e-9)


def test_one_identity_detects_but_does_not_tell():
    # Income 10 claimed as the sum of 4 and 9: off by 3, shared equally.
    result = balance([10, 4, 9], [1, 1, 1], [[1, -1, -1]])
    assert result.values == pytest.approx([11, 3, 8])
    assert result.chi2 == pytest.approx(3.0)  # 3^2 / (1 + 1 + 1)
    assert abs(result.z) == pytest.approx([math.sqrt(3)] * 3)
    assert result.sets == ((0, 1, 2),)


def test_suspects_of_one_identity_are_the_whole_set():
    result = balance([100, 4, 9], [1, 1, 1], [[1, -1, -1]])
    assert set(result.suspects) == {0, 1, 2}
    assert len(result.removed) == 1


def test_what_would_settle_it():
    # By hand for amount 2: its balanced variance is 2/3, so one more look with a spread
    # of 1 weighs w = 1 / (2/3 + 1); it follows the claims by h = 1/3, -1/3, 2/3. With
    # G_ij = +-1/3 and errors of 3, letting j go where i is wrong costs
    # 9 (G_ii + h_i^2 w - (G_ij + h_i h_j w)^2 / (G_jj + h_j^2 w)): nothing between 0
    # and 1, the same between 2 and either.
    result = balance([10, 4, 9], [1, 1, 1], [[1, -1, -1]])
    best = result.would_settle(result.sets[0])
    assert {s.claim for s in best} == {0, 1, 2}
    w, g = 0.6, 1 / 3
    ii, jj = g + w * 4 / 9, g + w / 9
    cross = g - w * 2 / 9
    pairs = 2 * 9 * (ii - cross**2 / jj) + 2 * 9 * (jj - cross**2 / ii)
    assert best[0].gain == pytest.approx(pairs / 6)


def test_precise_observation_of_either_settles_a_pair():
    result = balance([5, 8], [1, 1], [[1, -1]])
    first, second = result.would_settle((0, 1))
    assert {first.claim, second.claim} == {0, 1}
    assert first.gain == pytest.approx(second.gain)


def test_an_amount_outside_the_test_settles_nothing():
    result = balance([5, 8, 3], [1, 1, 1], [[1, -1, 0]])
    assert {s.claim for s in result.would_settle((0, 1))} == {0, 1}
    assert math.isnan(result.z[2])
    assert result.sigmas[2] == 1.0


def test_three_sources_for_one_amount_name_the_odd_one():
    # 8.6, 8.7 and 2.0 for one unknown hole.
    result = balance(
        [8.6, 8.7, 2.0, math.nan],
        [0.3, 0.3, 0.3, math.inf],
        [[1, 0, 0, -1], [0, 1, 0, -1], [0, 0, 1, -1]],
    )
    assert result.suspects == (2,)
    assert result.dof == 2
    assert result.values[3] == pytest.approx((8.6 + 8.7 + 2.0) / 3)
    assert result.sigmas[3] == pytest.approx(0.3 / math.sqrt(3))


def test_undetermined_unknown_stays_unknown():
    result = balance([5, 0, 0], [1, math.inf, math.inf], [[1, -1, -1]])
    assert result.dof == 0
    assert np.isinf(result.sigmas[1:]).all()
    assert math.isnan(result.p)


def test_redundant_identity_counts_once():
    plain = balance([3, 5], [1, 1], [[1, -1]])
    twice = balance([3, 5], [1, 1], [[1, -1], [2, -2]])
    assert twice.dof == 1
    assert twice.chi2 == pytest.approx(plain.chi2)
    assert len(twice.redundant) == 1


def test_certain_claim_moves_nothing_and_is_no_suspect():
    result = balance([5, 60], [0, 1], [[1, -1]])
    assert result.values == pytest.approx([5, 5])
    assert result.suspects == (1,)
    assert math.isnan(result.z[0])


def test_totals():
    result = balance([3, 5], [1, 1], [[1, 1]], totals=[10])
    assert result.values == pytest.approx([4, 6])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (([1, 2], [0, 0], [[1, -1]]), r"claims \[0, 1\] have a spread of zero"),
        (([1, 2, 3], [0, 1, 0], [[1, -1, 0], [0, 1, -1]]), r"claims \[0, 2\]"),
        (
            ([1, 2], [1, 1], [[1, -1], [2, -2]], [0, 1]),
            "identities .0, 1. say the same",
        ),
        (([1, 2], [1, -1], [[1, -1]]), "claim 1 has no spread"),
        (([1, math.nan], [1, 1], [[1, -1]]), "claim 1 has a spread but no amount"),
        (([1, 2, 3], [1, 1, 1], [[1, -1]]), "the identities join 2 amounts"),
        (([1, 2], [1, 1, 1], [[1, -1]]), "one length"),
        (([1, 2], [1, 1], [[1, -1]], [1, 2]), "1 identities and 2 totals"),
        (([1, 2], [1, 1], [[1, math.nan]]), "not a number"),
    ],
)
def test_bad_input_says_what_it_means(call, message):
    with pytest.raises(ValueError, match=message):
        balance(*call)


def test_sign_is_kept():
    # Free fit: 2 - 8.5... the middle claim of 1 with spread 5 would turn negative.
    claims, sigmas = [10.0, 1.0, 14.0], [1.0, 5.0, 1.0]
    free = balance(claims, sigmas, [[1, -1, -1]])
    assert free.values[1] < 0
    kept = balance(claims, sigmas, [[1, -1, -1]], keep_sign=True)
    # With the middle at zero the others meet half way: 12 and 12.
    assert kept.values == pytest.approx([12, 0, 12])
    assert kept.chi2 == pytest.approx(4 + 1 / 25 + 4)
    assert kept.approximate
    assert not free.approximate


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1))
def test_bounded_fit_is_the_nearest_point(seed):
    rng = np.random.default_rng(seed)
    claims, sigmas, identities = random_case(rng, 7, 3)
    low, high = np.full(7, -60.0), np.full(7, 60.0)
    low[0], high[1] = min(claims[0] - 1, 0), max(claims[1] + 1, 0)
    try:
        result = balance(claims, sigmas, identities, lower=low, upper=high)
    except ValueError as error:
        # Either there are none, or the search says that it found none.
        assert "within their bounds" in str(error)  # noqa: PT017
        return
    assert np.all(result.values >= low - 1e-6)
    assert np.all(result.values <= high + 1e-6)
    assert identities @ result.values == pytest.approx(0, abs=1e-5)
    other = minimize(
        lambda x: float((((x - claims) / sigmas) ** 2).sum()),
        result.values,
        jac=lambda x: 2 * (x - claims) / sigmas**2,
        bounds=list(zip(low, high, strict=True)),
        constraints={"type": "eq", "fun": lambda x: identities @ x},
        method="SLSQP",
        options={"maxiter": 500},
    )
    if other.success and np.abs(identities @ other.x).max() < 1e-6:
        assert result.chi2 <= other.fun * (1 + 1e-5) + 1e-6


def test_impossible_bounds():
    with pytest.raises(ValueError, match="no amounts within their bounds"):
        balance([5, 5], [1, 1], [[1, 1]], totals=[-4], keep_sign=True)
    # A claim of spread zero cannot give way: 10 and something below zero make 5.
    with pytest.raises(ValueError, match="contradicts the claims of spread zero"):
        balance([10, 5], [0, 1], [[1, 1]], totals=[5], lower=[0, 0])
    with pytest.raises(ValueError, match="lower bound of 3 above"):
        balance([5, 5], [1, 1], [[1, 1]], lower=3, upper=2)


def test_one_sided_observation():
    # "More than 6" of an amount claimed as 4: a claim of 6 plus what it is exceeded by.
    identities = [[1, -1, -1]]
    above = balance([9, 6, 0], [1, 1, np.inf], identities, lower=[-np.inf, -np.inf, 0])
    assert above.chi2 == pytest.approx(0)  # 9 is more than 6
    below = balance([4, 6, 0], [1, 1, np.inf], identities, lower=[-np.inf, -np.inf, 0])
    assert below.values == pytest.approx([5, 5, 0], abs=1e-6)
    assert below.chi2 == pytest.approx(2)


@pytest.mark.long(minutes=2)
def test_false_alarms_and_power(published):
    identities, true, sigmas = network(published)
    rng = np.random.default_rng(11)
    runs = 10_000
    alarms = sum(
        bool(
            balance(true + sigmas * rng.standard_normal(8), sigmas, identities).removed
        )
        for _ in range(runs)
    )
    # Sidak's level bounds the rate by 5%; correlation of the tests keeps it below.
    assert alarms / runs < 0.05 + 3 * math.sqrt(0.05 * 0.95 / runs)
    assert alarms / runs > 0.02
    found = []
    for size in (3, 6, 9):
        hits = 0
        for _ in range(1000):
            claims = true + sigmas * rng.standard_normal(8)
            claims[6] += size * sigmas[6]
            result = balance(claims, sigmas, identities)
            hits += 6 in result.suspects[:2]
        found.append(hits / 1000)
    assert found[0] < found[1] < found[2]
    assert found[2] > 0.9


@pytest.mark.long
def test_global_test_is_calibrated():
    rng = np.random.default_rng(5)
    _, sigmas, identities = random_case(rng, 12, 6)
    null = np.linalg.svd(identities)[2][np.linalg.matrix_rank(identities) :]
    true = null.T @ rng.normal(0, 50, len(null))
    p = [
        balance(true + sigmas * rng.standard_normal(12), sigmas, identities).p
        for _ in range(5000)
    ]
    for level in (0.05, 0.25, 0.5, 0.9):
        assert np.mean(np.array(p) < level) == pytest.approx(level, abs=0.025)


def test_pulls_on_a_sum_of_two():
    # One + other = sum, claimed 10 + 10 = 26 with spreads 1, 1, 2. The gap of 6 is
    # shared by variance, 1 : 1 : 4, so balanced are 11 + 11 = 22. A unit more of one
    # moves it by 5/6, of the other by -1/6, of the sum by 1/6; they lie 1, 1 below
    # and 4 above where they were balanced.
    result = balance([10, 10, 26], [1, 1, 2], [[1, 1, -1]])
    assert result.values == pytest.approx([11, 11, 22])
    assert result.pulls(0) == pytest.approx([-5 / 6, 1 / 6, 4 / 6])
    # The sum follows itself by 1/3 and each part by 2/3.
    assert result.pulls(2) == pytest.approx([-2 / 3, -2 / 3, 4 / 3])


def test_pulls_cancel_and_leave_out_what_is_unknown_or_certain():
    rng = np.random.default_rng(5)
    claims, sigmas, identities = random_case(rng, 9, 4, zero=1, unknown=1)
    result = balance(claims, sigmas, identities)
    for claim in range(1, 8):
        pulls = result.pulls(claim)
        assert pulls.sum() == pytest.approx(0, abs=1e-9)
        assert pulls[0] == pulls[-1] == 0


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 2**32 - 1), st.integers(0, 2))
def test_what_is_seen_without_a_claim_is_found_from_what_was_seen_with_it(seed, free):
    rng = np.random.default_rng(seed)
    whole = system(*random_case(rng, 9, 4, unknown=free), None)
    gram = whole.gram
    for claim in np.flatnonzero(whole.tested(gram))[:3].tolist():
        rest, found = whole.without(claim, gram)
        assert found == pytest.approx(rest.gram, abs=1e-9 * gram.max())
        # What was let go costs no product with the whole weight again.
        afresh = replace(rest, rank=rest.rank)
        size = np.abs(whole.probed).max()
        assert "probed" in vars(rest)
        assert rest.probed == pytest.approx(afresh.probed, abs=1e-9 * size)
        assert np.array_equal(rest.alike(found), afresh.alike(found))


def test_another_level_finds_the_suspects_that_balancing_at_it_finds():
    # Three accounts of one amount, of which the last is 5.7 spreads from the others:
    # (8 - 1.05) / root(1 + 1/2).
    case = ([1.0, 1.1, 8.0], [1.0, 1.0, 1.0], [[1, -1, 0], [0, 1, -1]])
    assert balance(*case, level=0.05).suspects == (2,)
    strict = balance(*case, level=1e-12)
    assert strict.suspects == ()
    judged = strict.judged(0.05)
    assert judged.suspects == (2,)
    assert judged.removed == balance(*case, level=0.05).removed


def test_small_errors_are_told_apart_beside_an_unknown_amount():
    # What is unknown is both amounts, stated a millionth to either side of 1 + 1e-6:
    # they meet there, and their gap of 2e-6 has a variance of 2e-12: chi-square 2.
    claims, sigmas = [1.0, 1.0, 1.000002], [math.inf, 1e-6, 1e-6]
    found = balance(claims, sigmas, [[1, -1, 0], [1, 0, -1]])
    assert found.dof == 1
    assert found.chi2 == pytest.approx(2.0, rel=1e-4)
    assert found.values == pytest.approx([1.000001] * 3, abs=1e-10)


@pytest.mark.parametrize("seed", range(20))
def test_claims_that_are_multiples_of_one_another_are_seen_as_much_as_each_is(seed):
    rng = np.random.default_rng(seed)
    kinds = rng.integers(-2, 3, (4, 5)) * rng.uniform(0.1, 10, 5)
    times = rng.choice([-3.0, 0.7, 1.0, 1 / 3, 9.0], 9)
    columns = np.hstack([kinds[:, rng.integers(0, 5, 9)] * times, -np.eye(4)])
    whole = system(np.zeros(13), np.ones(13), columns, None)
    dense = whole.identities.toarray()
    wanted = np.diag(dense.T @ whole.weight @ dense)
    assert whole.gram == pytest.approx(wanted, rel=1e-9, abs=1e-9 * wanted.max())


def test_multiples_are_found_whatever_rounding_does_to_their_entries():
    rng = np.random.default_rng(0)
    rows = rng.uniform(0.1, 10, 300)
    times = rng.uniform(0.1, 1e6, 50)
    columns = np.array([[(one * 1e6) / row for one in times] for row in rows])
    first, like, found = multiples(sparse.csc_array(columns))
    assert first.tolist() == [0]
    assert not like.any()
    assert found == pytest.approx(times / times[0], rel=1e-14)
    # One entry off by more than rounding is another kind.
    columns[7, [20, 40]] *= 1 + 1e-11
    first, like, _ = multiples(sparse.csc_array(columns))
    assert not np.delete(like, [20, 40]).any()
    assert first.tolist() == [0, 20, 40]


def test_spreads_of_the_fit_are_found_once_for_all_sets(monkeypatch):
    found = balance([1.0, 2.0, 9.0, 4.0], [1.0] * 4, [[1, 1, -1, 0], [0, 0, 1, -1]])
    (first, second) = found.sets[0][:2]
    wanted = found.would_settle((first, second))
    monkeypatch.setattr(import_module(system.__module__), "_rounded", None)
    assert found.would_settle((first, second)) == wanted


@pytest.mark.parametrize("seed", range(20))
def test_identities_that_share_no_claim_are_fitted_as_if_alone(seed):
    rng = np.random.default_rng(seed)
    lots = [random_case(rng, 5, 3), random_case(rng, 5, 3), random_case(rng, 4, 1)]
    columns = np.cumsum([0, *(len(lot[0]) for lot in lots)])
    identities = np.zeros((sum(len(lot[2]) for lot in lots), columns[-1]))
    # Rows in turn, so that what hangs together does not lie together.
    places = rng.permutation(len(identities))
    row = 0
    for lot, start, stop in zip(lots, columns[:-1], columns[1:], strict=True):
        for line in lot[2]:
            identities[places[row], start:stop] = line
            row += 1
    claims, sigmas = (np.concatenate([lot[at] for lot in lots]) for at in (0, 1))
    found = balance(claims, sigmas, identities)
    alone = [balance(*lot) for lot in lots]
    assert found.values == pytest.approx(np.concatenate([one.values for one in alone]))
    assert found.sigmas == pytest.approx(np.concatenate([one.sigmas for one in alone]))
    assert found.chi2 == pytest.approx(sum(one.chi2 for one in alone))
    assert found.dof == sum(one.dof for one in alone)
    # One that follows from another of its lot is still found.
    again = balance(claims, sigmas, np.vstack([identities, identities[0] * 2.0]))
    assert len(again.redundant) == len(found.redundant) + 1
    assert again.values == pytest.approx(found.values)


def test_identities_without_common_claims_are_told_apart():
    joint = np.zeros((5, 5))
    joint[np.arange(5), np.arange(5)] = 1.0
    joint[0, 3] = joint[3, 0] = joint[3, 4] = joint[4, 3] = 0.5
    found = [lots.tolist() for lots in apart(joint)]
    assert found == [[[0, 3, 4]], [[1], [2]]]
