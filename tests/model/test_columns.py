"""Columns of all flows, and of some, are those that each would be made of alone."""

from __future__ import annotations

import datetime
from dataclasses import replace
from decimal import Decimal

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from preamble import PREAMBLE

import solvency
from solvency.ledger.case import Money
from solvency.ledger.case import Scenario
from solvency.model.book import Book
from solvency.model.columns import PostingColumns
from solvency.model.prices import Prices
from solvency.model.worth import unit
from solvency.wide import LONG

#: A coin of 8 places and one of none; the third flow stands on a hypothesis.
BOOKS = """
2020-01-01 commodity BTC
2020-01-01 custom "hypothesis" "guess" "A guess"
2020-01-01 custom "scenario" "guessed" "With it"
  hypotheses: "guess"
2021-01-01 * "Deposit" ^court
  id: "F-1"
  Assets:FTX:Bank  100.5 USD
  Equity:FTX:Shares
2021-02-01 * "Bought" ^court
  id: "F-2"
  Assets:Alameda:Coins  2 BTC @ 30000 USD
  Assets:Alameda:Bank  -60000 USD
2021-02-02 ! "Fine" ^court #guess
  id: "F-3"
  Assets:Alameda:Coins  0.00000001 BTC
  Equity:Alameda:Shares
"""
NUMBERS = st.one_of(
    st.decimals(-(10**6), 10**6, places=2),
    st.decimals(-(10**18), 10**18, places=19),
    st.just(Decimal("0." + "0" * 30)),
    st.integers(-(2**63), 2**63).map(Decimal),
)


def same(one, other):
    """Say whether columns hold the same, to the type of their numbers."""
    assert one.positions == other.positions
    assert one.scales == other.scales
    for name in ("day", "position", "units", "flow", "rate"):
        ours, theirs = getattr(one, name), getattr(other, name)
        assert ours.dtype == theirs.dtype, name
        assert ours.tolist() == theirs.tolist() or np.array_equal(
            ours, theirs, equal_nan=True
        )


def test_scenarios_share_columns_and_differ_in_what_they_take(ledger):
    case = ledger.case(BOOKS)
    guessed = replace(case, scenario=case.scenarios["guessed"])
    for one in (
        case,
        guessed,
        replace(case, scenario=Scenario("none", "", frozenset())),
    ):
        book = one.book()
        same(book, PostingColumns.of(one, one.selected))
        same(book, Book.of(one, one.selected))
    # Two bitcoin are 2 of the whole coin, until somebody has a hundred-millionth.
    assert case.book().scales == {"USD": 1}
    assert guessed.book().scales == {"USD": 1, "BTC": 8}


def test_another_currency_has_columns_of_its_own(ledger):
    case = ledger.case(BOOKS)
    assert case.book().rate[2] == 30_000
    assert np.isnan(replace(case, currency="EUR").book().rate[2])
    assert case.book().rate[2] == 30_000


@given(st.lists(st.tuples(NUMBERS, st.integers(0, 2), st.booleans()), min_size=1))
def test_some_flows_have_the_columns_of_themselves(drawn):
    case = _CASE
    flows = [
        case.flows[0]._replace(
            id=f"F-{at}",
            date=datetime.date(2021, 1, 1 + at % 28),
            postings=tuple(
                posting._replace(units=number, commodity=("USD", "BTC", "TOK")[which])
                for posting in case.flows[0].postings
            ),
        )
        for at, (number, which, _) in enumerate(drawn)
    ]
    taken = [one for one, (_, _, kept) in zip(flows, drawn, strict=True) if kept]
    mask = np.array([kept for _, _, kept in drawn], dtype=bool)
    same(PostingColumns.of(case, flows).taking(mask), PostingColumns.of(case, taken))


def one_by_one(case, flows):
    """Return units and rates of postings, each worked out by itself."""
    postings = [(flow, one) for flow in flows for one in flow.postings]
    places = {}
    for _, one in postings:
        after = max(-one.units.as_tuple().exponent, 0)
        places[one.commodity] = max(places.get(one.commodity, 0), after)
    units = [int(one.units.scaleb(places[one.commodity], LONG)) for _, one in postings]
    rates = []
    for flow, one in postings:
        found = None
        priced = {x.price.commodity for x in flow.postings if x.price is not None}
        if one.commodity != case.currency and (one.price or one.commodity in priced):
            found = unit(Prices(case), flow, one)
        rates.append(float("nan") if found is None else float(found.number))
    return units, rates


@given(
    st.lists(
        st.tuples(
            NUMBERS,
            st.integers(0, 2),
            st.sampled_from((None, Money(Decimal(3), "USD"), Money(Decimal(2), "TOK"))),
        ),
        min_size=1,
    )
)
def test_columns_are_what_each_posting_comes_to_by_itself(drawn):
    first = _CASE.flows[0].postings[0]
    legs = [
        first._replace(units=number, commodity=("USD", "BTC", "TOK")[which], price=at)
        for number, which, at in drawn
    ]
    # Two postings a flow: one may be worth what the other writes.
    flows = [
        _CASE.flows[0]._replace(id=f"F-{at}", postings=tuple(legs[at : at + 2]))
        for at in range(0, len(legs), 2)
    ]
    columns = PostingColumns.of(_CASE, flows)
    units, rates = one_by_one(_CASE, flows)
    assert columns.units.tolist() == units
    small = sum(map(abs, units)) < 2**62
    assert columns.units.dtype == (np.int64 if small else object)
    assert np.array_equal(columns.rate, np.array(rates), equal_nan=True)


def _case():
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "main.beancount"
        path.write_text(PREAMBLE + BOOKS)
        return solvency.load(path, cache=False)


_CASE = _case()
