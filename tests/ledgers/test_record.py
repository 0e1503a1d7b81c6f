"""The FTX case against what is on the record: each figure, its source, its tolerance.

Where the books differ from a figure by more than its source allows, the test says
by how much and why, so that a change on either side is seen.
"""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

import solvency
from solvency.analysis.check import evaluate

MILLION = Decimal(10**6)
MID_2022 = datetime.date(2022, 6, 30)
PETITION = datetime.date(2022, 11, 11)


@pytest.fixture(scope="module")
def book(ledgers):
    return solvency.load(
        ledgers / "ftx" / "main.beancount", scenario="established"
    ).book()


@pytest.fixture(scope="module")
def findings(book):
    return evaluate(book, draws=1000)


def millions(book, day, *accounts):
    """Return what accounts are worth at market, debts as positive, in millions."""
    total = Decimal()
    for account in accounts:
        for commodity, units in book.units_of([account], day).items():
            price = book.prices.at(commodity, day).number
            total += units * price * (-1 if account.startswith("Liabilities") else 1)
    return float(total / MILLION)


def test_owed_and_held_in_dollars_in_mid_2022(book):
    # Easton, United States v. Bankman-Fried, 18 October 2023: 11.3 billion owed, 2.3
    # billion in the banks; rounded to a tenth.
    owed = ("Dollars", "Genesis", "BlockFi")
    assert millions(
        book, MID_2022, *(f"Liabilities:FTX:Customers:{one}" for one in owed)
    ) == pytest.approx(11_300, abs=50)
    held = millions(book, MID_2022, "Assets:FTX:Custody:Dollars")
    assert held == pytest.approx(2_300, abs=50)


def test_customers_claims_exceed_what_is_held_from_march_2021(findings):
    # Easton, the same day: from about March 2021.
    (found,) = (
        one
        for one in findings.findings
        if (one.invariant, one.entity) == ("customer-assets-clean", "FTX")
    )
    assert (found.first.year, found.first.month) == (2021, 3)
    assert found.probability == 1.0
    # The amount was worked out from another figure, and no source gives its day: that
    # it agrees with Easton is put in, and said to be.
    (test,) = (
        one for one in findings.tests if (one.key, one.on) == (found.key, "books")
    )
    assert test.by_construction
    assert test.day == (datetime.date(2019, 5, 8), datetime.date(2021, 7, 15))
    # It may be any of those 800 days, and breaks the test on it. One draw in twenty has
    # it by the 40th, 17 June 2019, which counts as the next of the days that are told
    # apart: the end of the month, if no other comes before.
    assert datetime.date(2019, 5, 8) < found.first_earliest
    assert found.first_earliest <= datetime.date(2019, 6, 30)
    # As many have it after the 760th, 6 June 2021, which counts as the end of that
    # month; by then what else has no day may have broken it.
    assert found.first < found.first_latest <= datetime.date(2021, 6, 30)


def test_what_nobody_gives_a_day_has_bounds(book):
    # Insiders' payments of the debtors' list, the bitcoin taken, the first wires.
    for name in ("F-0025", "F-0052", "F-0053", "F-0054", "F-0101", "F-0108", "F-0119"):
        flow = book.case.by_id[name]
        assert flow.earliest < flow.date < flow.latest, name


def test_alameda_is_short_without_claims_on_insiders_and_own_tokens(book):
    # 20,571 of assets less 614 of FTT and 5,251 owed by insiders and Paper Bird is
    # 14,705, against debts of 15,366.
    sheet = book.balance_sheet("Alameda", PETITION, basis="clean")
    assert float(sheet.totals.equity / MILLION) == pytest.approx(-661, abs=1)


def test_a_rate_taken_from_the_outcome_is_called_one(book):
    accounts = book.case.accounts
    assert {
        name for name, one in accounts.items() if one.recovery_basis == "outcome"
    } == {"Assets:Alameda:Ventures:Modulo", "Assets:FTX:Stakes:FTX-Europe"}


def test_the_shortfall_of_ftx_us(book):
    # Debtors' presentation, 2 March 2023: 191 located, 28 receivable, 335 owed: -116.
    # The books have 200 in custody on the day, a round figure, so 9 more.
    own = millions(
        book, PETITION, "Assets:FTX-US:Custody", "Assets:FTX-US:Receivables:Customers"
    )
    owed = millions(book, PETITION, "Liabilities:FTX-US:Customers")
    assert owed == pytest.approx(335, abs=0.5)
    assert own - owed == pytest.approx(-116, abs=10)


def test_the_shortfall_of_ftx_com(book):
    # The same: Alameda's net borrowing 9.3 billion (a rounding of 0.05, and prices of
    # another day); a deficit of 8.6 billion in what is liquid and receivable.
    day = PETITION + datetime.timedelta(days=1)  # after the coins taken that night
    lent = millions(book, day, "Assets:FTX:Receivables:Alameda")
    assert lent == pytest.approx(9_300, rel=0.01)
    own = millions(book, day, "Assets:FTX:Custody", "Assets:FTX:Receivables:Customers")
    owed = millions(book, day, "Liabilities:FTX:Customers")
    # By the books 8.8: they owe 10.0 where the presentation's figures make 9.7.
    assert own - owed == pytest.approx(-8_600, rel=0.04)


def test_what_is_found_of_ftx_com(book):
    # The same: 2.2 billion located in wallets and accounts; the observation allows a
    # tenth for the prices of another day. What the Bahamas took was not in them.
    found = millions(
        book, PETITION, "Assets:FTX:Custody", "Assets:FTX:Bank", "Assets:FTX:Coins"
    )
    assert found == pytest.approx(2_200, rel=0.12)


def test_alameda_without_the_token_of_its_affiliate(book):
    # CoinDesk, 2 November 2022: 3.66 billion of unlocked FTT and 2.16 billion pledged.
    # Clean is without what insiders and Paper Bird owe too: 5.25 billion of loans.
    market = book.balance_sheet("Alameda", MID_2022)
    clean = book.balance_sheet("Alameda", MID_2022, basis="clean")
    tokens = float((market.totals.assets - clean.totals.assets) / MILLION)
    assert tokens == pytest.approx(3_660 + 2_160 + 5_250, abs=10)


def test_alamedas_total_is_not_the_sheets(book):
    # CoinDesk: 14.6 billion in all, so 8.8 without FTT. The established books have
    # twice that, since what Alameda lost is what the hypotheses are about: 8.1 billion
    # in its bank account where the sheet has 3.5 of coins and cash; 5.3 lent to
    # insiders and to Paper Bird, which the sheet does not name; 4.4 of ventures where
    # it has 2.0; and SRM in full where it marks what is locked at half, and less.
    sheet = book.balance_sheet("Alameda", MID_2022)
    insiders = sum(
        float(line.amount / MILLION)
        for line in sheet.side("asset")
        if ":Loans:" in line.account and "Voyager" not in line.account
    )
    rest = {
        "bank": (millions(book, MID_2022, "Assets:Alameda:Bank"), 3_504),
        "insiders": (insiders, 0),
        "ventures": (millions(book, MID_2022, "Assets:Alameda:Ventures"), 2_000),
        "SRM": (millions(book, MID_2022, "Assets:Alameda:Tokens:SRM"), 2_080),
    }
    excess = float(sheet.totals.assets / MILLION) - 14_600
    explained = sum(ours - theirs for ours, theirs in rest.values())
    assert excess > 0
    # What is left is SOL, marked at half where locked, and rounding.
    assert excess - explained == pytest.approx(0, abs=1_000)
