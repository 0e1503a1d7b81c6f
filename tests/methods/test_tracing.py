from __future__ import annotations

import tracemalloc
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.methods.tracing import EX_POST
from solvency.methods.tracing import RULES
from solvency.methods.tracing import float_pool
from solvency.methods.tracing import movements as columns
from solvency.methods.tracing import rules
from solvency.tracing import interval
from solvency.tracing import read
from solvency.tracing import rising_tide
from solvency.tracing import trace


def pairs(rows):
    return [(amount, owner) for amount, owner in rows]


def test_roscoe_v_winder(published):
    case = published("tracing")["roscoe-v-winder-1915"]
    for own in (None, "own", {"own"}):
        result = trace(pairs(case["movements"]), case["rule"], own)
        assert result.remaining == {"trust": 25, "own": 333}
    assert interval(pairs(case["movements"]), "trust") == [(1, 430, 430)]


def test_capstone_example(published):
    case = published("tracing")["capstone-2022"]
    result = trace(pairs(case["movements"]), case["rule"], "own")
    assert result.remaining["trust"] == case["traced"]
    assert result.spent("trust").sum() == case["spent"]
    assert result.by_owner[2] == {"own": 75000}
    assert "trust" not in result.by_owner[2]
    assert result.by_owner[3] == {"own": 25000, "trust": 95000}


@pytest.mark.parametrize("rule", ["lifo", "pro-rata"])
def test_follow_the_money(published, rule):
    case = published("tracing")["follow-the-money"]
    for kind in (int, float):
        movements = [(kind(amount), owner) for amount, owner in case["movements"]]
        found = list(trace(movements, rule).allocations)
        assert [row[:2] for row in found] == [tuple(row[:2]) for row in case[rule]]
        wanted = [row[2] for row in case[rule]]
        assert [row[2] for row in found] == pytest.approx(wanted, abs=case["tolerance"])


def test_rising_tide(published):
    for case in published("tracing")["rising-tide"]["cases"]:
        deposits = [case["deposit"], 10000.0, 10000.0]
        withdrawn = [case["withdrawn"], 0.0, 9000.0]
        pot = case["pays"] + 3000.0
        paid, level = rising_tide(deposits, withdrawn, pot)
        assert level == pytest.approx(case["level"])
        assert paid == pytest.approx([case["pays"], 3000, 0])


@given(
    st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6)), min_size=1, max_size=8),
    st.floats(0, 1e7),
)
def test_rising_tide_exhausts_the_pot(rows, pot):
    deposits, withdrawn = zip(*rows, strict=True)
    paid, level = rising_tide(deposits, withdrawn, pot)
    most = sum(max(x - y, 0) for x, y in rows)
    assert sum(paid) == pytest.approx(min(pot, most), rel=1e-6, abs=1e-6)
    assert 0 <= level <= 1


# By hand: A pays in 100, B 50; 60 goes out; C pays in 30; 90 goes out.
ACCOUNT = [(100, "A"), (50, "B"), (-60, None), (30, "C"), (-90, None)]


def test_fifo_by_hand():
    result = trace(ACCOUNT, "fifo")
    assert list(result.allocations) == [(2, 0, 60), (4, 0, 40), (4, 1, 50)]
    assert result.remaining == {"A": 0, "B": 0, "C": 30}


def test_lifo_by_hand():
    result = trace(ACCOUNT, "lifo")
    assert list(result.allocations) == [(2, 1, 50), (2, 0, 10), (4, 3, 30), (4, 0, 60)]
    assert result.by_owner[2] == {"B": 50, "A": 10}
    assert result.remaining == {"A": 30, "B": 0, "C": 0}


def test_pro_rata_by_hand():
    # 60 of 150 takes 40 and 20; 90 of 60 + 30 + 30 = 120 takes 45, 22.5 and 22.5.
    result = trace(ACCOUNT, "pro-rata")
    assert result.by_owner[2] == pytest.approx({"A": 40, "B": 20})
    assert result.by_owner[4] == pytest.approx({"A": 45, "B": 22.5, "C": 22.5})
    assert result.remaining == pytest.approx({"A": 15, "B": 7.5, "C": 7.5})


def test_lowest_balance_by_hand():
    # A's is spent first: 60, then 40 more; 50 is left to take from B's 50 and C's 30.
    result = trace(ACCOUNT, "lowest-balance", "A")
    assert result.by_owner[2] == {"A": 60}
    assert result.by_owner[4] == pytest.approx({"A": 40, "B": 31.25, "C": 18.75})
    assert result.remaining == pytest.approx({"A": 0, "B": 18.75, "C": 11.25})


