"""Each test of the language: just holding, and broken by the smallest unit."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from analysis.invariants.small_books import CENT
from analysis.invariants.small_books import deposit
from analysis.invariants.small_books import flow
from analysis.invariants.small_books import loan
from analysis.invariants.small_books import moved
from analysis.invariants.small_books import own
from scipy.optimize import brentq

from solvency.analysis.invariants import TESTS
from solvency.analysis.invariants import evaluate
from solvency.analysis.invariants.capital import ruin
from solvency.ledger.vocabulary import INVARIANTS
from solvency.model.book import Book

SATOSHI = Decimal("0.00000001")
BTC_50 = '2020-01-01 price BTC 50 USD\n  source: "court"\n'
OWN_1 = '2020-01-01 price OWN 1 USD\n  source: "court"\n'


def ask(name, entity="Exchange", **parameters):
    lines = [f'2020-01-01 custom "invariant" "{name}" "{entity}"']
    lines += [
        f"  {key.replace('_', '-')}: {value}" for key, value in parameters.items()
    ]
    return "\n".join(lines) + "\n"


def borrowed(day, amount):
    """The firm borrows of the exchange's house money."""
    return flow(
        day,
        ("Assets:Exchange:House", "-" + amount),
        ("Assets:Exchange:Receivables:Firm", amount),
        ("Assets:Firm:House", amount),
        ("Liabilities:Firm:Payables:Exchange", "-" + amount),
    )


def spent(day, amount, entity="Exchange", keys=""):
    return flow(
        day,
        (f"Assets:{entity}:House", "-" + amount),
        (f"Expenses:{entity}:Costs", amount),
        keys=keys,
    )


def tokens(entity, amount, account="House", day="2020-01-01"):
    return own(entity, amount, day=day, account=account)


