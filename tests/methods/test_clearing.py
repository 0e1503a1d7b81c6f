from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from solvency.clearing import clear

CASES = [
    "rogers-veraart-3-3",
    "rogers-veraart-3-3-equal",
    "rogers-veraart-circle",
    "lauridsen-bohlbro-chain",
]


@pytest.mark.parametrize("name", CASES)
def test_published_payments(published, name):
    case = published("clearing")[name]
    result = clear(case["debts"], case["assets"], case["alpha"], case["beta"])
    assert result.payments == pytest.approx(case["payments"], abs=1e-12)
    assert result.defaulted.tolist() == case["defaulted"]
    if "least" in case:
        assert result.least == pytest.approx(case["least"], abs=1e-12)
    if "level" in case:
        assert result.level.tolist() == case["level"]


def random_case(rng, entities, *, sink=False):
    linked = rng.random((entities, entities)) < 0.5
    debts = rng.random((entities, entities)) * linked
    np.fill_diagonal(debts, 0.0)
    if sink:
        debts[-1] = 0.0
    assets = rng.random(entities) * (rng.random(entities) < 0.7)
    return debts, assets * rng.choice([0.2, 0.5, 1.0])


SEEDS = st.integers(0, 2**32 - 1)


@settings(deadline=None, max_examples=100)
@given(SEEDS, st.integers(2, 9))
def test_equals_the_linear_programme(seed, entities):
    debts, assets = random_case(np.random.default_rng(seed), entities)
    result = clear(debts, assets)
    owed = debts.sum(axis=1)
    split = debts / np.where(owed > 0, owed, 1)[:, None]
    other = linprog(
        -np.ones(entities),
        A_ub=np.eye(entities) - split.T,
        b_ub=assets,
        bounds=[(0, debt) for debt in owed],
    )
    assert result.payments == pytest.approx(other.x, abs=1e-8)


@settings(deadline=None, max_examples=100)
@given(SEEDS, st.integers(2, 8), st.floats(0.2, 1), st.floats(0.2, 1), st.booleans())
def test_limited_liability_priority_and_consistency(
    seed, entities, alpha, beta, ranked
):
    rng = np.random.default_rng(seed)
    debts, assets = random_case(rng, entities)
    ranks = rng.integers(0, 3, debts.shape) if ranked else None
    result = clear(debts, assets, alpha, beta, ranks)
    owed = debts.sum(axis=1)
    used = np.unique(ranks[debts > 0]) if ranked and np.any(debts > 0) else [None]
    stack = [
        debts if rank is None else np.where(ranks == rank, debts, 0) for rank in used
    ]
    totals = np.array([layer.sum(axis=1) for layer in stack])
    received = np.zeros(entities)
    for paid, layer, total in zip(result.by_class, stack, totals, strict=True):
        received += paid / np.where(total > 0, total, 1) @ layer
    assert result.received == pytest.approx(received, abs=1e-9)
    value = assets + received
    # Limited liability: nobody pays more than it has or owes.
    assert np.all(result.payments <= np.minimum(owed, value) + 1e-9)
    # Absolute priority: equity after all debts; a class after those before it.
    assert np.all((result.equity < 1e-9) | (result.payments > owed - 1e-9))
    for junior in range(1, len(totals)):
        unpaid = totals[junior - 1] - result.by_class[junior - 1] > 1e-9
        assert np.all(result.by_class[junior][unpaid] < 1e-9)
    # A defaulter pays exactly what is left after the costs of default.
    failed = result.defaulted
    left = alpha * assets + beta * received
    assert result.payments[failed] == pytest.approx(left[failed], abs=1e-9)
    assert np.all(value[failed] < owed[failed])


@settings(deadline=None, max_examples=100)
@given(SEEDS, st.integers(2, 8), st.floats(0.2, 1), st.floats(0.2, 1))
def test_costs_of_default_never_raise_a_payment(seed, entities, alpha, beta):
    debts, assets = random_case(np.random.default_rng(seed), entities)
    free, costly = clear(debts, assets), clear(debts, assets, alpha, beta)
    assert np.all(costly.payments <= free.payments + 1e-9)
    assert np.all(costly.least <= costly.payments + 1e-9)


@settings(deadline=None, max_examples=100)
@given(SEEDS, st.integers(2, 8))
def test_equities_sum_to_assets(seed, entities):
    debts, assets = random_case(np.random.default_rng(seed), entities, sink=True)
    result = clear(debts, assets)
    assert result.equity.sum() == pytest.approx(assets.sum(), abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(2, 7), st.floats(0.4, 1))
def test_greatest_and_least_bound_every_fixed_point(seed, entities, cost):
    """Repeat from above and from below, the slow and certain way."""
    debts, assets = random_case(np.random.default_rng(seed), entities)
    owed = debts.sum(axis=1)
    split = debts / np.where(owed > 0, owed, 1)[:, None]

    def again(paid):
        value = assets + paid @ split
        low = cost * assets + cost * (paid @ split)
        return np.where(value >= owed - 1e-13, owed, low)

    high, low = owed.copy(), np.zeros(entities)
    for _ in range(3000):
        high, low = again(high), again(low)
    result = clear(debts, assets, cost, cost)
    if cost < 0.99:
        assert result.payments == pytest.approx(high, abs=1e-7)
        assert result.least == pytest.approx(low, abs=1e-7)


