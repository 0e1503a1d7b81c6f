"""What is left at the end in passes over columns is what a walk leaves."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solvency.methods.tracing import EX_POST
from solvency.methods.tracing import RULES
from solvency.methods.tracing.remainder import left
from solvency.tracing import read
from solvency.tracing import trace

#: A pays in 60, B 50, C 30; 70 go out, then 20: 50 are left.
PAID = [(60, "A"), (50, "B"), (-70, None), (30, "C"), (-20, None)]


def by_owner(account, rule, own=None):
    units = left(account, rule, own)
    return dict(zip(account.owners, units.tolist(), strict=True))


@pytest.mark.parametrize(
    ("rule", "own", "expected"),
    [
        # 70 take all of A's and 10 of B's, 20 another 20 of B's.
        ("fifo", None, {"A": 0, "B": 20, "C": 30}),
        # 70 take all of B's and 20 of A's, 20 are C's.
        ("lifo", None, {"A": 40, "B": 0, "C": 10}),
        # 50 of 140: 21.43, 17.86 and 10.71; the unit left over to the largest two.
        ("pro-rata-ex-post", None, {"A": 21, "B": 18, "C": 11}),
        # 40 of 110 are left, then 50 of 70: 60, 50 and 30 become 15.6, 13.0 and 21.4.
        ("pro-rata", None, {"A": 16, "B": 13, "C": 21}),
        # A's is spent first, and then 10 + 20 of the others', of whom 50 of 80 is left
        # after a deposit: 40 of B's 50 became 28.57, of C's 30 21.43.
        ("lowest-balance", "A", {"A": 0, "B": 29, "C": 21}),
        # A's and B's are spent first: 40 left of 110, and then 20.
        ("lowest-balance", {"A", "B"}, {"A": 11, "B": 9, "C": 30}),
    ],
)
def test_what_is_left_under_each_rule_by_hand(rule, own, expected):
    assert by_owner(read(PAID), rule, own) == expected


@pytest.mark.parametrize("own", [None, "a", {"a", "b"}])
@pytest.mark.parametrize("rule", [*RULES, EX_POST])
@given(
    moves=st.lists(
        st.tuples(st.sampled_from("abcd"), st.integers(1, 10**6), st.floats(0, 1)),
        min_size=1,
        max_size=20,
    )
)
def test_a_walk_leaves_the_same_but_for_cut_units(rule, own, moves):
    movements, balance = [], 0
    for owner, units, spent in [("a", 5, 0.0), ("b", 3, 0.0), *moves]:
        movements.append((units, owner))
        balance += units
        out = int(balance * spent)
        if out:
            movements.append((-out, None))
            balance -= out
    account = read(movements)
    found = by_owner(account, rule, own)
    walked = trace(movements, rule, own).remaining
    assert sum(found.values()) == balance
    # A walk cuts units at each outlay; here they are cut once.
    near = 0 if rule in {"fifo", "lifo"} else len(account.outlays) + 1
    for owner, units in found.items():
        assert abs(units - walked.get(owner, 0)) <= near


def test_an_owner_nobody_is_cannot_go_first():
    with pytest.raises(ValueError, match="Zoe"):
        left(read(PAID), "lowest-balance", "Zoe")


def test_of_an_empty_account_nothing_is_left():
    assert np.array_equal(left(read([(5, "A"), (-5, None)]), "pro-rata"), [0])
