"""A case of another kind, a fund and its feeder, each number worked by hand."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import solvency
from solvency.analysis.check import evaluate
from solvency.analysis.recover.recover import recover
from solvency.analysis.sources_uses import funds
from solvency.analysis.trace.trace import follow
from solvency.cli import main
from solvency.report import build

LEDGER = Path(__file__).parents[1] / "groups" / "fund.beancount"


@pytest.fixture(scope="module")
def case():
    case = solvency.load(LEDGER)
    assert not case.errors
    return case


def _side(sheet, side):
    return {line.account: line.amount for line in sheet.side(side)}


def _table(report, key):
    return next(table for table in report.tables if table.key == key)


def _words(table):
    return {row.key: [cell and cell.value for cell in row.cells] for row in table.rows}


@pytest.fixture(scope="module")
def report(case):
    return build(
        case, case.book(), kind="reconstruction", sections=("segregation", "funds")
    )


def test_the_group_at_market(case):
    # Dollars at 0.90. Fund: 1,000 - 300 - 400 = 300 euros and 1,250 - 1,000 + 400 +
    # 100 = 750 dollars = 675; set aside 400 and 200 - 150 = 50 dollars = 45; 20 notes
    # at 40 dollars = 720; the manager owes 300. The feeder has 250 dollars = 225.
    sheet = case.book().balance_sheet("group")
    assert _side(sheet, "asset") == {
        "Assets:Feeder:Cash": 225,
        "Assets:Fund:Cash": 975,
        "Assets:Fund:Holders-Account": 445,
        "Assets:Fund:Loans:Manager": 300,
        "Assets:Fund:Notes": 720,
    }
    assert _side(sheet, "liability") == {
        "Liabilities:Fund:Facility": 360,
        "Liabilities:Fund:Redemptions:Dollar": 180,
        "Liabilities:Fund:Redemptions:Euro": 500,
    }
    assert sheet.control == sheet.eliminated == 0
    # Units cost 1,000 - 500 = 500 euros outside, and 1,250 dollars = 1,000 of the
    # feeder: a third of the fund's 2,440 - 1,040 is outsiders'.
    (found,) = sheet.outsiders
    assert round(found.amount, 2) == Decimal("466.67")


def test_units_of_the_fund_are_in_no_pool_with_dollars(case):
    # The group's dollars: 1,500 - 1,000 + 400 = 900 at 0.80 = 720, and 200 at 0.90:
    # 900 for 1,100. Of these 150 leave, 950 at 0.8182 = 777.27, and 100 come at 0.90:
    # 867.27 for 1,050, which is 0.82597. The feeder's 250 cost the group 206.49.
    sheet = case.book().balance_sheet("group", basis="book")
    cash = _side(sheet, "asset")["Assets:Feeder:Cash"]
    assert round(cash, 2) == Decimal("206.49")
    # The feeder's own: 250 dollars and 1,250 of units, at 0.80.
    own = next(one for one in sheet.columns if one.entity == "Feeder")
    assert _side(own, "asset") == {
        "Assets:Feeder:Cash": 200,
        "Assets:Feeder:Units:Fund": 1000,
    }


def test_dollars_bought_later_leave_the_cost_of_units_as_it_was(ledger):
    # 1,500 dollars more at 0.90 make cash dearer: 1,550 for 1,750. Units stay 1,000.
    text = (
        LEDGER.read_text(encoding="utf-8")
        + """
2024-06-01 * "Dollar-Holders" "Subscribe again" ^liquidator
  Equity:Dollar-Holders:Wealth       -1,500 USD
  Assets:Dollar-Holders:Units:Feeder  1,500 USD
  Assets:Feeder:Cash                  1,500 USD
  Equity:Feeder:Units                -1,500 USD
