"""The Book: postings as arrays, and balances that are exact."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
import pytest

DAY = datetime.date(2021, 1, 1)
FLOWS = """
2021-01-01 * "Coins" ^court
  id: "coins"
  Assets:Alameda:Coins     {units} BTC
  Equity:Alameda:Shares   -{units} BTC
2021-01-03 * "Dollars" ^court
  id: "dollars"
  Assets:Alameda:Bank      0.10 USD
  Equity:Alameda:Shares
2021-01-05 * "Dollars" ^court
  id: "more"
  Assets:Alameda:Bank      0.2 USD
  Equity:Alameda:Shares
"""


@pytest.mark.parametrize(
    "units",
    [
        "1.23456789",
        "92233720368547758.07",
        # In the smallest unit of BTC, below, more digits than decimals carry by
        # default, and than int64 holds.
        "12345678901234567890.12345678",
    ],
)
def test_balances_keep_every_digit(ledger, units):
    case = ledger.case(
        FLOWS.format(units=units)
        + """
2021-01-02 * "The smallest unit" ^court
  Assets:Alameda:Coins     0.000000000000000001 BTC
  Equity:Alameda:Shares   -0.000000000000000001 BTC
"""
    )
    balance = case.book().balance(DAY)
    assert {key.account: number for key, number in balance.items()} == {
        "Assets:Alameda:Coins": Decimal(units),
        "Equity:Alameda:Shares": -Decimal(units),
    }
    assert case.book().units_of(["Assets"], DAY) == {"BTC": Decimal(units)}


def test_balances_by_day_count_the_day_itself(ledger):
    book = ledger.case(FLOWS.format(units=1)).book()
    days = [DAY + datetime.timedelta(days=count) for count in (-1, 0, 1, 2, 4, 9)]
    units = book.balances(days)
    column = next(
        index for index, key in enumerate(book.positions) if "Bank" in key.account
    )
    # In hundredths, since 0.10 is written with two places.
    assert units[:, column].tolist() == [0, 0, 0, 10, 30, 30]
    assert book.decimal(book.positions[column], 30) == Decimal("0.3")
    assert np.array_equal(units[-1], book.balances(days[-1:])[0])


def test_flows_of_an_account_and_what_lies_below_it(ledger):
    book = ledger.case(FLOWS.format(units=1)).book()
    assert [f.id for f in book.flows_of("Assets:Alameda", book.last_day)] == [
        "coins",
        "dollars",
        "more",
    ]
    last = datetime.date(2021, 1, 3)
    assert [f.id for f in book.flows_of("Assets", last, "USD")] == ["dollars"]
    assert book.flows_of("Assets:Ala", last) == []


def test_a_name_nobody_has_is_an_error_that_lists_the_names(ledger):
    book = ledger.case(FLOWS.format(units=1)).book()
    with pytest.raises(LookupError, match="Alameda, Customers, FTX, group"):
        book.balance_sheet("Ftx", DAY)
    with pytest.raises(ValueError, match="market, book, clean, realisable"):
        book.balance_sheet("FTX", DAY, basis="fair")


def test_a_case_without_flows_has_an_empty_book(ledger):
    book = ledger.case("").book()
    assert book.balance(DAY) == {}
    assert book.balance_sheet("FTX", DAY).lines == ()
