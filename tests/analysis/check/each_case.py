"""Each invariant: a ledger in which it just holds, and what just breaks it."""

from __future__ import annotations

from decimal import Decimal

from analysis.check.small_books import CENT
from analysis.check.small_books import deposit
from analysis.check.small_books import flow
from analysis.check.small_books import loan
from analysis.check.small_books import moved
from analysis.check.small_books import own

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
    # 100 owed to Alice. Bob, 5 below nil, lessens it by nothing: 95 of the customers'
    # and 5 of the house's are held apart.
    "segregation": (
        ask("segregation")
        + deposit("2020-01-02", "Alice", "100.00 USD")
        + flow(
            "2020-01-02",
            ("Assets:Customers:Hands", "5.00 USD"),
            ("Assets:Customers:Deposits:Bob", "-5.00 USD"),
            ("Assets:Exchange:Custody", "-5.00 USD"),
            ("Liabilities:Exchange:Bob", "5.00 USD"),
        )
        + own("Exchange", "5.00 USD", account="Custody"),
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
