"""A pension scheme with a property company: pounds, euros, gilts, worked by hand."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import solvency
from solvency.analysis.recover.preferences import preferences
from solvency.analysis.recover.recover import recover
from solvency.analysis.sources_uses import funds
from solvency.cli import main

LEDGER = Path(__file__).parents[1] / "groups" / "pension.beancount"
DAY = datetime.date(2024, 6, 28)


@pytest.fixture(scope="module")
def case():
    found = solvency.load(LEDGER)
    assert not found.errors
    return found


def test_funds_of_the_group(case):
    # In pounds 10.00 + 4.00 - 4.30 - 7.60 - 1.50 - 0.40 - 0.20 + 0.91 = 0.91m are left;
    # of 4.945m + 3.0m - 7.0m euros 0.945m, at 0.85 = 803,250. 4.30m pounds bought
    # 4.945m euros, worth 4,351,600 at 0.88: 51,600 gained that day.
    found = funds(case.book(), "group")
    assert found.control == 0
    assert found.left == 910_000 + 803_250
    assert found.exchanges == (("exchange", Decimal(51_600)),)
    # 445,000 + 500,000 euros of 7.945m were left when rates fell from 0.88 to 0.85;
    # the others went at 0.88 too.
    assert found.revaluation == Decimal("-28_350.00")


def test_the_equity_of_the_group(case):
    # 4.00m came in and 0.20m was spent. 10,000 gilts fell by 4 before they were sold,
    # 70,000 by 5 since. Euros: 445,000 left of those bought at 1 / 1.15, and the loan
    # of 4.5m, both now at 0.85; PropCo owes as many euros as it has, so that nobody of
    # the group gained from another.
    sheet = case.book().balance_sheet("group", DAY)
    equity = {line.account: line.amount for line in sheet.side("equity")}
    euros = Decimal(4_945_000) * (Decimal("0.85") - 1 / Decimal("1.15"))
    assert equity.pop("Equity:Scheme:Translation-Difference") == pytest.approx(euros)
    assert equity == {
        "Equity:Scheme:Realised-Gains": -40_000,
        "Equity:Scheme:Revaluation": -350_000,
        "Expenses:Scheme:Costs": -200_000,
        "Income:Scheme:Contributions": 4_000_000,
    }


def test_what_is_paid(case):
    # 7.0m euros x 0.85 x 0.70 = 4.165m and 0.425m in the bank pay 2.55m secured, and
    # 2.04m of the 3.825m owed to the scheme. That, 1.50m of the employer's, gilts at
    # 96 of 100 and the 0.98m counted are 10.568m for the 9.60m owed to pensioners.
    found = recover(case.book())
    paid = {(one.entity, one.rank): one.paid for one in found.classes}
    assert paid == {
        ("PropCo", "secured"): 2_550_000,
        ("PropCo", "unsecured"): 2_040_000,
        ("Scheme", "customer"): 9_600_000,
    }


def test_a_related_party_is_an_insider(case):
    # The employer is said to be related: a loan to it 87 days before is listed.
    found = {one.flow: one for one in preferences(case.book(), DAY)}
    assert found["employer-loan"].insider
    assert found["employer-loan"].days_before == 87
    assert not found["pensions"].insider


@pytest.mark.parametrize("what", ["equity", "assets", "liabilities"])
def test_a_total_of_the_group_is_found_as_an_entitys_is(what):
    # 15,463,250 of assets less 12,150,000 owed outside are 3,313,250.
    wanted = {
        "equity": "3,313,250.00 GBP",
        "assets": "15,463,250.00 GBP",
        "liabilities": "12,150,000.00 GBP",
    }
    done = CliRunner().invoke(
        main, ["explain", f"balance.group.2024-06-28.{what}", str(LEDGER)]
    )
    assert done.exit_code == 0, done.output
    assert wanted[what] in done.output


def test_numbers_have_no_zeros_that_say_nothing():
    done = CliRunner().invoke(main, ["explain", "exchange", str(LEDGER)])
    assert "market:untraced  308,250.00 GBP" in done.output
