"""What is asked only whether it holds is told as where it is asked how much."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.analysis.check.capital import _ruin_about
from solvency.analysis.check.capital import _share_at
from solvency.analysis.check.capital import ruin
from solvency.analysis.check.payment_rates import drawn_rates


@pytest.mark.parametrize("level", [0.001, 0.05, 0.5, 0.95])
@pytest.mark.parametrize("years", [30 / 365, 1.0, 5.0])
def test_ruin_is_told_on_its_side_of_a_level(level, years):
    rng = np.random.default_rng(1)
    equity = rng.uniform(-2.0, 12.0, 5_000)
    exposed = rng.choice([0.0, 1.0, 10.0], 5_000) * rng.random(5_000)
    # Some on the level itself, as far as floats tell.
    share = _share_at(level, 0.8, years)
    equity[:50] = share * exposed[:50] * (1.0 + rng.normal(0.0, 1e-9, 50))
    exact = ruin(equity, exposed, 0.8, years)
    told = _ruin_about(level, equity, exposed, 0.8, years)
    assert ((told > level) == (exact > level)).all()
    assert 0 < (told > level).sum() < 5_000
    assert (told == exact)[:50].all()


def test_a_level_that_nothing_can_reach_or_all_do():
    equity, exposed = np.array([-1.0, 0.0, 1.0, 5.0]), np.full(4, 4.0)
    for level in (0.0, 1.0):
        told = _ruin_about(level, equity, exposed, 0.8, 1.0)
        exact = ruin(equity, exposed, 0.8, 1.0)
        assert ((told > level) == (exact > level)).all()


@settings(deadline=None, max_examples=50)
@given(seed=st.integers(0, 10**6), members=st.integers(2, 5))
def test_rates_solved_again_where_others_fail_are_those_of_each_alone(seed, members):
    # Draw by draw there is nothing to pick from: each has its failures to itself.
    rng = np.random.default_rng(seed)
    names = [f"M{n}" for n in range(members)]
    means = {name: rng.exponential(5.0, 40) for name in names}
    owed = {
        (one, other): rng.exponential(4.0, 40) * rng.integers(0, 2, 40)
        for one in names
        for other in names
        if one != other
    }
    debts = {
        name: rng.exponential(5.0, 40)
        + sum(amount for (debtor, _), amount in owed.items() if debtor == name)
        for name in names
    }
    rates = drawn_rates(means, debts, owed)
    for at in range(40):
        alone = drawn_rates(
            *({key: one[[at]] for key, one in each.items()} for each in (means, debts)),
            {pair: amount[[at]] for pair, amount in owed.items()},
        )
        for name in names:
            assert alone[name][0] == rates[name][at]
