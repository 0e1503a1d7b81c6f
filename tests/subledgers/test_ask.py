"""What is asked of rows is answered to the digit, in numbers worked by hand."""

from __future__ import annotations

import json
import tempfile
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rows_ledger import case_of
from rows_ledger import flows
from rows_ledger import parquet

from solvency.analysis.ask.apportion import level
from solvency.analysis.ask.apportion import rounded
from solvency.cli import main
from solvency.subledgers.duck import Duck

#: At 40,000 USD a BTC: 7 is owed 100.00 + 0.01 BTC = 500.00; 8 is owed 300.00 - 100.00
#: = 200.00; 9 is 50.00 below nil.
ROWS = [
    (1, 3, 7, "USD", 100_00),
    (2, 3, 7, "BTC", 1),
    (3, 4, 8, "USD", 300_00),
    (4, 5, 8, "USD", -100_00),
    (5, 6, 9, "USD", -50_00),
]


def asked(folder, *args, rows=ROWS):
    parquet(folder / "rows" / "a.parquet", rows)
    case = case_of(folder, flows(rows))
    assert not case.errors
    ran = CliRunner().invoke(main, ["ask", *args, "--json", case.path])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.output)


def test_what_is_owed_in_coin_and_at_prices_of_the_petition(tmp_path):
    found = asked(tmp_path, "owed")
    assert [
        (r["party"], r["BTC"], r["USD"], r["claim (USD)"]) for r in found["rows"]
    ] == [
        ("7", "0.01", "100", "500"),
        ("8", "0", "200", "200"),
        ("9", "0", "-50", "-50"),
    ]
    assert found["totals"]["net (USD)"] == "650"


def test_claims_by_band(tmp_path):
    found = asked(tmp_path, "bands", "--bands", "200,400")
    assert [(r["band"], r["claims"], r["together (USD)"]) for r in found["rows"]] == [
        ("to 200", 1, "200"),
        ("over 200 to 400", 0, "0"),
        ("over 400", 1, "500"),
    ]


def test_balances_below_nil(tmp_path):
    found = asked(tmp_path, "negative")
    assert [(r["party"], r["units"]) for r in found["rows"]] == [("9", "-50")]


def test_pro_rata_by_largest_remainder(tmp_path):
    # 100.01 over claims of 500 and 200: 7,143.57 and 2,857.43 cents; the floors leave
    # one, which goes to the larger remainder, 7's.
    found = asked(tmp_path, "distribution", "--pot", "100.01")
    assert [(r["party"], r["paid (USD)"]) for r in found["rows"]] == [
        ("7", "71.44"),
        ("8", "28.57"),
    ]
    assert found["totals"]["distributed (USD)"] == "100.01"


def test_rising_tide_counts_what_was_taken_out(tmp_path):
    # 7 paid in 500, 8 paid in 300 and took out 100. A pot of 60 reaches 7 alone: the
    # tide is 60/500 = 12%, and 8 has had a third. A pot of 300 reaches both: the tide
    # is (300 + 100)/800 = 50%, 7 gets 250 and 8 gets 150 - 100 = 50.
    found = asked(tmp_path, "distribution", "--rule", "rising-tide", "--pot", "60")
    assert {r["party"]: r["paid (USD)"] for r in found["rows"]} == {
        "7": "60",
        "8": "0",
        "9": "0",
    }
    found = asked(tmp_path, "distribution", "--rule", "rising-tide", "--pot", "300")
    assert {r["party"]: r["paid (USD)"] for r in found["rows"]} == {
        "7": "250",
        "8": "50",
        "9": "0",
    }


def test_in_kind_shares_what_is_held_of_each_coin(tmp_path):
    # The ledger holds 250.00 USD and 0.01 BTC; owed are 100 and 200 USD, 0.01 BTC.
    # 250 x 100/300 = 83.33 and 250 x 200/300 = 166.67.
    found = asked(tmp_path, "distribution", "--rule", "in-kind")
    assert [(r["party"], r["commodity"], r["paid"]) for r in found["rows"]] == [
        ("7", "BTC", "0.01"),
        ("7", "USD", "83.33"),
        ("8", "USD", "166.67"),
    ]


def test_preferences_are_net_of_new_value_given_after(tmp_path):
    # 7 pays in 500 first, takes 80 out, pays 30 in, takes 10 out: 80 - 30 + 10 = 60.
    # 8 takes 20 out and pays 50 in: nothing is left of it.
    rows = [
        (1, 2, 7, "USD", 500_00),
        (2, 3, 7, "USD", -80_00),
        (3, 4, 7, "USD", 30_00),
        (4, 5, 7, "USD", -10_00),
        (5, 6, 8, "USD", -20_00),
        (6, 7, 8, "USD", 50_00),
    ]
    found = asked(tmp_path, "preferences", rows=rows)
    assert [(r["party"], r["preference (USD)"]) for r in found["rows"]] == [("7", "60")]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 3),
            st.integers(1, 4),
            st.integers(7, 8),
            st.sampled_from(["USD", "BTC"]),
            st.integers(-300, 300),
        ),
        min_size=1,
        max_size=14,
    )
)
def test_preferences_are_those_of_walking_through_rows_that_share_a_number(rows):
    """Of one day and number, what was taken out comes before what was paid in."""
    exposed, prices = {7: 0, 8: 0}, {"USD": 1, "BTC": 40_000}
    for _, _, party, coin, units in sorted(rows, key=lambda r: (r[1], r[0], r[4])):
        exposed[party] = max(0, exposed[party] - units * prices[coin])
    with tempfile.TemporaryDirectory() as name:
        found = asked(Path(name), "preferences", rows=rows)
    said = {r["party"]: Decimal(r["preference (USD)"]) for r in found["rows"]}
    assert said == {
        str(party): Decimal(cents) / 100 for party, cents in exposed.items() if cents
    }


