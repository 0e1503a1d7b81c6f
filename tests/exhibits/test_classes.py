"""The class of a balance sheet's line."""

from __future__ import annotations

import pytest

from solvency.analysis.sources_uses import funds
from solvency.analysis.study import study_of
from solvency.exhibits.classes import class_of
from solvency.exhibits.setting import of_answers
from solvency.exhibits.setting import setting_of
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


def test_what_fetches_a_share_of_its_cost_is_no_money(ledger):
    # 900 of 1,000 buy a building of which 0.60 is expected back: 100 is left in money,
    # as funds, as class of the sheet, and as what was counted have it.
    case = ledger.case(
        """
        2020-01-01 open Assets:Alameda:Building
          pledged-to: "Customers"
          recovery: 0.60
        2021-01-01 * "Capital" ^court
          Assets:Alameda:Bank      1000 USD
          Equity:Alameda:Shares   -1000 USD
        2021-01-02 * "Buys a building" ^court
          purpose: "property"
          Assets:Alameda:Building   900 USD
          Assets:Alameda:Bank      -900 USD
        """
    )
    book = case.book()
    found = funds(book, "Alameda")
    assert (found.left, found.amount("use", "property")) == (100, 900)
    sheet = book.balance_sheet("Alameda")
    classes = {
        line.account: class_of(of_answers(book, sheet.at), line)
        for line in sheet.side("asset")
    }
    assert classes == {
        "Assets:Alameda:Bank": "liquid",
        "Assets:Alameda:Building": "illiquid",
    }


@pytest.mark.parametrize(
    ("keys", "kind"), [("  haircut: 0.05\n", "less-liquid"), ("", "liquid")]
)
def test_a_bond_by_a_currencys_name_is_no_money(ledger, keys, kind):
    # BND is the dollar of Brunei, unless the ledger says what a sale of it costs.
    case = ledger.case(
        f"2020-01-01 commodity BND\n{keys}"
        '2021-01-01 price BND 0.70 USD\n  source: "court"\n'
        '2021-01-01 * "Capital" ^court\n'
        "  Assets:Alameda:Bank    10 BND\n  Equity:Alameda:Shares  -10 BND\n"
    )
    account = case.accounts["Assets:Alameda:Bank"]
    assert case.liquidity_of(account, "BND") == kind
    assert funds(case.book(), "Alameda").left == (0 if keys else 7)
