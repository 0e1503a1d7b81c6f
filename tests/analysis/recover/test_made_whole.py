"""What came later: coins dearer than money, withdrawals, preferences, sales."""

from __future__ import annotations

import datetime

import pytest
from analysis.recover.books import AT
from analysis.recover.books import WORLD
from analysis.recover.books import flow
from click.testing import CliRunner
from preamble import PREAMBLE

from solvency.analysis.recover.distributions import ClassPayment
from solvency.analysis.recover.distributions import distributions
from solvency.analysis.recover.made_whole import afterwards
from solvency.analysis.recover.made_whole import in_kind
from solvency.analysis.recover.made_whole import later_days
from solvency.analysis.recover.made_whole import record
from solvency.analysis.recover.made_whole import tide
from solvency.analysis.recover.preferences import preferences
from solvency.analysis.recover.recover import recover
from solvency.analysis.recover.suspect_periods import reaches
from solvency.analysis.recover.tables import paid
from solvency.cli import main

COINS = """\
2021-01-01 price BTC 100 USD
  source: "court"
2021-06-30 price BTC 50 USD
  source: "court"
2021-09-30 price BTC 400 USD
  source: "court"
"""


def test_made_whole_in_money_is_not_made_whole_in_kind(ledger):
    # One coin owed, worth 50 at the petition and paid in full; later it is worth 400.
    text = (
        WORLD
        + COINS
        + flow(
            "2021-01-05",
            "coin",
            ("Equity:Customers:Wealth", "-1 BTC"),
            ("Assets:FTX:Custody", "1 BTC"),
        )
    )
    book = ledger.case(text).book()
    found = recover(book, AT)
    days = later_days(book, found)
    assert days == (datetime.date(2021, 9, 30),)
    row = in_kind(book, found, days)[0]
    assert (row.units, row.value, row.worth) == (1, 50, 400)
    rate = found.rate("FTX", "customer")
    assert float(row.rate) == pytest.approx(float(rate) * 50 / 400, abs=1e-4)
    assert in_kind(book, found, [datetime.date(2022, 6, 30)])[0].worth is None


def test_what_covers_another_debt_is_not_shared_with_a_claim_in_coins(ledger):
    # The lender's 20 are pledged. FTX's 140, one coin among it, share the rest with
    # what is left of the lender's 50.
    text = (
        WORLD
        + COINS
        + flow(
            "2021-01-05",
            "coin",
            ("Equity:Customers:Wealth", "-1 BTC"),
            ("Assets:FTX:Custody", "1 BTC"),
        )
        + flow(
            "2021-01-06",
            "borrowed",
            ("Assets:FTX:Custody", "-1 BTC"),
            ("Expenses:Alameda:Costs", "1 BTC"),
            ("Assets:FTX:Receivables:Alameda", "1 BTC"),
            ("Liabilities:Alameda:Payables:FTX", "-1 BTC"),
        )
    )
    book = ledger.case(text).book()
    found = recover(book, AT)
    (row,) = (
        one
        for one in in_kind(book, found, later_days(book, found))
        if one.entity == "Alameda"
    )
    (debt,) = (
        one
        for one in found.alone.paid
        if (one.debt.debtor, one.debt.commodity) == ("Alameda", "BTC")
    )
    assert float(row.paid) == pytest.approx(float(debt.paid), abs=0.005)
    assert row.paid < 50 * found.rate("Alameda", "unsecured")


