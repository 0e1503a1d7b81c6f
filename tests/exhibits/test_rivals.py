"""The report says which booking of a fact stands, and what the other would change."""

from __future__ import annotations

import datetime

import pytest

from solvency.analysis.study import study_of
from solvency.exhibits.balance.rivals import rivals
from solvency.exhibits.setting import setting_of
from solvency.report import pages
from solvency.report.making import build

#: Bonds of 100 sold, or lent on: as a loan Alameda has 100 of bonds and owes the lender
#: 100 more; the cash of 100 is there either way.
BONDS = """
2020-01-01 custom "entity" "Lender" "A bank"
  role: "lender"
2020-01-01 open Assets:Alameda:Bonds
2020-01-01 open Liabilities:Alameda:Repo
  counterparty: "Lender"
2020-01-01 open Assets:Lender:Repo
  counterparty: "Alameda"
2020-01-01 open Assets:Lender:Bonds
2020-01-01 open Equity:Lender:Wealth
2020-12-01 * "Alameda" "Has bonds" ^court
  id: "F-1"
  Assets:Alameda:Bonds   100 USD
  Equity:Alameda:Shares -100 USD
2021-01-01 * "Lender" "Pays for bonds" ^court
  id: "F-sale"
  variant-of: "repo"
  variant: "sale"
  Assets:Alameda:Bank    100 USD
  Assets:Alameda:Bonds  -100 USD
  Assets:Lender:Bonds    100 USD
  Equity:Lender:Wealth  -100 USD
2021-01-01 * "Lender" "Lends on bonds" ^court
  id: "F-loan"
  variant-of: "repo"
  variant: "loan"
  default: TRUE
  Assets:Alameda:Bank       100 USD
  Liabilities:Alameda:Repo -100 USD
  Assets:Lender:Repo        100 USD
  Equity:Lender:Wealth     -100 USD
2021-01-02 custom "scenario" "sold" "It was a sale"
  variants: "repo=sale"
"""
AT = datetime.date(2021, 1, 1)


def _table(case):
    book = case.book()
    study = study_of(case, book, AT, None)
    return rivals(setting_of(case, book, (AT,), pages.locale("en", case), study))


@pytest.mark.parametrize(("scenario", "sign"), [(None, -1), ("sold", 1)])
def test_what_the_other_booking_would_change(ledger, scenario, sign):
    table = _table(ledger.case(BONDS, scenario=scenario))
    table.cast()
    first, group, alameda = table.rows
    stands, other = ("loan", "sale") if scenario is None else ("sale", "loan")
    assert first.key == "rival:repo"
    assert f"booked as {stands}" in "".join(
        str(getattr(x, "text", x)) for x in first.label
    )
    assert group.key == f"rival:repo:{other}"
    for row in (group, alameda):
        assert [cell.value for cell in row.cells] == [sign * 100, sign * 100, 0]
    assert set(group.cells[0].flows) == {"F-sale", "F-loan"}


def test_no_table_without_rivals(ledger):
    assert _table(ledger.case(BONDS[: BONDS.index("2021-01-01 * ")])) is None


def test_the_report_has_it_and_adds_up(ledger):
    case = ledger.case(BONDS)
    report = build(case, case.book(), kind="reconstruction", sections=["balances"])
    assert "rival-bookings" in {table.key for table in report.tables}