@settings(deadline=None, max_examples=60)
@given(SEEDS, st.integers(2, 7))
def test_cross_holdings_are_a_fixed_point(seed, entities):
    rng = np.random.default_rng(seed)
    debts, assets = random_case(rng, entities)
    # Everybody has something: among those without, payments may circle without end,
    # and that is refused.
    assets = assets + 0.1
    shares = rng.random(debts.shape) * 0.9 / entities
    np.fill_diagonal(shares, 0.0)
    result = clear(debts, assets, shares=shares)
    owed = debts.sum(axis=1)
    split = debts / np.where(owed > 0, owed, 1)[:, None]
    value = assets + result.payments @ split + shares @ result.equity
    assert result.payments == pytest.approx(np.minimum(owed, value), abs=1e-8)
    assert result.equity == pytest.approx(np.maximum(value - owed, 0), abs=1e-8)
    # What outsiders hold, of equity, is what there was to begin with.
    outside = (1 - shares.sum(axis=0)) @ result.equity
    assert outside == pytest.approx(assets.sum(), abs=1e-8)


def test_shares_by_hand():
    # 1 holds half of 0 and owes 6 to 2; 0 has 10 and no debts: 1 is worth 5 and pays 5.
    debts = [[0, 0, 0], [0, 0, 6], [0, 0, 0]]
    shares = [[0, 0, 0], [0.5, 0, 0], [0, 0, 0]]
    result = clear(debts, [10, 0, 0], shares=shares)
    assert result.payments == pytest.approx([0, 5, 0])
    assert result.equity == pytest.approx([10, 0, 5])
    assert result.rates == pytest.approx([1, 5 / 6, 1])


def test_seniority_by_hand():
    # 0 has 5, owes 4 to 1 first and 6 to 2 after: 4 and 1.
    debts = [[0, 4, 6], [0, 0, 0], [0, 0, 0]]
    result = clear(debts, [5, 0, 0], seniority=[[0, 1, 2], [0, 0, 0], [0, 0, 0]])
    assert result.by_class[:, 0] == pytest.approx([4, 1])
    assert result.equity == pytest.approx([0, 4, 1])
    layers = np.array([[[0, 4, 0], [0] * 3, [0] * 3], [[0, 0, 6], [0] * 3, [0] * 3]])
    assert clear(layers, [5, 0, 0]).by_class[:, 0] == pytest.approx([4, 1])


def test_a_circle_without_assets_pays_all_or_nothing():
    result = clear([[0, 1], [1, 0]], [0, 0])
    assert result.payments == pytest.approx([1, 1])
    assert result.least == pytest.approx([0, 0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (([[1, 0], [0, 0]], [1, 1]), "entity 0 owes itself"),
        (([[0, -1], [0, 0]], [1, 1]), "entity 0 owes entity 1 an amount below zero"),
        (([[0, 1], [0, 0]], [1, -1]), "entity 1 has assets of -1"),
        (([[0, 1], [0, 0]], [1, 1], 0.0), "alpha is a share"),
        (([[0, 1], [0, 0]], [1, 1], 1.0, 1.2), "beta is a share"),
        (([[0, 1, 0], [0, 0, 0]], [1, 1]), "do not fit"),
        (([[0, 1], [0, 0]], [1, 1], 1.0, 1.0, [1, 2]), "ranks of shape"),
    ],
)
def test_bad_input_names_the_entity(call, message):
    with pytest.raises(ValueError, match=message):
        clear(*call)


def test_shares_without_an_owner_outside():
    with pytest.raises(ValueError, match="no owner outside"):
        clear([[0, 1], [0, 0]], [1, 1], shares=[[0, 1], [1, 0]])
    with pytest.raises(ValueError, match=r"1\.5 times the shares of entity 0"):
        clear([[0, 1], [0, 0]], [1, 1], shares=[[0, 0], [1.5, 0]])


def test_shares_nearly_all_held_in_a_circle_are_worth_their_limit():
    # Each holds 0.99999 of the other: x = 1 + 0.99999 y and y = 3 + 0.99999 x, so
    # x = (1 + 2.99997) / (1 - 0.9999800001) = 3.99997 / 0.0000199999. Step by step,
    # each nearer by a hundred thousandth, that takes millions of steps.
    share = 0.99999
    held = np.array([[0.0, share], [share, 0.0]])
    found = clear(np.zeros((2, 2)), [1.0, 3.0], shares=held)
    assert found.equity[0] == pytest.approx(3.99997 / 0.0000199999, rel=1e-9)
    assert found.equity[1] == pytest.approx(3.99999 / 0.0000199999, rel=1e-9)


def test_debts_nearly_all_owed_in_a_circle_pay_their_limit():
    # A owes B 100,000 and B owes A 99,999 and C 1; A has half of what C is owed. All
    # of it must reach C in the end, a hundred thousandth of B's payments: B pays
    # 50,000, of which A has 49,999.5 and, with its own 0.5, pays as much.
    debts = np.zeros((3, 3))
    debts[0, 1], debts[1, 0], debts[1, 2] = 100_000.0, 99_999.0, 1.0
    found = clear(debts, [0.5, 0.0, 0.0])
    assert found.payments == pytest.approx([50_000.0, 50_000.0, 0.0], rel=1e-9)


def test_of_nobody_nothing_is_cleared():
    result = clear(np.zeros((0, 0)), [], shares=np.zeros((0, 0)))
    assert not len(result.payments)
