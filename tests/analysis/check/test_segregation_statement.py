"""The daily statement of money held apart, by class of customers."""

from __future__ import annotations

from datetime import date

from solvency.analysis.check import evaluate
from solvency.report import build

#: Two classes: of 300 owed at home 250 are held, of 100 owed abroad 180.
CLASSES = """
2020-01-01 open Assets:FTX:Apart:Home
  custody: TRUE
2020-01-01 open Assets:FTX:Apart:Abroad
  custody: TRUE
2020-01-01 open Liabilities:FTX:Clients:Home
  counterparty: "Customers"
  rank: "customer"
2020-01-01 open Liabilities:FTX:Clients:Abroad
  counterparty: "Customers"
  rank: "customer"
2020-01-01 open Assets:Customers:Clients:Home
  counterparty: "FTX"
2020-01-01 open Assets:Customers:Clients:Abroad
  counterparty: "FTX"
2021-02-01 * "Customers" "At home" ^court
  id: "F-1"
  on: Liabilities:FTX:Clients:Home
  Equity:Customers:Wealth  -300 USD
  Assets:FTX:Apart:Home     300 USD
2021-02-01 * "Customers" "Abroad" ^court
  id: "F-2"
  on: Liabilities:FTX:Clients:Abroad
  Equity:Customers:Wealth  -100 USD
  Assets:FTX:Apart:Abroad   100 USD
2021-03-01 * "FTX" "Capital held with customers' money" ^court
  id: "F-3"
  Assets:FTX:Apart:Abroad   80 USD
  Equity:FTX:Shares        -80 USD
2021-04-01 * "FTX" "Taken" ^court
  id: "F-4"
  Assets:FTX:Apart:Home  -50 USD
  Assets:FTX:Bank         50 USD
"""
BY_CLASS = """
2020-01-01 custom "invariant" "segregation" "FTX"
  class: "home"
  accounts: "Assets:FTX:Apart:Home"
  owed: "Liabilities:FTX:Clients:Home"
2020-01-01 custom "invariant" "segregation" "FTX"
  class: "abroad"
  accounts: "Assets:FTX:Apart:Abroad"
  owed: "Liabilities:FTX:Clients:Abroad"
"""


def test_a_surplus_of_one_class_hides_no_shortage_of_another(ledger) -> None:
    whole = ledger.case(CLASSES + '2020-01-01 custom "invariant" "segregation" "FTX"\n')
    # 430 held, 400 owed.
    assert not evaluate(whole.book(), draws=0).findings
    found = evaluate(ledger.case(CLASSES + BY_CLASS).book(), draws=0)
    (one,) = found.findings
    assert (one.commodity, one.amount, one.first) == ("home", 50, date(2021, 4, 1))
    margins = {test.label: test.margin for test in found.tests}
    assert margins == {"home": -50, "abroad": 0}


def test_an_account_that_is_not_open_is_an_error(ledger) -> None:
    text = BY_CLASS.replace("Assets:FTX:Apart:Home", "Assets:FTX:Apart:Hom")
    (error,) = ledger.errors(CLASSES + text)
    assert error[1] == "invariant"
    assert "If Assets:FTX:Apart:Home is meant" in error[2]


def test_the_report_prints_each_statement(ledger) -> None:
    case = ledger.case(CLASSES + BY_CLASS)
    report = build(case, case.book(), sections=["segregation"])
    tables = [one for one in report.tables if one.key.startswith("segregation-")]
    assert len(tables) == 2
    shown = {
        table.title.rsplit(": ", 1)[1]: [
            (row.key, *(cell.value for cell in row.cells)) for row in table.rows
        ]
        for table in tables
    }
    assert shown["home"] == [
        ("2021-02-01", 300, 300, 0),
        ("2021-04-01", 300, 250, -50),
    ]
    assert shown["abroad"] == [
        ("2021-02-01", 100, 100, 0),
        ("2021-03-01", 100, 180, 80),
    ]
