"""Bounds by purpose, against linear programmes over all ways to share the outlays.

What each outlay took of the owner's is a variable; no more is ever taken of the owner's
or of the others' than was there. The least and the most of a purpose are the ends.
"""

from __future__ import annotations

import random
from decimal import Decimal

import numpy as np
import pytest
from analysis.trace.books import ACCOUNTS
from analysis.trace.books import BANK
from analysis.trace.books import END
from analysis.trace.books import capital
from analysis.trace.books import deposit
from analysis.trace.books import flow
from scipy.optimize import linprog

from solvency.analysis.trace.trace import follow

PURPOSES = ("ventures", "loans", "property")


def generated(seed):
    """Return moves in order: (units, owner or None, purpose or None)."""
    rng = random.Random(seed)  # noqa: S311 (a generator of tests)
    # From dust to a thousand million millions.
    size = rng.choice([1, 10**6, 10**15 // 1000])
    moves, balance = [], 0
    for _ in range(rng.randint(6, 24)):
        if balance and rng.random() < 0.55:
            units = rng.randint(1, balance)
            moves.append((units, None, rng.choice(PURPOSES)))
            balance -= units
        else:
            units = rng.randint(1, 1000) * size
            moves.append((units, rng.choice(["Customers", "Alameda"]), None))
            balance += units
    return moves


def written(moves):
    text = ACCOUNTS
    for at, (units, owner, purpose) in enumerate(moves):
        day, name = at + 1, f"f{at}"
        if owner == "Customers":
            text += deposit(day, name, units)
        elif owner:
            text += capital(day, name, units)
        else:
            legs = ((BANK, -units), ("Expenses:Alameda:Costs", units))
            text += flow(day, name, *legs, purpose=f'"{purpose}"')
    return text


def ends(moves, purpose):
    """Return the least and the most of the customers' that a purpose can have taken."""
    outs = [units for units, owner, _ in moves if owner is None]
    whole = sum(units for units, owner, _ in moves if owner) or 1
    rows, limits = [], []
    put = {"Customers": 0, "Alameda": 0}
    at = 0
    for units, owner, _ in moves:
        if owner:
            put[owner] += units
            continue
        taken = np.zeros(len(outs))
        taken[: at + 1] = 1.0
        # Of the customers' no more than was put in; of the others' likewise.
        rows += [taken, -taken]
        gone = sum(outs[: at + 1])
        limits += [put["Customers"] / whole, (put["Alameda"] - gone) / whole]
        at += 1
    asked = np.array([float(p == purpose) for _, owner, p in moves if owner is None])
    each = [(0.0, units / whole) for units in outs]
    low, high = (
        linprog(sign * asked, np.array(rows), np.array(limits), bounds=each)
        for sign in (1.0, -1.0)
    )
    return low.fun * whole, -high.fun * whole, whole


@pytest.mark.parametrize("seed", range(30))
def test_the_bounds_of_a_purpose_are_those_of_a_linear_programme(ledger, seed):
    moves = generated(seed)
    if not any(owner is None for _, owner, _ in moves):
        moves.append((moves[0][0], None, "loans"))
    found = (
        follow(ledger.case(written(moves)).book(), [BANK], at=END, owners=["Customers"])
        if any(owner == "Customers" for _, owner, _ in moves)
        else None
    )
    if found is None:
        return
    for one in found.by_purpose:
        least, most, whole = ends(moves, one.purpose)
        near = Decimal(whole) * Decimal("1e-7")
        assert abs(one.least - Decimal(least)) <= near
        assert abs(one.most - Decimal(most)) <= near
