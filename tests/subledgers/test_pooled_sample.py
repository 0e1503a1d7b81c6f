"""Pooled tracing and samples over rows, against plain Python on the same rows."""

from __future__ import annotations

import hashlib
import json
import tempfile
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rows_ledger import case_of
from rows_ledger import flows
from rows_ledger import parquet

from solvency.analysis.ask.pooled_account import TRACING
from solvency.analysis.ask.pooled_account import remaining_bounds
from solvency.analysis.ask.sample import allotted
from solvency.cli import main
from solvency.methods.tracing import read
from solvency.methods.tracing import remainder
from solvency.methods.tracing import trace
from solvency.methods.tracing.remainder import left

#: 7 pays in 100.00, 8 pays in 50.00, 7 takes 120.00 out, 8 pays in 10.00: 40.00 left.
POOL = [
    (1, 3, 7, "USD", 100_00),
    (2, 3, 8, "USD", 50_00),
    (3, 4, 7, "USD", -120_00),
    (4, 5, 8, "USD", 10_00),
]


def ran(folder, *args, rows=POOL, status=0):
    parquet(folder / "rows" / "a.parquet", rows)
    path = case_of(folder, flows(rows)).path
    found = CliRunner().invoke(main, ["ask", *args, "--json", path])
    assert found.exit_code == status, found.output
    return json.loads(found.stdout) if status == 0 else found.output


def test_what_is_left_of_a_pool_by_hand(tmp_path):
    found = ran(tmp_path, "pooled", "--own", "7")
    by_party = {row["party"]: row for row in found["rows"]}
    # First in, first out: all 100 of 7 and 20 of 8. Last in: 50 of 8 and 70 of 7.
    # Pro rata 120 x 100/150 = 80 of 7, 40 of 8. Of the 150, 120 went: at most 30 of
    # 7 are left, and at most 30 + 10 of 8, of which 10 must be.
    seven, eight = by_party["7"], by_party["8"]
    assert [seven[rule] for rule in ("fifo", "lifo", "pro-rata")] == ["0", "30", "20"]
    assert [eight[rule] for rule in ("fifo", "lifo", "pro-rata")] == ["40", "10", "20"]
    assert (seven["lowest-balance"], eight["lowest-balance"]) == ("0", "40")
    # Of 160 paid in 40 are left, a quarter of each.
    assert (seven["pro-rata-ex-post"], eight["pro-rata-ex-post"]) == ("25", "15")
    assert (seven["least"], seven["most"]) == ("0", "30")
    assert (eight["least"], eight["most"]) == ("10", "40")


def test_a_pool_that_is_overdrawn_is_one_message(tmp_path):
    rows = [*POOL, (5, 6, 8, "USD", -41_00)]
    said = ran(tmp_path, "pooled", rows=rows, status=2)
    assert "more than the balance" in said
    assert "Traceback" not in said
    two = [*POOL, (5, 6, 8, "BTC", 1)]
    assert "Say which with --commodity" in ran(tmp_path, "pooled", rows=two, status=2)


@st.composite
def movements(draw):
    rows, balance = [], 0
    for _ in range(draw(st.integers(1, 14))):
        if balance and draw(st.booleans()):
            out = draw(st.integers(1, balance))
            rows.append((-out, None))
            balance -= out
        else:
            units = draw(st.integers(1, 1000))
            rows.append((units, draw(st.sampled_from("abc"))))
            balance += units
    return rows


def slow_bounds(rows, owner):
    """Return the bounds of what is left of an owner's money, movement by movement."""
    balance = most = others = 0
    for units, whose in rows:
        balance += units
        if whose is None:
            most, others = min(most, balance), min(others, balance)
        elif whose == owner:
            most += units
        else:
            others += units
    return balance - others, most


@given(rows=movements())
def test_bounds_of_what_is_left_are_those_of_walking_through(rows):
    account = read(rows)
    least, most = remaining_bounds(account)
    for code, owner in enumerate(account.owners):
        assert (least[code], most[code]) == slow_bounds(rows, owner)


@settings(max_examples=15, deadline=None)
@given(rows=movements())
def test_a_pool_of_rows_is_traced_as_its_movements_are(rows):
    parties = {"a": 1, "b": 2, "c": 3, None: 9}
    posted = [
        (n, 3, parties[owner], "USD", units) for n, (units, owner) in enumerate(rows, 1)
    ]
    with tempfile.TemporaryDirectory() as name:
        found = ran(Path(name), "pooled", rows=posted)
    account = read(rows)
    balance = sum(units for units, _ in rows)
    for rule in TRACING:
        left = trace(account, rule).remaining
        shown = {row["party"]: int(Decimal(row[rule]) * 100) for row in found["rows"]}
        assert sum(shown.values()) == balance
        for owner, units in left.items():
            assert abs(shown[str(parties[owner])] - units) <= 1
            if rule in {"fifo", "lifo"}:
                assert shown[str(parties[owner])] == units