"""
    )
    sheet = ledger.load(text).book().balance_sheet("Feeder", basis="book")
    assert {name: round(x) for name, x in _side(sheet, "asset").items()} == {
        "Assets:Feeder:Cash": 1550,
        "Assets:Feeder:Units:Fund": 1000,
    }


def test_where_money_came_from(case):
    # Units: 1,500 dollars at 0.80 and 1,000 euros; 400 dollars of the bank at 0.80,
    # 200 of holders and a coupon of 100 at 0.90. Notes 1,000 dollars at 0.80; the
    # manager 300 and 150 dollars at 0.90. Dollars: 250 and 650 rose by 0.10.
    found = funds(case.book(), "group")
    assert {(line.side, line.label): line.amount for line in found.lines} == {
        ("source", "capital"): 2200,
        ("source", "Bank"): 320,
        ("source", "customers"): 180,
        ("source", "coupons"): 90,
        ("use", "notes"): 800,
        ("use", "manager"): 435,
    }
    assert (found.revaluation, found.left, found.control) == (90, 1645, 0)


def test_what_the_feeder_gives_for_units_stays_in_the_group(report):
    # 1,000 went from the feeder to the fund: it is no capital from outside.
    drawn = _words(_table(report, "flow-of-funds").plotted)
    assert drawn["Feeder>Fund"] == [1000]
    assert drawn["<capital>Fund"] == [1000]
    assert drawn["<capital>Feeder"] == [1200]
    into = sum(one for key, (one,) in drawn.items() if key.startswith("<"))
    assert into == 2200 + 320 + 180 + 90


def test_two_currencies_owed_are_one_sum_at_market(report):
    # Owed 500 euros and 200 dollars, held 400 and 50: 680 and 445 at 0.90.
    last = _words(_table(report, "cover-table-Fund"))["2024-06-30"]
    assert last[:3] == [680, 445, 235]
    assert "Owed to Holders" in _table(report, "cover-table-Fund").columns[0].title


def test_what_broke_and_when(case):
    # 500 are owed from 31 March, 400 set aside on 2 April; 150 of 200 dollars gone.
    found = evaluate(case.book(), draws=0).findings
    told = {(x.invariant, x.of): (x.first, x.amount) for x in found if x.first}
    day = datetime.date
    assert told["customer-assets", "EUR"] == (day(2024, 3, 31), 500)
    assert told["customer-assets", "USD"] == (day(2024, 4, 20), 150)
    # On 1 March the notes have no price yet: 400 dollars stand against nothing.
    assert told["loan-to-value", "Bank"] == (day(2024, 3, 1), 320)
    # A tenth of 700 euros, 250 dollars and the loan of 300 is 120.
    assert told["related-party-exposure", ""] == (day(2024, 2, 15), 180)


def test_who_gets_what(case):
    # The fund: notes less 20, 10 or 5 in a hundred, 445 set aside, 975, and the loan,
    # of which nothing at low: 1,996, 2,368, 2,404. The feeder has two thirds of what
    # the 1,040 owed leave, beside 225.
    found = recover(case.book())
    feeder, fund = found.statements
    worth = [sum(line.worth[at] for line in fund.lines) for at in range(3)]
    assert worth == [1996, 2368, 2404]
    worth = [sum(line.worth[at] for line in feeder.lines) for at in range(3)]
    assert worth == [Decimal(x) for x in ("862.33", "1110.33", "1134.33")]
    # At book both have what their balance sheets show.
    for one, name in ((feeder, "Feeder"), (fund, "Fund")):
        sheet = case.book().balance_sheet(name, basis="book")
        book = sum(line.book for line in one.lines)
        assert round(book, 6) == round(sheet.totals.assets, 6)


def test_dollars_set_aside_paid_the_manager(case):
    found = follow(case.book(), ["Assets:Fund:Holders-Account"], commodity="USD")
    assert [(one.flow, one.amount) for one in found.outlays] == [("N-10", 150)]
    assert found.beside == ("EUR",)


def test_the_report_prints_and_speaks_of_holders(tmp_path):
    # The one hypothesis is of the manager, outside: it takes nothing of the group's,
    # so that nothing is added up, and what it explains is told all the same.
    page = tmp_path / "fund.html"
    done = CliRunner().invoke(main, ["report", "-o", str(page), str(LEDGER)])
    assert done.exit_code == 0, done.output
    said = " ".join(re.sub(r"<[^>]+>", "", page.read_text(encoding="utf-8")).split())
    assert "Fund owed its Holders" in said
    assert not re.search(r"\bcustomers\b|\bcoins?\b|\btokens?\b", said)
    assert "One explanation is held" in said
    assert "there is nothing to add up" in said
    # Tests of the whole group are listed with those of its members.
    assert "The group: which tests it failed" in said
    assert "are of outsiders, who have 33% of Fund" in said
