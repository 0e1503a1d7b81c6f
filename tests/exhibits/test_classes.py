"""The class of a balance sheet's line."""

from __future__ import annotations

import pytest

from solvency.analysis.study import study_of
from solvency.exhibits.setting import setting_of
from solvency.exhibits.worth import class_of
from solvency.figures.formats import Locale

#: Customers are told by their role alone here: no account says `rank: "customer"`.
OWED = """
2020-01-01 custom "entity" "Lender" "A lender"
  role: "lender"
2020-01-01 open Equity:Lender:Wealth
2020-01-01 open Assets:Lender:Loans:FTX
  counterparty: "FTX"
2020-01-01 open Liabilities:FTX:Loans:Lender
  counterparty: "Lender"
2021-01-01 * "Customers pay in" ^court
  id: "in"
  Equity:Customers:Wealth  -10 USD
  Assets:FTX:Bank           10 USD
2021-01-02 * "A loan" ^court
  id: "loan"
  Equity:Lender:Wealth     -5 USD
  Assets:FTX:Bank           5 USD
"""


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ("Liabilities:FTX:Customers", "customers"),
        ("Liabilities:FTX:Loans:Lender", "lenders"),
    ],
)
def test_customers_are_known_by_their_role(ledger, account, kind):
    case = ledger.case(OWED)
    book, at = case.book(), case.reporting_date
    setting = setting_of(case, book, (at,), Locale(), study_of(case, book, at))
    (line,) = [
        line
        for sheet in setting.sheet(at).columns
        for line in sheet.lines
        if line.account == account
    ]
    assert class_of(setting, line) == kind