# Each: the test, the ledger just holding, what breaks it, by how much, in what.
CASES = {
    # 100 owed to Alice and 100 in custody; then a cent goes to the house.
    "customer-assets": (
        ask("customer-assets") + deposit("2020-01-02", "Alice", "100.00 USD"),
        moved(
            "2020-01-03", "0.01 USD", "Assets:Exchange:Custody", "Assets:Exchange:House"
        ),
        CENT,
        "USD",
    ),
    # 1 BTC at 50 owed; of 50 USD and a thousand own tokens only the dollars count.
    "customer-assets-clean": (
        ask("customer-assets-clean")
        + BTC_50
        + OWN_1
        + deposit("2020-01-02", "Alice", "1 BTC")
        + flow(
            "2020-01-02",
            ("Assets:Exchange:Custody", "-1 BTC @ 50 USD"),
            ("Assets:Exchange:Custody", "50.00 USD"),
        )
        + tokens("Exchange", "1000 OWN", "Custody"),
        moved(
            "2020-01-03", "0.01 USD", "Assets:Exchange:Custody", "Assets:Exchange:House"
        ),
        CENT,
        "USD",
    ),
    # 90 of 100 in custody is not the exchange's own token: 0.9. Then a tenth of a
    # token more, at 1 USD: 0.9 x 100.10 = 90.09.
    "clean-ratio": (
        ask("clean-ratio", minimum="0.9")
        + OWN_1
        + own("Exchange", "90.00 USD", account="Custody")
        + tokens("Exchange", "10 OWN", "Custody"),
        tokens("Exchange", "0.1 OWN", "Custody", day="2020-01-03"),
        Decimal("0.09"),
        "USD",
    ),
    # The directive lets accounts fall to 100 below zero.
    "overdraft-limit": (
        ask("overdraft-limit", "Firm", limit="100 USD")
        + own("Firm", "1.00 USD")
        + spent("2020-01-02", "101.00 USD", "Firm"),
        spent("2020-01-03", "0.01 USD", "Firm"),
        CENT,
        "USD",
    ),
    # 2 BTC at 50 secure a debt of 100.
    "collateral-coverage": (
        ask("collateral-coverage", "Firm")
        + BTC_50
        + loan("2020-01-02", "100.00 USD")
        + tokens("Firm", "2 BTC", "Pledged:Lender"),
        loan("2020-01-03", "0.01 USD"),
        CENT,
        "USD",
    ),
    # 2 BTC pledged of 2; then the free account is overdrawn by a satoshi.
    "pledged-once": (
        ask("pledged-once", "Firm")
        + BTC_50
        + tokens("Firm", "2 BTC", "Pledged:Lender"),
        flow(
            "2020-01-03",
            ("Assets:Firm:House", "-0.00000001 BTC @ 50 USD"),
            ("Expenses:Firm:Costs", "0.00000001 BTC @ 50 USD"),
        ),
        SATOSHI,
        "BTC",
    ),
    # Own tokens may be half of what is pledged: 1 of 2. A cent of them more: 1.01
    # of 2.01, half of which is 1.005.
    "own-token-collateral": (
        ask("own-token-collateral", "Firm", maximum="0.5")
        + OWN_1
        + own("Firm", "1.00 USD", account="Pledged:Lender")
        + tokens("Firm", "1 OWN", "Pledged:Lender"),
        tokens("Firm", "0.01 OWN", "Pledged:Lender", day="2020-01-03"),
        Decimal("0.005"),
        "USD",
    ),
    # A fifth of a float of 100 is 20.
    "holding-against-float": (
        ask("holding-against-float", "Firm", maximum="0.2")
        + OWN_1
        + '2020-01-01 custom "float" 100 OWN\n  source: "court"\n'
        + tokens("Firm", "20 OWN"),
        tokens("Firm", "0.01 OWN", day="2020-01-03"),
        CENT,
        "OWN",
    ),
    # 80 lent on 100 of collateral, of which 0.8 may be lent.
    "loan-to-value": (
        ask("loan-to-value", "Firm", maximum="0.8")
        + BTC_50
        + loan("2020-01-02", "80.00 USD")
        + tokens("Firm", "2 BTC", "Pledged:Lender"),
        loan("2020-01-03", "0.01 USD"),
        CENT,
        "USD",
    ),
    # 25 lent to the firm out of a capital of 100; a quarter is allowed.
    "related-party-exposure": (
        ask("related-party-exposure")
        + own("Exchange", "100.00 USD")
        + borrowed("2020-01-02", "25.00 USD"),
        borrowed("2020-01-03", "0.01 USD"),
        CENT,
        "USD",
    ),
    # A deposit belongs in custody; a cent goes straight to the house.
    "house-and-customer-apart": (
        ask("house-and-customer-apart") + deposit("2020-01-02", "Alice", "100.00 USD"),
        deposit("2020-01-03", "Alice", "0.01 USD", into="Assets:Exchange:House"),
        CENT,
        "USD",
    ),
    # 100 of its own and 50 of customers' in one account; it may spend 100.
    "house-outlay": (
        ask("house-outlay", purpose='"ventures"')
        + own("Exchange", "100.00 USD")
        + deposit("2020-01-02", "Alice", "50.00 USD", into="Assets:Exchange:House")
        + spent("2020-01-03", "100.00 USD", keys='purpose: "ventures"'),
        spent("2020-01-03", "0.01 USD", keys='purpose: "ventures"'),
        CENT,
        "USD",
    ),
    # Basel III, paragraph 69: of inflows of 90 only 75% of the outflows of 100
    # count, so that 25 of liquid assets are needed (paragraph 22: 100% of 25).
    "liquidity-coverage": (
        ask("liquidity-coverage")
        + own("Exchange", "25.00 USD")
        + flow(
            "2020-01-01",
            ("Assets:Exchange:Loans:Lender", "90.00 USD"),
            ("Equity:Exchange:Own", "-90.00 USD"),
            ("Liabilities:Lender:Exchange", "-90.00 USD"),
            ("Equity:Lender:Own", "90.00 USD"),
        )
        + deposit("2020-01-02", "Alice", "100.00 USD")
        + moved(
            "2020-01-02",
            "100.00 USD",
            "Assets:Exchange:Custody",
            "Expenses:Exchange:Costs",
        ),
        spent("2020-01-03", "0.01 USD"),
        CENT,
        "USD",
    ),
    # The whole deposit becomes a debt; then a cent of one is booked as a gift.
    "liabilities-recognised": (
        ask("liabilities-recognised") + deposit("2020-01-02", "Alice", "100.00 USD"),
        flow(
            "2020-01-03",
            ("Assets:Customers:Hands", "-100.00 USD"),
            ("Assets:Customers:Deposits:Alice", "99.99 USD"),
            ("Equity:Customers:Wealth", "0.01 USD"),
            ("Assets:Exchange:Custody", "100.00 USD"),
            ("Liabilities:Exchange:Alice", "-99.99 USD"),
            ("Equity:Exchange:Own", "-0.01 USD"),
        ),
        CENT,
        "USD",
    ),
    # Between 100 before and after, 100 more came for the attestation: half may go.
    "attestation-borrowing": (
        ask("attestation-borrowing", days="7", maximum="0.5")
        + '2020-02-10 event "attestation" "Exchange"\n'
        + own("Exchange", "100.00 USD")
        + own("Exchange", "100.00 USD", day="2020-02-09")
        + spent("2020-02-12", "50.00 USD"),
        spent("2020-02-13", "0.01 USD"),
        CENT,
        "USD",
    ),
    # The firm has what it owes.
    "balance-sheet": (
        ask("balance-sheet", "Firm") + loan("2020-01-02", "100.00 USD"),
        spent("2020-01-03", "0.01 USD", "Firm"),
        CENT,
        "USD",
    ),
    # Deposits on demand need money the same day.
    "ability-to-pay": (
        ask("ability-to-pay") + deposit("2020-01-02", "Alice", "100.00 USD"),
        moved(
            "2020-01-03",
            "0.01 USD",
            "Assets:Exchange:Custody",
            "Expenses:Exchange:Costs",
        ),
        CENT,
        "USD",
    ),
}


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