def test_a_claim_in_coins_that_is_fixed_in_money_counts_at_that_price(ledger):
    # The coin is worth 50 at the petition, and the law counts it at 45. The exchange
    # pays nobody; after it FTX owes 45 dollars, whatever a coin costs.
    text = (
        WORLD
        + COINS
        + '2021-08-31 event "plan" "The plan is confirmed"\n'
        + '2021-08-31 price BTC 80 USD\n  source: "court"\n'
        + flow(
            "2021-01-05",
            "coin",
            ("Equity:Customers:Wealth", "-1 BTC"),
            ("Assets:FTX:Custody", "1 BTC"),
        )
        + flow(
            "2021-07-01",
            "fixed",
            ("Liabilities:FTX:Owed", "1 BTC @ 45 USD"),
            ("Liabilities:FTX:Owed", "-45 USD"),
            ("Assets:Customers:Deposits:FTX", "-1 BTC @ 45 USD"),
            ("Assets:Customers:Deposits:FTX", "45 USD"),
        )
    )
    book = ledger.case(text).book()
    found = recover(book, AT)
    rows = in_kind(book, found, later_days(book, found))
    assert [(row.later.month, row.units, row.value, row.worth) for row in rows] == [
        (8, 1, 45, 80),
        (9, 1, 45, 400),
    ]
    assert {row.fixed for row in rows} == {("fixed", 45)}
    paid = 45 * found.rate("FTX", "customer")
    assert float(rows[0].paid) == pytest.approx(float(paid), abs=0.005)
    assert distributions(book, found) == ()
    # 200 dollars and the coin before; 200 and 45 after.
    owed = [
        book.balance_sheet("FTX", at).totals.liabilities
        for at in (AT, datetime.date(2021, 9, 30))
    ]
    assert owed == [250, 245]


def test_a_rising_tide_counts_what_was_withdrawn(ledger):
    # Customers put in 200 and took 40 out; a second one put in 100 and took nothing.
    # 260 are owed; custody's 120 and what Alameda pays, 82.35, are shared.
    text = WORLD + (
        '2020-01-01 custom "entity" "Second" "Another customer"\n'
        "2020-01-01 open Equity:Second:Wealth\n"
        "2020-01-01 open Assets:Second:Deposits\n"
        '  counterparty: "FTX"\n'
        "2020-01-01 open Liabilities:FTX:Second\n"
        '  counterparty: "Second"\n'
        '  rank: "customer"\n'
    )
    text += flow(
        "2021-01-06",
        "second",
        ("Equity:Second:Wealth", "-100 USD"),
        ("Assets:FTX:Custody", "100 USD"),
    )
    text += flow(
        "2021-02-06",
        "out",
        ("Assets:FTX:Custody", "-40 USD"),
        ("Equity:Customers:Wealth", "40 USD"),
    )
    book = ledger.case(text).book()
    found = recover(book, AT)
    rows = {row.creditor: row for row in tide(book, found)}
    paid = next(one.paid for one in found.classes if one.rank == "customer")
    assert sum(row.rising_tide for row in rows.values()) == pytest.approx(paid)
    assert (rows["Customers"].deposited, rows["Customers"].withdrawn) == (200, 40)
    # Level: (paid + 40) / 300 of deposits, less what was withdrawn.
    level = (paid + 40) / 300
    assert float(rows["Second"].rising_tide) == pytest.approx(
        float(level * 100), abs=0.01
    )
    assert rows["Second"].rising_tide > rows["Second"].pro_rata


def test_a_rising_tide_counts_the_day_of_the_petition_and_no_day_after(ledger):
    # 200 were put in before; 10 more on the day itself, 1 the day after.
    text = WORLD + "".join(
        flow(
            day,
            f"in-{day}",
            ("Equity:Customers:Wealth", f"-{amount} USD"),
            ("Assets:FTX:Custody", f"{amount} USD"),
        )
        for day, amount in (("2021-06-30", 10), ("2021-07-01", 1))
    )
    book = ledger.case(text).book()
    (row,) = tide(book, recover(book, AT))
    assert (row.deposited, row.withdrawn, row.claim) == (210, 0, 210)


def test_preferences_reach_back_90_days_and_a_year_to_insiders(ledger):
    text = WORLD + "".join(
        flow(
            day,
            f"paid-{day}",
            ("Assets:Alameda:Bank", "-1 USD"),
            ("Equity:Lender:Wealth", "1 USD"),
        )
        for day in ("2021-03-31", "2021-04-01", "2021-06-29")
    )
    text += flow(
        "2021-06-29",
        "again",
        ("Equity:Lender:Wealth", "-2 USD"),
        ("Assets:Alameda:Bank", "2 USD"),
    )
    found = preferences(ledger.case(text).book(), AT)
    lender = [row for row in found if row.transferee == "Lender"]
    # 31 March is 91 days before 30 June, 1 April is 90; the pledge is older.
    assert [row.date.isoformat() for row in lender] == ["2021-04-01", "2021-06-29"]
    assert [row.new_value for row in lender] == [2, 0]
    assert {row.kind for row in lender} == {"debt"}
    founder = next(row for row in found if row.transferee == "Founder")
    assert (founder.kind, founder.insider, founder.amount) == ("loan", True, 20)