def test_preferences_reach_back_to_the_first_day_there_is(tmp_path):
    # Ninety days before 31 January of the year 1 lies no day.
    found = asked(tmp_path, "preferences", "--at", "0001-01-31")
    assert found["rows"] == []


def test_a_party_alone(tmp_path):
    found = asked(tmp_path, "owed", "--party", "8")
    assert [r["claim (USD)"] for r in found["rows"]] == ["200"]
    case = tmp_path / "main.beancount"
    ran = CliRunner().invoke(main, ["ask", "owed", "--party", "77", str(case)])
    assert "no row of rows/* is of the party 77" in ran.output


class Numbers:
    """Rows of an engine that need no file."""

    def __init__(self):
        self.engine = Duck(threads=1)

    def ask(self, sql):
        return self.engine.run(sql)

    def kept(self, sql):
        return sql


@settings(max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(1, 10**15), st.integers(0, 10**15)),
        min_size=1,
        max_size=9,
    ),
    st.integers(1, 10**15),
)
def test_parts_sum_to_the_whole_and_nobody_is_a_unit_off(people, pot):
    """The tide is where the parts exhaust the pot; rounding moves each by under one."""
    pot = min(pot, sum(max(0, a - b) for a, b in people))
    if not pot:
        return
    values = ", ".join(f"({n}, {a}, {b})" for n, (a, b) in enumerate(people))
    weighed = f"SELECT * FROM (VALUES {values}) AS t(party, given, got)"
    rows = Numbers()
    share = level(rows, weighed, pot)
    exact = [max(Fraction(0), share * a - b) for a, b in people]
    assert sum(exact) == pot
    parts = {
        int(party): int(part)
        for party, _, _, part in rows.ask(rounded(rows, weighed, share, pot))
    }
    assert sum(parts.values()) == pot
    assert all(abs(parts[n] - one) < 1 for n, one in enumerate(exact))
    rows.engine.close()


def test_a_unit_over_goes_to_names_that_come_first_in_their_order():
    people = ["d'Or", "b", "a", "9", "10"]
    values = ", ".join(
        f"('{one.replace(chr(39), chr(39) * 2)}', 10, 0)" for one in people
    )
    weighed = f"SELECT * FROM (VALUES {values}) AS t(party, given, got)"
    rows = Numbers()
    parts = rows.ask(rounded(rows, weighed, level(rows, weighed, 14), 14))
    assert {party: int(part) for party, _, _, part in parts} == {
        "10": 3,
        "9": 3,
        "a": 3,
        "b": 3,
        "d'Or": 2,
    }
    rows.engine.close()


def test_money_is_written_in_hundredths():
    from solvency.analysis.ask.inputs import money

    assert money(-105) == Decimal("-1.05")


@pytest.mark.parametrize(
    "words",
    [
        ["preferences", "--threshold", "1e5000"],
        ["distribution", "--pot", "1e-5000"],
        ["sample", "--draw", "stratified", "--bands", "100,1e5000"],
    ],
    ids=" ".join,
)
def test_an_amount_of_more_digits_than_a_ledgers_is_refused(ledgers, words):
    path = str(ledgers / "exchange" / "main.beancount")
    ran = CliRunner().invoke(main, ["ask", *words, path])
    assert ran.exit_code == 2
    assert "digits before its point" in ran.output


def test_the_bundled_example_has_its_faults_found(ledgers):
    path = str(ledgers / "exchange" / "main.beancount")
    ran = CliRunner().invoke(main, ["tie", "--json", path])
    assert ran.exit_code == 1
    found = json.loads(ran.output)
    # A hole of 12,345.67, a gap that two duplicates hide, an account of the house.
    assert {
        (one["day"], one["commodity"]): one["difference"]
        for one in found["differences"]
    }["2022-06-14", "USD"] == "-12345.67"
    assert len(found["gaps"]) == 1
    assert len(found["duplicates"]) == 2
    (house,) = found["unknown"]
    ran = CliRunner().invoke(main, ["ask", "negative", "--json", path])
    below = json.loads(ran.output)["rows"]
    assert {one["party"] for one in below} == {house["party"]}


def test_the_same_seed_makes_the_same_rows(ledgers):
    import subprocess
    import sys

    with tempfile.TemporaryDirectory() as name:
        script = ledgers / "exchange" / "generate.py"
        subprocess.run([sys.executable, str(script), name], check=True)
        for one in ("control.beancount",):
            made = (Path(name) / one).read_bytes()
            assert made == (ledgers / "exchange" / one).read_bytes()
