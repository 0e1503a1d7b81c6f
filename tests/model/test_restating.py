"""A ledger reported in another currency than that of its books."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from solvency.cli import main
from solvency.ledger.errors import CaseError
from solvency.model.prices import Missing
from solvency.model.restated_observations import restated
from solvency.model.sheets import TRANSLATION

HEAD = """\
option "title" "Two currencies"
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
2021-01-01 custom "entity" "Firm" "a firm"
  group: TRUE
2021-01-01 custom "entity" "Owner" "its owner"
2021-01-01 custom "source" "s" "A statement"
  grade: "A1"
2021-01-01 open Assets:Firm:Bank
2021-01-01 open Assets:Firm:Coins
2021-01-01 open Equity:Firm:Capital
2021-01-01 open Equity:Owner:Wealth
2021-01-01 open Assets:Owner:Shares
  stake-in: "Firm"
"""
MOVED = """\
2021-01-04 price EUR 1.25 USD
  source: "s"
2021-01-04 * "Owner" "Capital" ^s
  id: "F-1"
  Equity:Owner:Wealth    -1000 USD
  Assets:Owner:Shares     1000 USD
  Assets:Firm:Bank        1000 USD
  Equity:Firm:Capital    -1000 USD
2021-01-04 * "Firm" "Buys euros" ^s
  id: "F-2"
  Assets:Firm:Bank          80 EUR @ 1.25 USD
  Assets:Firm:Bank        -100 USD
2021-01-04 * "Firm" "Buys coins" ^s
  id: "F-3"
  Assets:Firm:Coins         10 BTC @ 20 USD
  Assets:Firm:Bank        -200 USD
2021-06-30 price EUR 1.60 USD
  source: "s"
2021-06-30 price BTC 33 USD
  source: "s"
2021-06-30 event "petition" "Firm"
"""


def _equity(case, basis="market"):
    sheet = case.book().balance_sheet("Firm", case.reporting_date, basis=basis)
    return sheet.totals, {
        line.account.removeprefix("Equity:Firm:"): line.amount
        for line in sheet.side("equity")
    }


def test_rates_of_exchange_have_a_line_of_their_own(ledger):
    # 700 USD, 80 EUR at 1.60 = 128, 10 BTC at 33 = 330: 1,158. The coins gained 130,
    # the euros, bought for 100, 28.
    totals, equity = _equity(ledger.load(HEAD + MOVED))
    assert totals.assets == 1158
    assert equity == {"Capital": 1000, "Revaluation": 130, TRANSLATION: 28}


def test_closing_rates_and_the_difference_in_euros(ledger):
    # 700 USD at 1.60 = 437.50, 80 EUR, 330 USD = 206.25: 723.75. Capital came at 1.25:
    # 800. The coins gained 130 USD = 81.25. What is left of 723.75 is the rate's:
    # 28 USD = 17.50 on the euros, and 1,000 USD are 625 and no longer 800: -157.50.
    case = restated(ledger.load(HEAD + MOVED), "EUR")
    totals, equity = _equity(case)
    assert totals.assets == Decimal("723.75")
    assert equity == {
        "Capital": 800,
        "Revaluation": Decimal("81.25"),
        TRANSLATION: Decimal("-157.5"),
    }


def test_cost_is_translated_at_the_closing_rate_too(ledger):
    # 700 USD and coins that cost 200 at 1.60: 437.50 and 125; 80 EUR are 80.
    case = restated(ledger.load(HEAD + MOVED), "EUR")
    totals, equity = _equity(case, "book")
    assert totals.assets == Decimal("642.5")
    assert equity == {"Capital": 800, TRANSLATION: Decimal("-157.5")}


def test_a_currency_without_a_rate_is_refused(ledger):
    with pytest.raises(CaseError, match=r"DATE price GBP NUMBER USD.*or take EUR"):
        restated(ledger.load(HEAD + MOVED), "GBP")


@pytest.mark.parametrize(
    ("commodity", "days"),
    [("", 7), ("2021-01-01 commodity EUR\n  max-price-age: 30\n", 30)],
)
def test_a_rate_is_good_for_a_week_unless_said(ledger, commodity, days):
    # 11 January is the seventh day after the fourth. In euros it is a dollar's worth
    # that goes stale, by what is said of the euro, whose price is written.
    case = ledger.load(HEAD + commodity + MOVED.replace("2021-06-30", "2021-12-31"))
    start = min(price.date for price in case.prices)
    for shown, name in ((case, "EUR"), (restated(case, "EUR"), "USD")):
        prices = shown.book().prices
        day = datetime.timedelta(days=1)
        assert not isinstance(prices.at(name, start + days * day), Missing)
        missing = prices.at(name, start + (days + 1) * day)
        assert isinstance(missing, Missing)
        assert missing.max_age == days


GROUP = (
    HEAD
    + """\
2021-01-01 commodity EUR
  max-price-age: 400
2021-01-01 commodity BTC
  halving: {halving} BTC
  max-price-age: 400