@given(rows=movements(), own=st.sampled_from([None, "a", ["a", "b"]]))
def test_what_is_left_is_what_tracing_each_outlay_leaves(rows, own):
    account = read([*rows, *((1, name) for name in "ab")])
    for rule in TRACING:
        found = left(account, rule, own)
        assert found.sum() == account.balance[-1]
        for code, owner in enumerate(account.owners):
            exact = trace(account, rule, own).remaining[owner]
            assert found[code] >= 0
            if rule in {"fifo", "lifo"}:
                assert found[code] == exact
            else:
                assert abs(found[code] - exact) < 1


@given(
    st.lists(st.sampled_from([0.0, 0.25, 0.5]) | st.floats(0, 1), min_size=1),
    st.integers(1, 9),
    st.sampled_from([1, 3, 64]),
    st.randoms(),
)
def test_a_place_from_the_top_is_that_of_all_put_in_order(some, times, step, random):
    numbers = np.array(some * times)
    random.shuffle(numbers)
    place = random.randint(1, len(numbers))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(remainder, "_SAMPLED", step)
        found = remainder._from_the_top(numbers, place)
    assert found == np.sort(numbers)[-place]


def test_a_place_among_many_is_found_where_a_sample_misleads():
    numbers = np.random.default_rng(7).random(100_000)
    numbers[::64] = 0.5
    for place in (1, 2, 777, 50_000, 99_999, 100_000):
        assert remainder._from_the_top(numbers, place) == np.sort(numbers)[-place]


CLAIMS = st.dictionaries(
    st.integers(1, 99), st.integers(-(10**6), 10**7), min_size=1, max_size=12
).filter(lambda owed: max(owed.values()) > 0)


@settings(max_examples=20, deadline=None)
@given(owed=CLAIMS, size=st.integers(1, 9), seed=st.text("ab1", min_size=1, max_size=3))
def test_a_claim_is_drawn_as_often_as_points_fall_in_it(owed, size, seed):
    rows = [(n, 3, party, "USD", x) for n, (party, x) in enumerate(owed.items(), 1)]
    with tempfile.TemporaryDirectory() as name:
        found = ran(
            Path(name), "sample", "--size", str(size), "--seed", seed, rows=rows
        )
    positive = {party: units for party, units in owed.items() if units > 0}
    total = sum(positive.values())
    start = int(hashlib.sha256(f"start|{seed}".encode()).hexdigest(), 16) % total
    # Point k stands at (start + k x total) / size; a claim covers [low, low + claim).
    points = [start + k * total for k in range(size)]
    wanted, low = {}, 0
    for party in sorted(positive):
        high = low + positive[party]
        hits = sum(low * size <= point < high * size for point in points)
        if hits:
            wanted[str(party)] = hits
        low = high
    assert {row["party"]: row["points"] for row in found["rows"]} == wanted
    assert sum(wanted.values()) == size
    assert found["totals"]["seed"] == seed


@given(
    there=st.dictionaries(
        st.integers(0, 5),
        st.tuples(st.integers(1, 30), st.integers(1, 10**9)),
        min_size=1,
    ),
    size=st.integers(1, 200),
)
def test_bands_give_no_more_than_they_have_and_all_that_is_drawn(there, size):
    found = allotted(size, there)
    assert all(found[band] <= count for band, (count, _) in there.items())
    assert sum(found.values()) == min(size, sum(count for count, _ in there.values()))


def test_the_same_seed_draws_the_same_however_the_rows_are_cut(tmp_path):
    rows = [(n, 3, n, "USD", 1000 * n) for n in range(1, 40)]
    line = ["sample", "--draw", "stratified", "--size", "9", "--seed", "x"]
    first = ran(tmp_path, *line, "--bands", "100,200", rows=rows)
    assert sum(1 for _ in first["rows"]) == 9
    parquet(tmp_path / "rows" / "a.parquet", rows[20:])
    parquet(tmp_path / "rows" / "b.parquet", rows[:20][::-1], "DECIMAL(18,2)")
    again = CliRunner().invoke(
        main,
        [
            "ask",
            *line,
            "--bands",
            "100,200",
            "--json",
            str(tmp_path / "main.beancount"),
        ],
    )
    assert json.loads(again.stdout)["rows"] == first["rows"]
    other = ran(tmp_path, *line[:-1], "y", "--bands", "100,200", rows=rows)
    assert other["rows"] != first["rows"]


@pytest.mark.parametrize("draw", ["monetary-unit", "stratified"])
def test_without_a_seed_a_new_one_is_printed(tmp_path, draw):
    seeds = {
        ran(tmp_path, "sample", "--draw", draw)["totals"]["seed"] for _ in range(2)
    }
    assert len(seeds) == 2


def test_units_beyond_what_is_exact_are_refused(tmp_path):
    rows = [(1, 3, 7, "USD", 2**53)]
    assert "more smallest units" in ran(tmp_path, "pooled", rows=rows, status=2)
    assert np.float64(2**53) + 1 == 2**53
