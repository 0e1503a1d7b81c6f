"""Observations as linear maps of the flows."""

from __future__ import annotations

import datetime
import math
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from halves import halves
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from preamble import Ledger

from solvency.model.clean_assets import taken
from solvency.model.observations import observed
from solvency.model.observations import stated

START = """
2020-01-01 commodity FTT
  issuer: "FTX"
2020-01-01 commodity BTC
  liquidity: "liquid"
2020-01-01 price BTC 10,000 USD
  source: "court"
2020-01-31 price BTC 12,000 USD
  source: "court"
2020-01-31 price FTT 5 USD
  source: "court"
2020-01-01 custom "spread" "B2" 0.10
2020-01-01 custom "source" "leak" "A sheet"
  grade: "B2"
  group: "leaked"
2020-01-02 custom "source" "echo" "The sheet again"
  grade: "B2"
  group: "leaked"
2020-01-02 custom "source" "other" "Somebody else"
  grade: "B2"
2020-01-10 * "Capital" ^court
  id: "capital"
  Assets:Alameda:Bank     100,000 USD
  Equity:Alameda:Shares  -100,000 USD
2020-01-12 * "Deposit wired to Alameda" ^court
  id: "deposit"
  through: "FTX"
  Equity:Customers:Wealth  -50,000 USD
  Assets:Alameda:Bank       50,000 USD
2020-01-15 * "Buys coins" ^court
  id: "buy"
  Assets:Alameda:Coins     4 BTC @ 10,000 USD
  Assets:Alameda:Bank  -40,000 USD
2020-01-20 * "Pays costs" ^court
  id: "costs"
  Expenses:Alameda:Costs   7,000 USD
  Assets:Alameda:Bank     -7,000 USD
2020-01-21 * "Tokens of its own" ^court
  id: "tokens"
  Assets:FTX:Bank            9 FTT
  Equity:FTX:Shares         -9 FTT
"""


def rows(ledger, text):
    return observed(ledger.case(START + text).book())


def one(ledger, text):
    found = rows(ledger, text)
    assert len(found.rows) == 1, found.untested
    effects = found.effects.toarray()[0]
    names = [flow.id for flow in found.book.flows]
    return found, {n: e for n, e in zip(names, effects, strict=True) if e}


def test_a_balance_is_at_the_market_of_its_day(ledger):
    _, effects = one(
        ledger,
        """
2020-02-01 custom "observation" Assets:Alameda 150,000 USD
  source: "court"
""",
    )
    # The purchase: 4 BTC at 12,000 less the 40,000 paid.
    assert effects == {
        "capital": 100_000,
        "deposit": 50_000,
        "buy": 8_000,
        "costs": -7_000,
    }


def test_a_mark_takes_the_place_of_the_market(ledger):
    _, effects = one(
        ledger,
        """
2020-02-01 custom "observation" Assets:Alameda:Coins 44,000 USD
  source: "court"
  mark: 11,000 USD
""",
    )
    assert effects == {"buy": 44_000}


def test_units_and_what_is_owed_are_positive(ledger):
    _, effects = one(
        ledger,
        """
2020-02-01 custom "observation" Assets:Alameda 4 BTC
  source: "court"
""",
    )
    assert effects == {"buy": 4}
    _, effects = one(
        ledger,
        """
2020-02-01 custom "observation" Liabilities:Alameda 50,000 USD
  source: "court"
""",
    )
    assert effects == {"deposit": 50_000}


@pytest.mark.parametrize(
    ("side", "wanted"),
    [
        ("out", {"buy": 40_000, "costs": 7_000}),
        ("in", {"deposit": 50_000}),
        ("net", {"deposit": 50_000, "buy": -40_000, "costs": -7_000}),
    ],
)
def test_what_moved_over_a_period(ledger, side, wanted):
    _, effects = one(
        ledger,
        f"""
2020-02-01 custom "observation" Assets:Alameda:Bank 47,000 USD
  source: "court"
  from: 2020-01-11
  side: "{side}"
""",
    )
    assert effects == wanted


def test_moves_between_the_accounts_named_are_none(ledger):
    _, effects = one(
        ledger,
        """
2020-02-01 custom "observation" Assets:Alameda:Bank Assets:Alameda:Coins 7,000 USD
  source: "court"
  from: 2020-01-11
  side: "out"
""",
    )
    # The coins cost what was paid: nothing left the two accounts but the costs.
    assert effects == {"costs": 7_000}


def test_without_a_price_it_is_named_and_left_out(ledger):
    found = rows(
        ledger,
        """
2020-06-01 custom "observation" Assets:Alameda:Coins 50,000 USD
  source: "court"
2020-01-05 custom "observation" Assets:Alameda:Bank 1 USD
  source: "court"
""",
    )
    assert not found.rows
    reasons = {u.observation.date.month: u.reason for u in found.untested}
    assert "more than 31 days old" in reasons[6]
    assert "no flow" in reasons[1]


