from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from solvency.depth import breaking_price
from solvency.depth import ceiling
from solvency.depth import discount
from solvency.depth import explosive_since
from solvency.depth import gain
from solvency.depth import pool_proceeds
from solvency.depth import price_after
from solvency.depth import proceeds
from solvency.depth import sale_needed
from solvency.methods.fire_sale import units_sold

AMOUNTS = st.floats(1e-3, 1e9)


def test_one_halving_by_hand():
    # Selling the units that halve the price fetches (1 - 1/2) of the ceiling.
    assert proceeds(100, 2, 100) == pytest.approx(2 * 100 / math.log(2) / 2)
    assert price_after(100, 2, 100) == pytest.approx(1.0)
    assert ceiling(2, 100) == pytest.approx(288.539, abs=1e-3)  # 1.4427 x 200
    assert discount(100, 100) == pytest.approx(1 - 0.5 / math.log(2))


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_proceeds_are_the_integral_of_the_price(units, price, halving):
    units = min(units, 50 * halving)
    area, _ = quad(lambda q: price_after(q, price, halving), 0, units, limit=200)
    assert proceeds(units, price, halving) == pytest.approx(area, rel=1e-6)


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_no_sale_exceeds_market_value_or_the_ceiling(units, price, halving):
    fetched = proceeds(units, price, halving)
    assert fetched <= units * price * (1 + 1e-12)
    assert fetched <= ceiling(price, halving) * (1 + 1e-12)
    assert 0 <= discount(units, halving) <= 1


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_a_sale_in_two_parts_fetches_the_same(units, price, halving):
    first = proceeds(units / 3, price, halving)
    rest = proceeds(2 * units / 3, price_after(units / 3, price, halving), halving)
    assert first + rest == pytest.approx(proceeds(units, price, halving), rel=1e-9)


def test_a_market_without_limit_pays_the_price():
    assert proceeds(10, 2, math.inf) == 20
    assert proceeds(0, 2, 5) == 0


@given(AMOUNTS, AMOUNTS, AMOUNTS)
def test_constant_product_pool(units, tokens, cash):
    # The pool keeps tokens x cash: (X + q)(Y - R) = XY.
    fetched = pool_proceeds(units, tokens, cash)
    kept = (tokens + units) * (cash - fetched)
    assert kept == pytest.approx(tokens * cash, rel=1e-6, abs=1e-12 * units * cash)
    assert fetched < cash
    part = min(units, 100 * tokens)
    area, _ = quad(lambda q: tokens * cash / (tokens + q) ** 2, 0, part)
    assert pool_proceeds(part, tokens, cash) == pytest.approx(area, rel=1e-6)


def test_pool_and_exponential_agree_for_small_sales():
    # Both start at price Y / X; matching the slope: d ln p / dq = -2 / X = -ln 2 / H.
    tokens, cash = 1000.0, 5000.0
    halving = math.log(2) * tokens / 2
    assert proceeds(1, 5, halving) == pytest.approx(
        float(pool_proceeds(1, tokens, cash)), rel=1e-6
    )


def test_gain_is_what_the_loop_adds_up_to():
    """Run the loop turn by turn with small sums and compare with 1 / (1 - gain)."""
    held, halving, price, lent = 100.0, 400.0, 1.0, 0.4
    fold = math.log(2) / halving
    borrow, total = 1e-6, 0.0
    for _ in range(200):
        total += borrow
        bought = borrow / price
        rise = price * math.expm1(fold * bought)
        borrow = lent * (held * rise + bought * (price + rise))
        price, held = price + rise, held + bought
    once = gain(100, 400, 0.4)
    assert once == pytest.approx(0.4 * (1 + 100 * fold))
    assert total == pytest.approx(1e-6 / (1 - once), rel=1e-4)
    assert gain(100, 400, 0.4, pledged=False) == pytest.approx(0.4 * 100 * fold)


def test_explosive_line():
    # Explosive from q l = (1 - m) / m on: at m = 0.5, from one e-fold of depth.
    edge = 20e6 / math.log(2)
    assert gain(edge, 20e6, 0.5) == pytest.approx(1.0)
    assert explosive_since("abcd", [1.2, 0.9, 1.0, 3.0]) == "c"
    assert explosive_since("abcd", [1.2, 0.9, 1.0, 0.5]) is None
    assert explosive_since("abcd", [1.2, math.nan, 1.0, 1.5]) == "c"
    assert explosive_since("", []) is None


@given(
    st.floats(1, 1e3),
    st.floats(1, 1e3),
    st.floats(0.1, 10),
    st.floats(1, 1e4),
    st.floats(0.05, 0.95),
)
def test_sale_needed_is_the_first_that_suffices(debt, units, price, halving, lent):
    def excess(sold):
        left = lent * (units - sold) * price_after(sold, price, halving)
        return debt - proceeds(sold, price, halving) - left

    grid = np.linspace(0, units, 2001)
    fine = np.flatnonzero(excess(grid) <= 0)
    sold = sale_needed(debt, units, price, halving, lent)
    if sold is None:
        assert not len(fine)
    elif len(fine):
        assert sold <= grid[fine[0]] + 1e-6 * units
        assert excess(sold) == pytest.approx(0, abs=1e-6 * debt) or sold == 0


def test_breaking_price_by_hand():
    # 60 short, 100 tokens that fetch their price: 0.6 each.
    assert breaking_price(40, 100, 100, math.inf) == pytest.approx(0.6)
    assert breaking_price(100, 100, 5, 10) == 0
    assert breaking_price(40, 100, 0, 10) is None
    price = breaking_price(40, 100, 100, 50)
    assert 40 + proceeds(100, price, 50) == pytest.approx(100)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: proceeds(-1, 1, 1), "units sold"),
        (lambda: proceeds(1, -1, 1), "a price"),
        (lambda: proceeds(1, 1, 0), "halve a price"),
        (lambda: gain(1, 1, 1.5), "share of market value"),
        (lambda: pool_proceeds(1, 0, 1), "a pool holds tokens"),
        (lambda: sale_needed(-1, 1, 1, 1, 0.5), "a debt"),
        (lambda: explosive_since([1], [1, 2]), "1 days"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@given(AMOUNTS, AMOUNTS, st.floats(1e-3, 50))
def test_units_sold_are_those_that_take_the_price_there(price, halving, folds):
    units = folds * halving
    after = float(price_after(units, price, halving))
    assert float(units_sold(price / after, halving)) == pytest.approx(units, rel=1e-9)
