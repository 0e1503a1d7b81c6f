"""Each test of the language: just holding, and broken by the smallest unit."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from analysis.check.each_case import BTC_50
from analysis.check.each_case import CASES
from analysis.check.each_case import OWN_1
from analysis.check.each_case import ask
from analysis.check.each_case import borrowed
from analysis.check.each_case import spent
from analysis.check.each_case import tokens
from analysis.check.small_books import CENT
from analysis.check.small_books import deposit
from analysis.check.small_books import flow
from analysis.check.small_books import own
from scipy.optimize import brentq

from solvency.analysis.check import TESTS
from solvency.analysis.check import evaluate
from solvency.analysis.check.capital import ruin
from solvency.ledger.vocabulary import INVARIANTS
from solvency.model.book import Book


@pytest.mark.parametrize("name", CASES)
def test_holds_then_breaks_by_the_smallest_unit(books, name):
    holding, breaking, amount, unit = CASES[name]
    assert books.asked(holding, name) == []
    found = books.asked(holding + breaking, name)
    assert {(one.amount, one.unit) for one in found} == {(amount, unit)}
    day = "2020-02-10" if name == "attestation-borrowing" else "2020-01-03"
    assert {str(one.first) for one in found} == {day}
    assert all(one.worst == one.first and one.probability == 1.0 for one in found)


def test_no_test_of_the_language_is_left_out():
    alone = {
        "holding-against-depth",
        "mirrors",
        "price-coverage",
        "conservation",
        "adequate-capital",
    }
    assert CASES.keys() | alone == INVARIANTS.keys() == TESTS.keys()


@pytest.mark.parametrize("lost", ["100.00 USD", "130.00 USD"])
def test_a_share_of_no_capital_is_nothing(books, lost):
    # 100 of its own and 50 of a customer's; 100 or 130 are lost, so that its capital
    # is nothing or -30. A quarter of -30 is no limit: the limit is nothing, and a
    # cent lent to the firm, which is related, is a cent too much.
    test = "related-party-exposure"
    text = (
        ask(test)
        + own("Exchange", "100.00 USD")
        + deposit("2020-01-02", "Alice", "50.00 USD", into="Assets:Exchange:House")
        + spent("2020-01-02", lost)
    )
    assert books.asked(text, test) == []
    (one,) = books.asked(text + borrowed("2020-01-03", "0.01 USD"), test)
    assert (one.amount, str(one.first)) == (CENT, "2020-01-03")


def test_flows_responsible_are_those_of_the_day(books):
    holding, breaking, _, _ = CASES["customer-assets"]
    named = breaking.replace("^court\n", '^court\n  id: "F-1"\n')
    assert books.broken(holding + named, "customer-assets").flows == ("F-1",)


def test_holding_against_depth(books):
    # (1 - e^-x) / x = 0.8 at x = 0.46421; a sale of x / ln 2 of the halving. One
    # token more of a million and the sale fetches less than 0.8 of the price.
    from math import exp
    from math import log

    x = brentq(lambda x: (1 - exp(-x)) / x - 0.8, 0.1, 1.0, xtol=1e-15)
    units = int(x / log(2) * 1_000_000)
    text = (
        ask("holding-against-depth", "Firm")
        + OWN_1
        + '2020-01-01 custom "depth" 1000000 OWN\n  source: "court"\n'
        + tokens("Firm", f"{units} OWN")
    )
    assert books.asked(text, "holding-against-depth") == []
    found = books.broken(text + tokens("Firm", "1 OWN"), "holding-against-depth")
    assert 0 < found.amount < Decimal("1e-6")


def test_mirrors(books):
    # The customers claim a cent less than the exchange owes: an error of the
    # ledger, and what the test says of it.
    text = (
        ask("mirrors")
        + deposit("2020-01-02", "Alice", "100.00 USD")
        + flow(
            "2020-01-03",
            ("Assets:Customers:Deposits:Alice", "-0.01 USD"),
            ("Equity:Customers:Wealth", "0.01 USD"),
        )
    )
    assert "mirror" in {error.rule for error in books.case(text, sound=False).errors}
    found = books.asked(text, "mirrors", sound=False)
    assert [(one.commodity, one.amount) for one in found] == [
        ("Customers on Exchange USD", CENT)
    ]
    assert books.asked(text.partition("2020-01-03")[0], "mirrors") == []


def test_conservation(books):
    # A reader of ledgers refuses a flow that does not balance; a Book made of flows
    # by hand has this test: a cent comes from nowhere.
    text = ask("conservation", "group") + deposit("2020-01-02", "Alice", "100.00 USD")
    case = books.case(text)
    assert not evaluate(case.book()).findings
    flow_ = case.selected[0]
    more = flow_.postings[2]._replace(units=Decimal("100.01"))
    wrong = flow_._replace(postings=(*flow_.postings[:2], more, flow_.postings[3]))
    found = evaluate(Book.of(case, [wrong])).findings
    assert [(one.commodity, one.amount, one.unit) for one in found] == [
        ("established USD", CENT, "USD")
    ]


def test_conservation_weighs_exchanges_at_their_price(books):
    text = (
        ask("conservation", "group")
        + own("Firm", "0.30 USD")
        + flow(
            "2020-01-02",
            ("Assets:Firm:House", "3 BTC @ 0.1 USD"),
            ("Assets:Firm:House", "-0.30 USD"),
        )
    )
    assert books.asked(text, "conservation") == []


def test_price_coverage(books):
    # A price may be a day old: on the second day it holds, on the third no more.
    text = (
        ask("price-coverage", "Firm")
        + "2020-01-01 commodity SOL\n  max-price-age: 1\n"
        + '2020-01-01 price SOL 2 USD\n  source: "court"\n'
        + tokens("Firm", "7 SOL")
    )
    later = own("Firm", "1 USD", day="2020-01-02")
    assert books.asked(text + later, "price-coverage") == []
    found = books.broken(text + later.replace("01-02", "01-03"), "price-coverage")
    assert (found.commodity, found.amount, str(found.first)) == (
        "SOL",
        Decimal(7),
        "2020-01-03",
    )


def test_a_price_of_nothing_is_a_price(books):
    text = (
        ask("price-coverage", "Firm")
        + '2020-01-01 price BTC 0 USD\n  source: "court"\n'
        + tokens("Firm", "7 BTC")
    )
    assert books.asked(text, "price-coverage") == []


def test_adequate_capital(books):
    # 100 BTC at 50 against a debt of D: the chance of ruin within a year at a
    # volatility of 0.8 is 5% at one D, and more for a cent more.
    def chance(debt):
        return float(ruin(5000.0 - debt, 5000.0, 0.8, 1.0)) - 0.05

    debt = Decimal(repr(brentq(chance, 1.0, 4999.0, xtol=1e-9))).quantize(
        CENT, "ROUND_DOWN"
    )
    text = ask("adequate-capital", "Firm") + BTC_50 + tokens("Firm", "100 BTC")
    borrow = flow(
        "2020-01-03",
        ("Expenses:Firm:Costs", "AMOUNT USD"),
        ("Liabilities:Firm:Loans:Lender", "-AMOUNT USD"),
        ("Assets:Lender:Loans:Firm", "AMOUNT USD"),
        ("Equity:Lender:Own", "-AMOUNT USD"),
    )
    assert (
        books.asked(text + borrow.replace("AMOUNT", f"{debt}"), "adequate-capital")
        == []
    )
    more = borrow.replace("AMOUNT", f"{debt + CENT}")
    found = books.broken(text + more, "adequate-capital")
    assert 0 < found.amount < Decimal("1e-4")
    assert found.unit == "chance of surviving 365 days"
    assert found.first == datetime.date(2020, 1, 3)
