"""Clearing to the last digit: amounts that floating point cannot hold."""

from __future__ import annotations

from decimal import Decimal
from decimal import localcontext

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.methods.clearing import clear
from solvency.methods.clearing.exact import cleared
from solvency.wide import wide

ONE = Decimal(1)


def solve(debts, assets, alpha="1", beta="1", shares=None):
    size = len(assets)

    def square(cells):
        found = np.zeros((size, size))
        for pair, amount in cells.items():
            found[pair] = float(amount)
        return found

    near = clear(
        np.array([square(cells) for cells in debts]),
        [float(one) for one in assets],
        float(alpha),
        float(beta),
        shares=square(shares) if shares else None,
    )
    return cleared(debts, assets, near, Decimal(alpha), Decimal(beta), shares or {})


def test_each_digit_of_a_payment():
    # A has half of what it owes B and C, to the last digit; so B has a quarter of what
    # it owes C.
    owed = Decimal("30000000000000000000000000.02")
    other = Decimal("10000000000000000000000000.06")
    debts = [{(0, 1): owed, (0, 2): other, (1, 2): owed * 2}]
    found = solve(debts, [(owed + other) / 2, Decimal(), Decimal()])
    assert found.payments == (
        Decimal("20000000000000000000000000.04"),
        Decimal("15000000000000000000000000.01"),
        0,
    )
    assert found.defaulted == (True, True, False)
    assert found.part(0, 0, other) == Decimal("5000000000000000000000000.03")


def test_debts_in_a_circle():
    # A owes B 10^30 + 1, B owes A as much and C 3: A has 1, B nothing. All that B lacks
    # is 2, which falls on A and C by what they are owed, and on B by what A then lacks.
    whole = Decimal(10) ** 30 + 1
    debts = [{(0, 1): whole, (1, 0): whole, (1, 2): Decimal(3)}]
    found = solve(debts, [ONE, Decimal(), Decimal()])
    with localcontext() as context:
        context.prec = 90
        # a = 1 + b * whole / (whole + 3), b = a; a stays below what it owes.
        paid = (whole + 3) / 3
        expected = min(paid, whole)
        for payment in found.payments[:2]:
            assert abs(payment - expected) < Decimal("1E-17")
    assert found.defaulted == (True, True, False)


def test_short_by_a_cent():
    """Floating point takes a shortfall of a cent in 10^20 for rounding."""
    whole = Decimal(10) ** 20
    found = solve([{(0, 1): whole}], [whole - Decimal("0.01"), Decimal()], alpha="0.5")
    assert found.defaulted == (True, False)
    assert found.payments[0] == whole / 2 - Decimal("0.005")


def test_owners_have_what_is_left():
    # B, whose shares A holds in the proportion of 0.25, has 10^20 + 0.04 beyond debts.
    whole = Decimal(10) ** 20
    assets = [Decimal(), 2 * whole + Decimal("0.04"), Decimal()]
    debts = [{(0, 2): whole, (1, 2): whole}]
    found = solve(debts, assets, shares={(0, 1): Decimal("0.25")})
    assert found.equity[1] == whole + Decimal("0.04")
    assert found.payments[0] == Decimal("25000000000000000000.01")


amounts = st.integers(0, 10**24).map(lambda cents: Decimal(cents).scaleb(-2))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(amounts, min_size=4, max_size=4),
    st.lists(
        st.dictionaries(
            st.tuples(st.integers(0, 2), st.integers(0, 3)).filter(
                lambda pair: pair[0] != pair[1]
            ),
            amounts,
            max_size=9,
        ),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(["1", "0.9"]),
)
def test_payments_are_consistent(assets, debts, cost):
    try:
        found = solve(debts, assets, cost, cost)
    except ValueError as error:
        pytest.skip(str(error))
    with wide():
        for at, own in enumerate(assets):
            received = sum(
                found.part(row, pair[0], amount)
                for row, cells in enumerate(debts)
                for pair, amount in cells.items()
                if pair[1] == at
            )
            assert abs(received - found.received[at]) < Decimal("1E-15")
            owes = sum(row[at] for row in found.owed)
            has = own + received
            if found.defaulted[at]:
                assert abs(found.payments[at] - min(owes, has * Decimal(cost))) < (
                    Decimal("1E-15")
                )
            else:
                assert found.payments[at] == owes
                assert abs(found.equity[at] - (has - owes)) < Decimal("1E-12")
