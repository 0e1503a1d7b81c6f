"""A small exchange, a firm of its group, customers and a lender, for one test each."""

from __future__ import annotations

import textwrap
from decimal import Decimal

from solvency.analysis.check import evaluate

OPENING = """\
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
2020-01-01 custom "entity" "Exchange" "Keeps customers' money"
  role: "exchange"
  group: TRUE
2020-01-01 custom "entity" "Firm" "Trades for itself"
  role: "trading-firm"
  group: TRUE
2020-01-01 custom "entity" "Customers" "Depositors"
  role: "customers"
2020-01-01 custom "entity" "Lender" "Lends to the firm"
  role: "lender"
2020-01-01 custom "source" "court" "A filing"
  grade: "A1"
2020-01-01 commodity BTC
  max-price-age: 9999
2020-01-01 commodity OWN
  issuer: "Exchange"
  max-price-age: 9999
2020-01-01 open Assets:Exchange:Custody
  custody: TRUE
2020-01-01 open Assets:Exchange:House
2020-01-01 open Assets:Exchange:Receivables:Firm
  counterparty: "Firm"
2020-01-01 open Liabilities:Exchange:Alice
  counterparty: "Customers"
  rank: "customer"
  term: "demand"
2020-01-01 open Liabilities:Exchange:Bob
  counterparty: "Customers"
  rank: "customer"
  term: "demand"
2020-01-01 open Liabilities:Exchange:Carl
  counterparty: "Customers"
  rank: "customer"
  term: "demand"
2020-01-01 open Equity:Exchange:Own
2020-01-01 open Expenses:Exchange:Costs
2020-01-01 open Assets:Exchange:Loans:Lender
  counterparty: "Lender"
  term: "callable"
2020-01-01 open Assets:Firm:House
2020-01-01 open Assets:Firm:Pledged:Lender
  pledged-to: "Lender"
2020-01-01 open Assets:Firm:Pledged:Exchange
  pledged-to: "Exchange"
2020-01-01 open Liabilities:Firm:Payables:Exchange
  counterparty: "Exchange"
2020-01-01 open Liabilities:Firm:Loans:Lender
  counterparty: "Lender"
  term: "callable"
2020-01-01 open Equity:Firm:Own
2020-01-01 open Expenses:Firm:Costs
2020-01-01 open Assets:Customers:Hands
2020-01-01 open Assets:Customers:Deposits:Alice
  counterparty: "Exchange"
2020-01-01 open Assets:Customers:Deposits:Bob
  counterparty: "Exchange"
2020-01-01 open Assets:Customers:Deposits:Carl
  counterparty: "Exchange"
2020-01-01 open Equity:Customers:Wealth
2020-01-01 open Assets:Lender:Loans:Firm
  counterparty: "Firm"
2020-01-01 open Assets:Lender:Cash
2020-01-01 open Liabilities:Lender:Exchange
  counterparty: "Exchange"
2020-01-01 open Equity:Lender:Own
"""


class Books:
    """Writes a case from flows in short, and runs one test of it."""

    def __init__(self, ledger):
        self.ledger = ledger

    def case(self, text, *, sound=True, **options):
        case = self.ledger.load(OPENING + textwrap.dedent(text), **options)
        if sound:
            assert not case.errors, [error.message for error in case.errors]
        return case

    def findings(self, text, draws=0, *, sound=True, **options):
        return evaluate(self.case(text, sound=sound, **options).book(), draws=draws)

    def asked(self, text, name, draws=0, **options):
        """Return the findings of one test."""
        found = self.findings(text, draws, **options)
        return [one for one in found.findings if one.invariant == name]

    def broken(self, text, name, **options):
        """Return the one finding of a test that is broken."""
        found = self.asked(text, name, **options)
        assert len(found) == 1, found
        return found[0]


def flow(day, *legs, keys=""):
    """Write a flow from (account, amount) legs."""
    lines = [f'{day} * "A flow" ^court']
    lines += [f"  {key}" for key in keys.split(";") if key]
    lines += [f"  {account}  {amount}" for account, amount in legs]
    return "\n".join(lines) + "\n"


def moved(day, amount, source, target, keys=""):
    """Write a flow of one amount between two accounts."""
    return flow(day, (source, "-" + amount), (target, amount), keys=keys)


def deposit(day, who, amount, into="Assets:Exchange:Custody", keys=""):
    """Write a deposit of a customer, with the claim it makes."""
    return flow(
        day,
        ("Assets:Customers:Hands", "-" + amount),
        (f"Assets:Customers:Deposits:{who}", amount),
        (into, amount),
        (f"Liabilities:Exchange:{who}", "-" + amount),
        keys=keys,
    )


def own(entity, amount, day="2020-01-01", account="House"):
    """Write what an entity brings of its own."""
    return flow(
        day,
        (f"Assets:{entity}:{account}", amount),
        (f"Equity:{entity}:Own", "-" + amount),
    )


def loan(day, amount):
    """Write a loan of the lender to the firm."""
    return flow(
        day,
        ("Assets:Lender:Loans:Firm", amount),
        ("Equity:Lender:Own", "-" + amount),
        ("Assets:Firm:House", amount),
        ("Liabilities:Firm:Loans:Lender", "-" + amount),
    )


CENT = Decimal("0.01")