2021-01-01 commodity BOND
  haircut: 0.20
  haircut-low: 0.10
  haircut-high: 0.30
  max-price-age: 400
2021-01-01 custom "entity" "Bank" "a bank"
  role: "lender"
2021-01-01 custom "entity" "Clients" "its clients"
  role: "customers"
2021-01-01 open Assets:Firm:Bonds
2021-01-01 open Assets:Firm:Clients
  custody: TRUE
2021-01-01 open Liabilities:Firm:Clients
  counterparty: "Clients"
  rank: "customer"
2021-01-01 open Assets:Clients:Claims
  counterparty: "Firm"
2021-01-01 open Equity:Clients:Wealth
2021-01-01 open Assets:Bank:Loan
  counterparty: "Firm"
2021-01-01 open Liabilities:Firm:Loan
  counterparty: "Bank"
2021-01-01 open Equity:Bank:Wealth
2021-01-01 custom "spread" "A1" 0.10
2021-01-01 custom "invariant" "customer-assets" "Firm"
2021-01-01 custom "invariant" "balance-sheet" "Firm"
2021-01-01 price EUR 1.25 USD
  source: "s"
2021-01-04 price BTC {price} USD
  source: "s"
2021-01-04 price BOND 0.75 EUR
  source: "s"
2021-01-04 * "Owner" "Capital" ^s
  id: "F-1"
  Equity:Owner:Wealth    -{capital} USD
  Assets:Owner:Shares     {capital} USD
  Assets:Firm:Bank        {capital} USD
  Equity:Firm:Capital    -{capital} USD
2021-01-05 * "Bank" "Lends" ^s
  id: "F-2"
  Equity:Bank:Wealth     -{lent} EUR
  Assets:Firm:Bank        {lent} EUR
2021-01-06 * "Firm" "Buys coins" ^s
  id: "F-3"
  Assets:Firm:Coins       {units} BTC @ {price} USD
  Assets:Firm:Bank
2021-01-06 * "Firm" "Buys bonds" ^s
  id: "F-4"
  Assets:Firm:Bonds       {lent} BOND @ 0.75 EUR
  Assets:Firm:Bank
2021-01-07 * "Clients" "Deposit" ^s
  id: "F-5"
  Equity:Clients:Wealth  -{held} USD
  Assets:Firm:Clients     {held} USD
2021-01-08 * "Firm" "Takes a half" ^s
  id: "F-6"
  Assets:Firm:Clients    -{half} USD
  Assets:Firm:Bank        {half} USD
2021-01-09 custom "observation" Assets:Firm:Clients {half} USD
  source: "s"
  error: 0.05
2021-01-10 event "petition" "Firm"
"""
)
#: Each command, with what of its answer is no money: shares, units, z and the like.
COMMANDS = [
    ["balance"],
    ["balance", "--group"],
    ["balance", "--group", "--basis", "realisable"],
    ["balance", "--funds"],
    ["check", "--draws", "0"],
    ["recover"],
    ["stress"],
    ["trace", "Assets:Firm:Bank"],
    ["reconcile"],
]


def _pairs(one, other, where=()):
    """Yield the texts of two documents that stand in the same place."""
    assert type(one) is type(other), where
    if isinstance(one, dict):
        assert one.keys() == other.keys(), where
        for key in one:
            yield from _pairs(one[key], other[key], (*where, key))
    elif isinstance(one, list):
        assert len(one) == len(other), where
        for at, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from _pairs(left, right, (*where, at))
    else:
        yield where, one, other


def _number(text):
    try:
        return None if isinstance(text, bool) else Decimal(str(text))
    except ArithmeticError:
        return None


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("capital", "lent", "units", "price", "half", "halving"),
    [(1000, 40, 3, 20, 70, 5), (9_000_000, 12_345, 11, 90_001, 99_999, 1)],
)
def test_restating_at_a_constant_rate_scales_every_answer(
    ledger, command, capital, lent, units, price, half, halving
):
    # At 1.25 all the time what is money in dollars is 1.25 times that in euros, and
    # what is none is the same.
    path = ledger.write(
        GROUP.format(
            capital=capital,
            lent=4 * lent,
            units=units,
            price=price,
            held=2 * half,
            half=half,
            halving=halving,
        )
    )
    found = []
    for currency in ("USD", "EUR"):
        asked = [*command, str(path), "--json", "--currency", currency]
        done = CliRunner().invoke(main, asked)
        assert done.exit_code in {0, 1}, done.output
        found.append(json.loads(done.stdout))
    scaled = 0
    for where, one, other in _pairs(*found):
        left, right = _number(one), _number(other)
        if where == ("fingerprint",):
            # Another currency is another case.
            assert one != other
        elif left is None or right is None:
            assert str(one).replace("USD", "EUR") == str(other).replace("USD", "EUR"), (
                where
            )
        elif float(left) != pytest.approx(float(right), rel=1e-3):
            # Answers of methods are told to a hundredth.
            money = pytest.approx(float(right) * 1.25, rel=1e-6, abs=0.02)
            assert float(left) == money, where
            scaled += 1
    assert scaled