def test_an_own_token_is_worth_nothing_to_its_issuer_but_at_a_mark(ledger):
    _, effects = one(
        ledger,
        """
2020-02-01 custom "observation" Assets:FTX:Bank 45 USD
  source: "court"
""",
    )
    assert effects == {}
    _, effects = one(
        ledger,
        """
2020-02-01 custom "observation" Assets:FTX:Bank 45 USD
  source: "court"
  mark: 5 USD
""",
    )
    assert effects == {"tokens": 45}


ECHOES = """
2020-02-01 custom "observation" Assets:Alameda:Bank 100,000 USD
  source: "leak"
  id: "first"
2020-02-01 custom "observation" Assets:Alameda:Bank 106,000 USD
  source: "{}"
  id: "second"
"""


def test_sources_of_one_group_count_once(ledger):
    found = rows(ledger, ECHOES.format("echo"))
    assert [[o.id for o in row.observations] for row in found.rows] == [
        ["first", "second"]
    ]
    # Spreads of a tenth: 10,000 and 10,600 over 1.6449. The precisions' mean, not sum.
    sigmas = np.array([10_000, 10_600]) / 1.6448536
    weights = sigmas**-2
    row = found.rows[0]
    assert row.sigma == pytest.approx(weights.mean() ** -0.5, rel=1e-6)
    assert row.value == pytest.approx(
        (weights[0] * 100_000 + weights[1] * 106_000) / weights.sum()
    )


def test_sources_of_two_groups_count_twice(ledger):
    assert len(rows(ledger, ECHOES.format("other")).rows) == 2


def test_the_grade_adds_to_the_stated_error(ledger):
    found, _ = one(
        ledger,
        """
2020-02-01 custom "observation" Assets:Alameda:Bank 100,000 USD
  source: "leak"
  error: 0.05
""",
    )
    # 5% of its own and 10% of its grade, as half-widths of 90% intervals.
    wanted = math.hypot(halves(95_000, 100_000, 105_000)[1], 10_000 / 1.6448536)
    assert found.rows[0].sigma == pytest.approx(wanted, rel=1e-6)
    assert found.rows[0].bound == ""


def test_bounds(ledger):
    found, _ = one(
        ledger,
        """
2020-02-01 custom "observation" Assets:Alameda:Bank 100,000 USD
  source: "leak"
  low: 90,000 USD
""",
    )
    assert (found.rows[0].bound, found.rows[0].value) == ("least", 90_000)
    found, _ = one(
        ledger,
        """
2020-02-01 custom "observation" Assets:Alameda:Bank 100,000 USD
  source: "leak"
  high: 120,000 USD
""",
    )
    assert (found.rows[0].bound, found.rows[0].value) == ("most", 120_000)


@pytest.mark.parametrize(
    ("keys", "edge"), [("", 100_000), ("  error: 0.01\n", 101_000)]
)
def test_a_count_of_at_most_is_a_bound(ledger, keys, edge):
    # Others' may be among what was counted: less than that is no contradiction.
    found, _ = one(
        ledger,
        """
2020-02-01 custom "observation" Assets:Alameda:Bank 100,000 USD
  source: "leak"
  counted: TRUE
  at-most: TRUE
"""
        + keys,
    )
    (row,) = found.rows
    assert (row.bound, row.value, row.stated) == ("most", edge, edge)


def test_a_level_and_the_flow_computed_from_it_are_one_piece_of_evidence(ledger):
    found = rows(
        ledger,
        """
2020-01-22 * "Computed from the level" ^leak
  id: "derived"
  claim: "R1"
  basis: "derived"
  Assets:Alameda:Bank      500 USD
  Equity:Alameda:Shares   -500 USD
2020-02-01 custom "observation" Assets:Alameda:Bank 103,500 USD
  source: "leak"
  claim: "R1"
""",
    )
    names = [flow.id for flow in found.book.flows]
    assert found.repeated == ((0, names.index("derived")),)
    wider = found.widening()
    assert wider[0].tolist() == [math.sqrt(2)]
    assert wider[1].tolist() == [
        math.sqrt(2) if name == "derived" else 1.0 for name in names
    ]


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(-9_999, 9_999), min_size=1, max_size=8), st.data())
def test_effects_add_up_to_the_balance(tmp_path_factory, amounts, data):
    flows = "".join(
        f'\n2020-01-{2 + at:02d} * "Moves" ^court\n'
        f"  Assets:Alameda:Bank  {amount} USD\n"
        f"  Equity:Alameda:Shares  {-amount} USD\n"
        for at, amount in enumerate(amounts)
    )
    day = data.draw(st.integers(2, 12))
    ledger = Ledger(tmp_path_factory.mktemp("conserved"))
    case = ledger.case(
        flows + f'\n2020-01-{day:02d} custom "observation" Assets:Alameda 5 USD\n'
        '  source: "court"\n'
    )
    book = case.book()
    at = datetime.date(2020, 1, day)
    held = sum(book.units_of(["Assets:Alameda"], at).values())
    assert observed(book).predicted[0] == pytest.approx(float(held))


