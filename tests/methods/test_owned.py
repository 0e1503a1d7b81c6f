"""Units shared out in arrays are those that plain Python shares out."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from solvency.methods.tracing.pro_rata import take
from solvency.methods.tracing.whole_units import Pieces
from solvency.methods.tracing.whole_units import SharedPot
from solvency.methods.tracing.whole_units import Written
from solvency.methods.tracing.whole_units import added
from solvency.methods.tracing.whole_units import fronts
from solvency.methods.tracing.whole_units import parts
from solvency.methods.tracing.whole_units import scaled
from solvency.methods.tracing.whole_units import whole

# Below and beyond what 64 bits hold, and round the bound of extended precision.
UNITS = st.one_of(
    st.integers(0, 20),
    st.integers(0, 10**12),
    st.integers(2**50, 2**55),
    st.integers(2**61, 2**70),
)


def shares(held, need):
    """Share out as `take` does, one number at a time."""
    found = dict(take(dict(enumerate(held)), need))
    return [found.get(place, 0) for place in range(len(held))]


@given(held=st.lists(UNITS, min_size=1, max_size=12), portion=st.floats(0, 1))
def test_parts_are_those_of_take_to_the_unit(held, portion):
    total = sum(held)
    need = min(total, int(total * portion))
    found = parts(whole(held), need, total)
    assert [int(one) for one in found] == shares(held, need)
    assert sum(map(int, found)) == need


def test_equal_remainders_go_to_whoever_came_first():
    # 10 of 3 x 7: 3 1/3 each, one odd unit.
    assert parts(whole([7, 7, 7]), 10, 21).tolist() == [4, 3, 3]


@given(
    moves=st.lists(
        st.tuples(st.integers(0, 4), UNITS.filter(bool), st.floats(0, 1)),
        min_size=1,
        max_size=15,
    )
)
def test_a_pot_is_a_dictionary_that_outlays_shrink(moves):
    pot, plain = SharedPot(), {}
    for owner, units, portion in moves:
        pot.put(Pieces.of([(owner, units)]))
        plain[owner] = plain.get(owner, 0) + units
        need = min(sum(plain.values()), int(sum(plain.values()) * portion))
        taken = pot.take(need)
        assert list(taken.to_dict().items()) == take(plain, need, keep=True)
        assert pot.total == sum(plain.values())


@given(
    rows=st.lists(st.tuples(st.integers(0, 3), UNITS.filter(bool)), max_size=8),
    cuts=st.lists(st.floats(0, 1), min_size=1, max_size=3),
)
def test_pieces_are_cut_in_their_order(rows, cuts):
    left = sum(units for _, units in rows)
    sizes = []
    for cut in cuts:
        sizes.append(min(left, int(left * cut)))
        left -= sizes[-1]
    line = list(rows)
    for size, found in zip(sizes, fronts(Pieces.of(rows), sizes), strict=True):
        wanted, need = [], size
        while need:
            owner, units = line.pop(0)
            part = min(units, need)
            if units > part:
                line.insert(0, (owner, units - part))
            wanted.append((owner, part))
            need -= part
        got = list(zip(found.codes.tolist(), map(int, found.units), strict=True))
        assert got == wanted


@given(
    rows=st.lists(
        st.tuples(st.integers(0, 9), UNITS.filter(bool)),
        min_size=1,
        max_size=8,
        unique_by=lambda row: row[0],
    ),
    units=UNITS,
)
def test_what_is_exchanged_is_shared_in_proportion(rows, units):
    total = sum(one for _, one in rows)
    found = scaled(Pieces.of(rows), units).to_dict()
    assert sum(map(int, found.values())) == units
    for owner, one in rows:
        # Within a unit of the exact share.
        assert abs(int(found.get(owner, 0)) * total - one * units) < total


def test_lots_are_added_by_owner():
    several = [Pieces.of([(1, 5), (2, 2**62)]), Pieces.of([(2, 2**62), (0, 1)])]
    assert added(several).to_dict() == {1: 5, 2: 2**63, 0: 1}
    assert Written(((1, 2), (1, 3))).to_dict() == {1: 5}
    assert Written(((1, 2), (0, 3))).sum_of(np.array([True, False])) == 3