def test_interval_by_hand():
    # Of A: others have 50 when 60 goes: at least 10; at most 60. Then others have at
    # most min(50, 90) + 30 = 80 of 90: at least 10; A at most min(100, 90) = 90.
    assert interval(ACCOUNT, "A") == [(2, 10, 60), (4, 10, 90)]


def test_decimals_are_shared_to_the_last_digit():
    movements = [(Decimal("0.01"), name) for name in "ABC"]
    movements += [(Decimal("-0.01"), None), (Decimal("-0.01"), None)]
    result = trace(movements, "pro-rata")
    assert result.by_owner[3] == {"A": Decimal("0.01")}
    assert result.by_owner[4] == {"B": Decimal("0.01")}
    assert result.remaining == {"A": 0, "B": 0, "C": Decimal("0.01")}


def test_sums_beyond_64_bits_stay_exact():
    big = 10**30
    result = trace([(big + 1, "A"), (big, "B"), (-big, None), (-3, None)], "fifo")
    assert list(result.allocations) == [(2, 0, big), (3, 0, 1), (3, 1, 2)]
    assert trace([(big + 1, "A"), (-big, None)], "lifo").remaining == {"A": 1}


@st.composite
def accounts(draw, kind="int"):
    owners = draw(st.sampled_from(["AB", "ABC", "ABCDE"]))
    steps = draw(
        st.lists(
            st.tuples(st.integers(0, 999), st.sampled_from([*owners, None])),
            min_size=1,
            max_size=30,
        )
    )
    balance, movements = 0, []
    for size, owner in steps:
        if owner is None and balance == 0:
            continue
        amount = size if owner is not None else -(balance * size // 999)
        balance += amount
        movements.append((amount, owner))
    if kind == "decimal":
        return [(Decimal(a).scaleb(-2), o) for a, o in movements]
    if kind == "float":
        return [(a / 128, o) for a, o in movements]
    return movements


KINDS = st.sampled_from(["int", "decimal", "float"]).flatmap(accounts)


@settings(deadline=None)
@given(KINDS, st.sampled_from(RULES), st.data())
def test_conservation_and_interval(movements, rule, data):
    owners = sorted({owner for _, owner in movements if owner is not None})
    if not owners:
        return
    own = data.draw(st.sampled_from(owners))
    result = trace(movements, rule, own)
    exact = isinstance(movements[0][0], Decimal)
    near = 0 if exact else 1e-6
    outlays = [at for at, (_, owner) in enumerate(movements) if owner is None]
    assert list(result.by_owner) == outlays
    for at, shares in result.by_owner.items():
        assert abs(sum(shares.values()) + movements[at][0]) <= near
        assert all(part >= 0 for part in shares.values())
    for owner in owners:
        paid_in = sum(amount for amount, name in movements if name == owner)
        spent = sum(shares.get(owner, 0) for shares in result.by_owner.values())
        assert abs(paid_in - spent - result.remaining[owner]) <= near
        assert abs(spent - sum(result.spent(owner))) <= near
        for at, least, most in interval(movements, owner):
            part = result.by_owner[at].get(owner, 0)
            # A share to the last digit may round past a bound, by less than one.
            slack = Decimal("0.01") if exact and rule in RULES[2:] else near
            assert least - slack <= part <= most + slack
    sums = dict.fromkeys(outlays, 0)
    for outlay, deposit, amount in result.allocations:
        assert deposit < outlay
        sums[outlay] += amount
    for at in outlays:
        assert abs(sums[at] + movements[at][0]) <= near


def reference_pro_rata(movements):
    """Share in exact fractions, one owner at a time."""
    held, rows = {}, {}
    for at, (amount, owner) in enumerate(movements):
        if owner is not None:
            held[owner] = held.get(owner, Fraction(0)) + Fraction(amount)
            continue
        whole = sum(held.values())
        share = Fraction(-amount) / whole if whole else Fraction(0)
        rows[at] = {name: units * share for name, units in held.items()}
        held = {name: units * (1 - share) for name, units in held.items()}
    return rows


@settings(deadline=None)
@given(accounts())
def test_pro_rata_equals_fractions(movements):
    result = trace(movements, "pro-rata")
    for at, shares in reference_pro_rata(movements).items():
        for owner, part in shares.items():
            got = result.by_owner[at].get(owner, 0.0)
            assert got == pytest.approx(float(part), abs=1e-9)


def test_pro_rata_ex_post_by_hand():
    # Law Society of Upper Canada v Toronto-Dominion Bank (1998), in small: A puts in
    # 100, all of it goes, B puts in 100, 40 go. Of the 60 each has half; under the
    # lowest intermediate balance A has nothing.
    moves = [(100, "A"), (-100, None), (100, "B"), (-40, None)]
    assert trace(moves, EX_POST).remaining == {"A": 30, "B": 30}
    assert trace(moves, EX_POST).by_owner[1] == {"A": 50, "B": 50}
    assert trace(moves, "lowest-balance", "B").remaining == {"A": 0, "B": 60}
    pairs = list(trace(moves, EX_POST).allocations)
    assert pairs == [(1, 0, 50), (1, 2, 50), (3, 0, 20), (3, 2, 20)]


@settings(deadline=None)
@given(KINDS)
def test_pro_rata_ex_post_equals_fractions(movements):
    result = trace(movements, EX_POST)
    put: dict[str, Fraction] = {}
    for amount, owner in movements:
        if owner is not None:
            put[owner] = put.get(owner, Fraction(0)) + Fraction(amount)
    whole = sum(put.values()) or Fraction(1)
    spent = sum(-Fraction(amount) for amount, owner in movements if owner is None)
    near = Fraction(len(movements), 100) + Fraction(1, 1000)
    for at, shares in result.by_owner.items():
        for owner, part in shares.items():
            fair = -Fraction(movements[at][0]) * put[owner] / whole
            assert abs(Fraction(part) - fair) <= near
    for owner, left in result.remaining.items():
        fair = (whole - spent) * put[owner] / whole
        assert abs(Fraction(left) - fair) <= near


def test_pro_rata_survives_many_emptyings():
    # Each round leaves a ten-thousandth: holdings shrink by 1e-4, 1e-2000 in all.
    movements = []
    for turn in range(500):
        movements += [(1.0, "AB"[turn % 2]), (-0.9999, None)]
    result = trace(movements, "pro-rata")
    last = result.by_owner[len(movements) - 1]
    assert sum(last.values()) == pytest.approx(0.9999)
    assert last["B"] > 0.9 > last["A"]
    assert sum(result.remaining.values()) == pytest.approx(0.05, abs=1e-9)


@pytest.mark.long
def test_every_rule_inside_the_interval_on_random_accounts():
    rng = np.random.default_rng(1)
    points = total = 0
    for _ in range(10_000):
        balance, movements = 0, []
        for _ in range(12):
            if balance == 0 or rng.random() < 0.5:
                amount, owner = (
                    int(rng.integers(1, 1000)),
                    ("own", "customers")[rng.integers(2)],
                )
            else:
                amount, owner = -int(rng.integers(0, balance + 1)), None
            balance += amount
            movements.append((amount, owner))
        account = read(movements)
        if "customers" not in account.owners:
            continue
        bounds = interval(account, "customers")
        for rule in RULES:
            own = "own" if "own" in account.owners else None
            spent = trace(account, rule, own).spent("customers")
            for (_, least, most), part in zip(bounds, spent, strict=True):
                assert least - 1e-6 <= part <= most + 1e-6
        points += sum(least == most for _, least, most in bounds)
        total += len(bounds)
    assert 0.2 < points / total < 0.6


@pytest.mark.parametrize(
    ("movements", "message"),
    [
        ([(10, "A"), (-11, None)], "movement 1 takes 11 out, 1 more than the balance"),
        ([(Decimal("1.5"), "A"), (Decimal("-1.75"), None)], "0.25 more"),
        ([(10, None)], "movement 0 is a deposit of 10 by nobody known"),
        ([(10, "A"), (-1, "A")], "movement 1 is an outlay and names an owner"),
        ([(float("nan"), "A")], "movement 0 has no amount"),
        ([(Decimal("NaN"), "A")], "movement 0 has no amount"),
        ([(Decimal(1), "A"), (-0.5, None)], "not both"),
    ],
)
def test_bad_input_names_the_movement(movements, message):
    with pytest.raises(ValueError, match=message):
        trace(movements, "fifo")


def test_unknown_rule_or_owner():
    with pytest.raises(ValueError, match="no rule is called 'average'"):
        trace(ACCOUNT, "average")
    with pytest.raises(ValueError, match="no deposit is of 'Z'"):
        interval(ACCOUNT, "Z")
    with pytest.raises(ValueError, match="no deposit is of 'Z'"):
        trace(ACCOUNT, "lowest-balance", "Z")
    with pytest.raises(KeyError):
        trace(ACCOUNT, "fifo").by_owner[0]


def test_an_empty_account():
    for rule in RULES:
        result = trace([], rule)
        assert result.remaining == {}
        assert list(result.allocations) == []


def test_a_pool_that_is_not_there_yet_gives_nothing():
    # A's own is spent first, and pays the first outlay alone.
    movements = [(5.0, "A"), (-5.0, None), (3.0, "B"), (-2.0, None)]
    found = trace(movements, "lowest-balance", "A")
    assert list(found.allocations) == [(1, 0, 5.0), (3, 2, 2.0)]


@pytest.mark.parametrize("rule", [*RULES, EX_POST])
@pytest.mark.parametrize("kind", ["int", "float", "decimal"])
@given(data=st.data())
@settings(max_examples=20)
def test_how_many_are_taken_at_a_time_changes_nothing(rule, kind, data):
    movements = data.draw(accounts(kind))
    if not any(owner for _, owner in movements):
        return
    own = next(owner for _, owner in movements if owner)
    found = []
    for at_a_time in (1, 3, 1000):
        with pytest.MonkeyPatch.context() as patch:
            for module in (columns, rules, float_pool):
                patch.setattr(module, "AT_A_TIME", at_a_time)
            result = trace(iter(movements), rule, own)
            owners = {owner for _, owner in movements if owner}
            spent = {owner: result.spent(owner).tolist() for owner in sorted(owners)}
            rows = dict(result.by_owner)
            pairs_of = list(result.allocations)
            found.append((result.remaining, pairs_of, spent, rows))
    assert found[0] == found[1] == found[2]


def test_a_deposit_of_nothing_is_no_outlay():
    movements = [(5, "A"), (0, "B"), (-2, None), (0, "A"), (-1, None)]
    assert list(trace(movements, "lifo").allocations) == [(2, 0, 2), (4, 0, 1)]
    assert trace(movements, "lifo").by_owner[4] == {"A": 1}


def test_decimals_of_more_than_28_digits_keep_all_of_them():
    paid_in = Decimal("1234567890123456789012345678901234567.89")
    out = Decimal("-1234567890123456789012345678901234567.88")
    for rule in (*RULES, EX_POST):
        result = trace([(paid_in, "A"), (out, None)], rule)
        assert result.remaining == {"A": Decimal("0.01")}
        assert result.by_owner[1] == {"A": out.copy_negate()}


def test_kinds_of_numbers_far_apart_are_one_kind(monkeypatch):
    monkeypatch.setattr(columns, "AT_A_TIME", 1)
    found = trace([(1, "A"), (Decimal("0.5"), "B"), (Decimal("-0.25"), None)], "fifo")
    assert found.remaining == {"A": Decimal("0.75"), "B": Decimal("0.5")}
    assert trace([(1, "A"), (2.5, "B")], "fifo").remaining == {"A": 1.0, "B": 2.5}
    big = 2**70
    assert trace([(1, "A"), (big, "B"), (-big, None)], "lifo").remaining["A"] == 1
    for mixed in ([(1.5, "A"), (Decimal(1), "B")], [(Decimal(1), "A"), (1.5, "B")]):
        with pytest.raises(ValueError, match="Decimals or floats, not both"):
            read(mixed)
    with pytest.raises(ValueError, match="movement 1 has no amount"):
        read([(1.0, "A"), (float("nan"), "B")])


@pytest.mark.parametrize("rule", [*RULES, EX_POST])
def test_memory_is_a_few_columns(rule):
    # Of 100,000 movements by 10,000 owners, which are not kept: 160 to 260 bytes of
    # each when all were Python objects at once.
    count = 100_000

    def movements():
        for at in range(count // 2):
            yield 1_000 + at, at * 7919 % 10_000
            yield -(at % 1_000) - 1, None

    monkey = pytest.MonkeyPatch()
    for module in (columns, rules, float_pool):
        monkey.setattr(module, "AT_A_TIME", 1 << 12)
    tracemalloc.start()
    try:
        trace(movements(), rule, 3)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        monkey.undo()
    assert most / count < 100