@pytest.mark.parametrize(
    ("petition", "days"),
    [
        ("2022-11-11", (90, 365, 730)),
        # 29 February 2020 lies within a year, or within two.
        ("2020-06-30", (90, 366, 731)),
        ("2021-06-30", (90, 365, 731)),
        ("2020-02-29", (90, 366, 731)),
    ],
)
def test_a_year_is_one_of_the_calendar(petition, days):
    assert reaches(datetime.date.fromisoformat(petition)) == days


def test_what_came_afterwards_stands_beside_what_was_expected(ledger):
    text = WORLD + flow(
        "2021-08-01",
        "sale",
        ("Assets:Alameda:Stakes", "-30 USD"),
        ("Assets:Alameda:Bank", "90 USD"),
        ("Expenses:Alameda:Costs", "-60 USD"),
    )
    text += (
        '2022-01-31 custom "observation" Liabilities:FTX:Owed 190 USD\n'
        '  source: "court"\n'
        "  from: 2021-07-01\n"
        '  side: "out"\n'
    )
    book = ledger.case(text).book()
    found = recover(book, AT)
    row = afterwards(book, found)[0]
    assert (row.flow, row.expected, row.fetched) == ("sale", 15, 90)
    said = record(book, found)
    assert [one.amount for one in said] == [190]
    # What a flow pays and what a source says was paid are told apart.
    told = paid(found, said, distributions(book, found))
    assert "no flow of the books" not in told
    moved = ClassPayment(AT, "f", "FTX", "customer", "", 7, 200, 7)
    told = paid(found, said, [moved])
    assert "debts fall by 7 USD, paid or given up; what sources say, above" in told
    assert "2022-01-31, grade A1: " in told
    assert "shares that sources give are of claims as they were allowed" in told


def test_what_paid_a_debt_with_change_was_no_sale(ledger):
    # 60 of custody: 50 to customers, and 10 into the bank, at no loss. Stakes that went
    # for 20 and for what the lender was owed, 12, were sold, and expected to fetch 15.
    text = (
        WORLD
        + flow(
            "2021-07-10",
            "paid",
            ("Assets:FTX:Custody", "-60 USD"),
            ("Assets:FTX:Bank", "10 USD"),
            ("Liabilities:FTX:Owed", "50 USD"),
            ("Assets:Customers:Deposits:FTX", "-50 USD"),
            ("Assets:Customers:Bank", "50 USD"),
        )
        + flow(
            "2021-07-11",
            "sold",
            ("Assets:Alameda:Stakes", "-30 USD"),
            ("Assets:Alameda:Bank", "20 USD"),
            ("Liabilities:Alameda:Loans:Lender", "12 USD"),
            ("Assets:Lender:Loans:Alameda", "-12 USD"),
            ("Equity:Lender:Wealth", "12 USD"),
            ("Expenses:Alameda:Costs", "-2 USD"),
        )
        # Moved from one account to another of the same company: nothing was sold.
        + flow(
            "2021-07-12",
            "moved",
            ("Assets:FTX:Custody", "-5 USD"),
            ("Assets:FTX:Bank", "5 USD"),
        )
    )
    book = ledger.case(text).book()
    rows = afterwards(book, recover(book, AT))
    assert [(x.flow, x.expected, x.fetched) for x in rows] == [
        ("paid", 10, 10),
        ("sold", 15, 20),
    ]


