"""Entities that join and leave the group: balances and tests change on that day."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from solvency.analysis.check import evaluate

GROUPS = Path(__file__).parents[1] / "groups"
SOLD = datetime.date(2020, 6, 30)
BETA = '2020-01-01 custom "entity" "Beta" "The second company"\n'
TEST = '2020-01-01 custom "invariant" "balance-sheet" "group"\n'
BY_KEY = f"{BETA}  until: 2020-06-30\n"
BY_DIRECTIVE = f'2020-06-30 custom "membership" "Beta" "leaves"\n{BETA}'


def _sheet(case, day):
    sheet = case.book().balance_sheet("group", day)
    assert sheet.control == sheet.eliminated == 0
    lines = {line.account: line.amount for line in sheet.lines}
    return lines, (sheet.totals.assets, sheet.totals.liabilities, sheet.totals.equity)


@pytest.mark.parametrize("left", [BY_KEY, BY_DIRECTIVE])
def test_a_member_that_is_sold_is_a_stranger_from_that_day(ledger, left):
    text = (GROUPS / "entity-leaves-group.beancount").read_text()
    case = ledger.load(text.replace(BETA, left))
    assert not case.errors
    # The day before: Alfa's 400,000 and Beta's 600,000; the stake is eliminated.
    lines, totals = _sheet(case, SOLD - datetime.timedelta(1))
    assert lines["Assets:Beta:Bank"] == 600_000
    assert totals == (1_000_000, 0, 1_000_000)
    # On the day of the sale: 400,000 + 700,000 for what was worth 600,000.
    lines, totals = _sheet(case, SOLD)
    assert lines == {
        "Assets:Alfa:Bank": 1_100_000,
        "Equity:Alfa:Capital": 1_000_000,
        "Income:Alfa:Gain": 100_000,
    }
    assert totals == (1_100_000, 0, 1_100_000)
    # 50,000 lent to the stranger is an asset: 1,050,000 and 50,000.
    lines, totals = _sheet(case, datetime.date(2020, 9, 30))
    assert lines["Assets:Alfa:Receivables:Beta"] == 50_000
    assert "Assets:Beta:Bank" not in lines
    assert totals == (1_100_000, 0, 1_100_000)
    # Beta's own sheet is there beside, and in no sum: 650,000 less the 50,000 it owes.
    sheet = case.book().balance_sheet("group", datetime.date(2020, 9, 30))
    assert [one.entity for one in sheet.columns] == ["Alfa"]
    assert sheet.own("Beta").totals.equity == 600_000


def test_one_that_comes_back_is_consolidated_again(ledger):
    text = (GROUPS / "entity-leaves-group.beancount").read_text()
    case = ledger.load(
        text.replace(
            BETA,
            '2020-06-30 custom "membership" "Beta" "leaves"\n'
            '2020-09-01 custom "membership" "Beta" "joins"\n' + BETA,
        )
    )
    assert not case.errors
    days = [datetime.date(2020, *day) for day in ((6, 29), (6, 30), (8, 31), (9, 1))]
    assert [case.entities["Beta"].within(day) for day in days] == [
        *(True, False, False, True)
    ]
    assert case.group_at(days[1]) == ("Alfa",)
    # Beta is in again when it is lent 50,000: what members owe is eliminated.
    lines, _ = _sheet(case, datetime.date(2020, 9, 30))
    assert "Assets:Alfa:Receivables:Beta" not in lines
    assert lines["Assets:Beta:Bank"] == 650_000


def test_since_is_the_first_day_in_the_group(ledger):
    text = (GROUPS / "entity-leaves-group.beancount").read_text()
    case = ledger.load(text.replace(BETA, f"{BETA}  since: 2020-02-01\n"))
    # Before, the stake in Beta is an investment like any other: 400,000 + 600,000.
    lines, _ = _sheet(case, datetime.date(2020, 1, 31))
    assert lines["Assets:Alfa:Shares:Beta"] == 600_000
    lines, _ = _sheet(case, datetime.date(2020, 2, 1))
    assert "Assets:Alfa:Shares:Beta" not in lines


def test_tests_are_of_those_in_the_group_on_each_day(ledger):
    # Beta owes its bank 900,000 against 600,000 from March on: with it the group has
    # 1,000,000 against 900,000, without it 1,100,000 against nothing. Were it in to
    # the end, 1,700,000 - 50,000 would stand against 900,000.
    more = (
        '2020-01-01 custom "entity" "Lender" "A bank"\n'
        "2020-01-01 open Assets:Lender:Cash\n"
        '2020-01-01 open Assets:Lender:Loan\n  counterparty: "Beta"\n'
        '2020-01-01 open Liabilities:Beta:Loan\n  counterparty: "Lender"\n'
        "2020-01-01 open Expenses:Beta:Loss\n"
        '2020-03-01 * "Borrows, and loses it" ^src\n'
        "  Assets:Lender:Cash  -1,200,000 USD\n"
        "  Expenses:Beta:Loss   1,200,000 USD\n" + TEST
    )
    text = (GROUPS / "entity-leaves-group.beancount").read_text()
    always = ledger.load(text + more)
    (found,) = evaluate(always.book(), draws=0).findings
    # 1,000,000 less 1,200,000 until the sale brings 700,000.
    assert (found.first, found.amount) == (datetime.date(2020, 3, 1), 200_000)
    assert not found.spells[-1].lasting
    sold = ledger.load(text.replace(BETA, BY_KEY) + more)
    assert not sold.errors
    result = evaluate(sold.book(), draws=0)
    (found,) = result.findings
    assert (found.first, found.amount) == (datetime.date(2020, 3, 1), 200_000)
    (series,) = result.series.values()
    have = dict(zip(series.days, series.have, strict=True))
    need = dict(zip(series.days, series.need, strict=True))
    assert (have[SOLD], need[SOLD]) == (1_100_000, 0)
    # In draws too, where nothing is uncertain.
    assert evaluate(sold.book(), draws=16).findings[0].first == found.first


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        (f"{BETA}  since: 2020-07-01\n  until: 2020-06-30\n", "membership"),
        (f'2020-06-30 custom "membership" "Betta" "leaves"\n{BETA}', "membership"),
        (f'2020-06-30 custom "membership" "Beta" "is sold"\n{BETA}', "membership"),
        (f"{BETA}  untill: 2020-06-30\n", "metadata"),
    ],
)
def test_what_is_written_wrongly_is_told(ledger, written, rule):
    text = (GROUPS / "entity-leaves-group.beancount").read_text()
    (error,) = ledger.load(text.replace(BETA, written)).errors
    assert error.rule == rule