def test_clean_liquid_assets_leave_out_own_tokens_and_claims_on_the_group(ledger):
    case = ledger.case(
        START
        + """
2020-02-02 * "Alameda pays FTX back" ^court
  id: "back"
  Assets:Alameda:Bank  -20,000 USD
  Assets:FTX:Bank       20,000 USD
2020-02-03 * "Granted" ^court
  id: "grant"
  Assets:Alameda:Coins      3 FTT
  Equity:Alameda:Shares    -3 FTT
"""
    )
    book = case.book()
    found = dict(zip([f.id for f in book.flows], taken(book).tolist(), strict=True))
    assert found == {
        "capital": -100_000,
        "deposit": -50_000,
        "buy": 0,  # bitcoin is liquid here, at what was paid
        "costs": 7_000,
        "tokens": 0,
        "back": 0,  # within the group
        "grant": 0,
    }
    gone = replace(case, commodities={})
    # Without its directive a coin is not taken to be liquid.
    assert dict(zip([f.id for f in book.flows], taken(gone.book()), strict=True))[
        "buy"
    ] == pytest.approx(40_000)


def test_a_liquid_claim_is_clean_but_on_a_related_party(ledger):
    text = """
2019-01-01 custom "entity" "Founder" "The founder"
  role: "insider"
2019-01-01 custom "entity" "Broker" "A broker"
  role: "broker"
2019-01-01 open Liabilities:Founder:Alameda
  counterparty: "Alameda"
2019-01-01 open Equity:Founder:Wealth
2019-01-01 open Assets:Alameda:Loan:Founder
  counterparty: "Founder"
  liquidity: "liquid"
2019-01-01 open Liabilities:Broker:Alameda
  counterparty: "Alameda"
2019-01-01 open Equity:Broker:Wealth
2019-01-01 open Assets:Alameda:Margin:Broker
  counterparty: "Broker"
  liquidity: "liquid"
2020-02-02 * "A loan on call to the founder" ^court
  id: "loan"
  Assets:Alameda:Bank          -5,000 USD
  Assets:Alameda:Loan:Founder   5,000 USD
  Liabilities:Founder:Alameda  -5,000 USD
  Equity:Founder:Wealth         5,000 USD
2020-02-02 * "Margin" ^court
  id: "margin"
  Assets:Alameda:Bank           -4,000 USD
  Assets:Alameda:Margin:Broker   4,000 USD
  Liabilities:Broker:Alameda    -4,000 USD
  Equity:Broker:Wealth           4,000 USD
"""
    book = ledger.case(START + text).book()
    found = dict(zip([f.id for f in book.flows], taken(book).tolist(), strict=True))
    assert (found["loan"], found["margin"]) == (5_000, 0)


def test_books_without_a_posting(ledger):
    """What speaks of a commodity looks for none in them."""
    text = """
2020-01-01 custom "entity" "Alpha" "Alpha Ltd"
  role: "exchange"
2020-01-01 open Assets:Alpha:Wallet
2020-01-01 custom "source" "court" "The court"
  grade: "B2"
2020-01-01 commodity BTC
2020-12-31 custom "observation" Assets:Alpha:Wallet 100 BTC
  source: "court"
"""
    assert observed(ledger.load(text).book()).rows == ()


def test_what_moved_is_at_the_price_it_moved_at(ledger):
    # 1 BTC for 11,000 while the market's last price is 10,000.
    _, effects = one(
        ledger,
        """
2020-01-20 * "Buys another" ^court
  id: "another"
  Assets:Alameda:Coins  1 BTC @ 11,000 USD
  Assets:Alameda:Bank  -11,000 USD
2020-02-01 custom "observation" Assets:Alameda:Coins 11,000 USD
  source: "court"
  from: 2020-01-16
  side: "in"
""",
    )
    assert effects == {"another": 11_000}


def test_what_is_stated_is_read_together_as_one_by_one(ledger):
    ranges = ("", "  low: 90 USD\n  high: 130 USD\n", "  low: 100 USD\n")
    text = "".join(
        f'2020-02-{n + 1:02} custom "observation" Assets:Alameda:Bank 100 USD\n'
        f'  source: "{source}"\n{ends}'
        for n, (ends, source) in enumerate(product(ranges, ("leak", "other")))
    )
    book = ledger.case(START + text.replace("high", "interval: 0.5\n  high", 1)).book()
    some = book.case.observations
    together = stated(book, some)
    assert together == [one for each in some for one in stated(book, [each])]
    # Half of belief is between the ends of one; of the other, nine tenths.
    first, second = together[2:4]
    assert first[1] > second[1] > 0
    assert [own for _, own, _ in together[:2] + together[4:]] == [0, 0, 0, 0]
    for _, _, graded in together:
        # A spread of a tenth either way, of which nine in ten are within.
        assert graded == pytest.approx(0.1 * 100 / 1.6448536)
