"""The group: eliminations, the intercompany matrix, and the control that is zero."""

from __future__ import annotations

import datetime

import pytest

import solvency

AT = datetime.date(2021, 12, 31)


@pytest.fixture(scope="module")
def book(harbour):
    return solvency.load(harbour, scenario="invested").book()


def test_the_group_owes_itself_nothing(book):
    sheet = book.balance_sheet("group", AT)
    assert sheet.members == ("Desk", "Harbour")
    accounts = {line.account: line.amount for line in sheet.lines}
    assert "Assets:Harbour:Receivables:Desk" not in accounts
    assert "Liabilities:Desk:Payables:Harbour" not in accounts
    # Tokens of Harbour, 6,000,000 at 1, are no asset of the group.
    assert "Assets:Desk:Tokens" not in accounts
    # 1.4 bank + 2.25 coins + 1.7 bank + 1.5 founder + 7 ventures, in millions.
    assert sheet.totals.assets == 13_850_000
    # Customers: 10 - 3 + 0.4 in dollars, and 40 coins at 45,000; the lender 5 - 1.
    assert sheet.totals.liabilities == 7_400_000 + 1_800_000 + 4_000_000
    assert sheet.control == 0
    assert sheet.combined.assets == 10_650_000 + 16_200_000


def test_eliminations_of_claims_sum_to_zero(book):
    sheet = book.balance_sheet("group", AT)
    claims = [item for item in sheet.eliminations if item.reason == "intercompany"]
    assert sum(i.amount for i in claims if i.side == "asset") == -7_000_000
    assert sum(i.amount for i in claims if i.side == "liability") == -7_000_000
    assert sum(i.amount for i in claims if i.side == "equity") == 0


def test_the_matrix_has_both_sides(book):
    sheet = book.balance_sheet("group", AT)
    (owed,) = sheet.intercompany
    assert owed[:3] == ("Harbour", "Desk", "USD")
    assert owed.claimed == owed.owed == 7_000_000
    assert owed.unmatched == 0


def test_a_silo_is_consolidated_by_itself(book):
    sheet = book.balance_sheet("Exchange", AT)
    assert sheet.members == ("Harbour",)
    assert sheet.eliminations == ()
    assert sheet.totals == book.balance_sheet("Harbour", AT).totals


def test_shares_in_a_member_are_eliminated(ledger):
    case = ledger.case(
        """
2020-01-01 open Assets:FTX:Shares:Alameda
  stake-in: "Alameda"
2021-01-08 * "FTX invests in Alameda" ^court
  Assets:FTX:Shares:Alameda  100 USD
  Equity:FTX:Shares         -100 USD
  Assets:Alameda:Bank        100 USD
  Equity:Alameda:Shares     -100 USD
"""
    )
    sheet = case.book().balance_sheet("group", AT)
    assert (sheet.totals.assets, sheet.totals.equity) == (100, 100)
    assert sheet.combined.assets == 200
    assert {item.reason for item in sheet.eliminations} == {"investment"}


def test_claims_below_zero_stand_the_other_way_in_the_matrix(ledger):
    case = ledger.case(
        """
2021-01-02 * "Alameda gives FTX what it never owed" ^court
  Equity:Alameda:Shares       -300 USD
  Assets:FTX:Bank              300 USD
"""
    )
    sheet = case.book().balance_sheet("group", AT)
    (owed,) = sheet.intercompany
    assert owed == ("Alameda", "FTX", "USD", 300, 300)
    assert sheet.control == 0
    assert sheet.totals.liabilities == 0
