"""What the plugin writes back into the ledger: when an entity became insolvent."""

from __future__ import annotations

from beancount import loader
from beancount.core.data import Event
from preamble import PREAMBLE

BORROWED = """
2021-01-01 open Assets:Alameda:Receivables:Customers
  counterparty: "Customers"
2021-01-01 open Liabilities:Alameda:Loans
2021-01-01 * "Borrowed" ^court
  id: "F"
  Assets:Alameda:Bank         10 USD
  Liabilities:Alameda:Loans  -10 USD
2021-03-01 * "Spent" ^court
  id: "G"
  Assets:Alameda:Bank    -4 USD
  Expenses:Alameda:Costs  4 USD
"""
TEST = '2021-01-01 custom "invariant" "balance-sheet" "Alameda"\n'


def events(text):
    entries, errors, _ = loader.load_string(PREAMBLE + BORROWED + text)
    return [
        (str(one.date), one.type, one.description)
        for one in entries
        if isinstance(one, Event)
    ], errors


def test_each_day_a_state_changes_has_its_event():
    assert events(TEST) == (
        [
            ("2021-01-01", "solvency:Alameda", "solvent"),
            ("2021-03-01", "solvency:Alameda", "insolvent"),
        ],
        [],
    )


def test_without_a_test_of_the_balance_sheet_there_are_none():
    other = TEST.replace("balance-sheet", "customer-assets")
    assert events(other) == ([], [])


def test_a_ledger_with_a_fault_has_none():
    found, errors = events(TEST + '2021-01-01 custom "invariant" "no-such-test"\n')
    assert errors
    assert not found