def test_what_falls_under_two_laws_stands_apart(ledger):
    # Two years before 30 June 2021 is 1 July 2019. A loan to the founder of 5 on a day
    # nobody gives, between January 2019 and May 2021, may lie within it or before.
    text = WORLD + flow(
        "2020-12-31",
        "undated",
        ("Assets:Alameda:Bank", "-5 USD"),
        ("Assets:Founder:Cash", "5 USD"),
        earliest="2019-01-01",
        latest="2021-05-31",
    )
    text += flow(
        "2021-06-29",
        "repaid",
        ("Assets:Alameda:Bank", "-1 USD"),
        ("Equity:Lender:Wealth", "1 USD"),
    )
    found = preferences(ledger.case(text).book(), AT)
    loans = {row.flow: row for row in found if row.kind == "loan"}
    assert {row.law for row in loans.values()} == {"548"}
    assert {name: (x.dated, x.amount) for name, x in loans.items()} == {
        "founder": (True, 20),
        "undated": (False, 5),
        # Alameda, which has no petition, is an insider of FTX, which has one.
        "taken": (True, 40),
    }
    assert {row.debtor: row.petitioned for row in found} == {
        "FTX": True,
        "Alameda": False,
    }
    both = WORLD + '2021-06-30 event "petition" "Alameda"\n'
    of_both = preferences(ledger.case(both).book(), AT)
    assert "taken" not in {row.flow for row in of_both}
    assert all(row.petitioned for row in of_both)
    assert [row.law for row in found if row.flow == "repaid"] == ["547"]
    # On the table what may lie outside stands under a head of its own, with its bounds.
    path = ledger.write(PREAMBLE + text)
    run = ["recover", "--table", "preferences", str(path)]
    printed = CliRunner().invoke(main, run, env={"COLUMNS": "160"}).output
    lines = [line.rstrip() for line in printed.splitlines()]
    starts = ("On debts", "Loans", "Alameda")
    told = [line for line in lines if line.startswith(starts)]
    assert [line for line in told if not line.startswith("Alameda")] == [
        "On debts, within the period",
        "Loans, gifts and purchases, within the period",
        "Loans, gifts and purchases, by their bounds perhaps outside it",
    ]
    assert "undated" in told[-1]
    assert "2019-01-01 to 2021-05-31" in told[-1]


def test_a_purchase_stands_beside_what_came_back_of_it(ledger):
    # 30 of stakes bought, beside 30 before; 10 sold later for 12, half of it of these.
    text = (
        WORLD
        + flow(
            "2021-06-10",
            "more",
            ("Assets:Alameda:Bank", "-30 USD"),
            ("Assets:Alameda:Stakes", "30 USD"),
        )
        + flow(
            "2021-08-01",
            "sold",
            ("Assets:Alameda:Stakes", "-10 USD"),
            ("Assets:Alameda:Bank", "12 USD"),
            ("Expenses:Alameda:Costs", "-2 USD"),
        )
    )
    found = preferences(ledger.case(text).book(), AT)
    row = next(row for row in found if row.flow == "more")
    assert (row.kind, row.law, row.insider) == ("purchase", "548", False)
    assert (row.amount, row.given_back) == (30, 6)


def test_a_rate_taken_from_the_outcome_is_no_expectation(ledger):
    sale = flow(
        "2021-08-01",
        "sale",
        ("Assets:Alameda:Stakes", "-30 USD"),
        ("Assets:Alameda:Bank", "15 USD"),
        ("Expenses:Alameda:Costs", "15 USD"),
    )
    said = '  recovery-basis: "outcome"\n  recovery: 0.50'
    text = WORLD.replace("  recovery: 0.50", said)
    assert text != WORLD
    for world, outcome in ((WORLD, False), (text, True)):
        book = ledger.case(world + sale).book()
        row = afterwards(book, recover(book, AT))[0]
        assert (row.expected, row.fetched, row.outcome) == (15, 15, outcome)


def test_who_is_paid_for_shares_is_who_gets_the_money(ledger):
    # Alameda pays FTX 10 for its shares; the payee says who acted, and is the buyer.
    text = (
        WORLD
        + '2020-01-01 open Assets:Alameda:Shares\n  stake-in: "FTX"\n'
        + flow(
            "2021-06-10",
            "shares",
            ("Assets:Alameda:Shares", "10 USD"),
            ("Assets:Alameda:Bank", "-10 USD"),
            ("Assets:FTX:Bank", "10 USD"),
            ("Equity:FTX:Shares", "-10 USD"),
        ).replace('"shares" ^', '"Alameda" "shares" ^')
    )
    found = preferences(ledger.case(text).book(), AT)
    (row,) = (row for row in found if row.flow == "shares")
    assert (row.debtor, row.transferee, row.insider) == ("Alameda", "FTX", True)
