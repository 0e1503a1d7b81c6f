"""A case of another kind, an insurer in two currencies, each number worked by hand."""

from __future__ import annotations

import datetime
from dataclasses import astuple
from decimal import Decimal
from pathlib import Path

import pytest

import solvency
from solvency.analysis.check import evaluate
from solvency.analysis.recover.recover import recover
from solvency.analysis.sources_uses import funds
from solvency.analysis.stress.stress import stress
from solvency.analysis.trace.trace import follow
from solvency.model.restated_observations import restated
from solvency.report import build

LEDGER = Path(__file__).parents[1] / "groups" / "insurer.beancount"


@pytest.fixture(scope="module")
def case():
    case = solvency.load(LEDGER)
    assert not case.errors
    return case


def _side(sheet, side):
    return {line.account: line.amount for line in sheet.side(side)}


def test_the_group_in_euros(case):
    # Bank: 1,000 - 600 - 120 + 500 = 780. Bonds: 6 at 90. Branch: 300 GBP at 1.25 = 375
    # against claims of 360 GBP = 450. Between the two 100 GBP = 125, eliminated.
    sheet = case.book().balance_sheet("group")
    assert _side(sheet, "asset") == {
        "Assets:Mutual-UK:Bank": 375,
        "Assets:Mutual:Bank": 780,
        "Assets:Mutual:Bonds": 540,
        "Assets:Mutual:Due:Reinsurer": 300,
    }
    assert _side(sheet, "liability") == {
        "Liabilities:Mutual-UK:Claims": 450,
        "Liabilities:Mutual:Claims": 1400,
    }
    # Sterling: 100 came at 1.20 and 200 at 1.10 = 340, now 375: 35; the loan of 100 is
    # 5 dearer: 30 of the branch, and 5 that the head office gains on it.
    assert _side(sheet, "equity") == {
        "Equity:Mutual-UK:Translation-Difference": 30,
        "Equity:Mutual:Fund": 1000,
        "Equity:Mutual:Revaluation": -60,
        "Equity:Mutual:Translation-Difference": 5,
        "Expenses:Mutual-UK:Losses": -450,
        "Expenses:Mutual:Losses": -1100,
        "Income:Mutual-UK:Premiums": 220,
        "Income:Mutual:Premiums": 500,
    }
    assert astuple(sheet.totals) == (1995, 1850, 145)
    assert sheet.control == 0


def test_the_group_in_sterling(case):
    # At 1.25: 1,995 / 1.25 = 1,596, 1,850 / 1.25 = 1,480. The fund came at 1.20 and is
    # 833.33; premiums of 500 euros on 1 March at 1.20 too: 416.67. The bonds lost 60
    # euros = 48. What is left is the rate's: 116 - (833.33 + 416.67 + 200 - 360 - 880
    # - 48) = -46.
    sheet = restated(case, "GBP").book().balance_sheet("group")
    assert astuple(sheet.totals) == (1596, 1480, 116)
    equity = {name: round(x, 2) for name, x in _side(sheet, "equity").items()}
    assert equity == {
        "Equity:Mutual:Fund": Decimal("833.33"),
        "Equity:Mutual:Revaluation": -48,
        "Equity:Mutual:Translation-Difference": -46,
        "Expenses:Mutual-UK:Losses": -360,
        "Expenses:Mutual:Losses": -880,
        "Income:Mutual-UK:Premiums": 200,
        "Income:Mutual:Premiums": Decimal("416.67"),
    }


def test_where_money_came_from(case):
    # 1,000 + 500 + 220 (200 GBP at 1.10) less 600 leaves 1,120; the rate adds 35.
    found = funds(case.book(), "group")
    told = {(line.side, line.label): line.amount for line in found.lines}
    assert told == {
        ("source", "capital"): 1000,
        ("source", "premiums"): 720,
        ("use", "bonds"): 600,
    }
    assert (found.revaluation, found.left, found.control) == (35, 1155, 0)


def test_what_broke_and_when(case):
    # The branch owes 575 and has 375 from the flood on. Prices of 2 January are good
    # for 120 days, to 2 May; the next are of 30 June.
    found = evaluate(case.book(), draws=0).findings
    told = {
        (one.invariant, one.entity, one.commodity): one for one in found if one.first
    }
    assert told.keys() == {
        ("balance-sheet", "Mutual-UK", None),
        ("price-coverage", "group", "BUND"),
        ("price-coverage", "group", "GBP"),
    }
    broke = told["balance-sheet", "Mutual-UK", None]
    assert broke.first == datetime.date(2023, 9, 29)
    stale = told["price-coverage", "group", "GBP"]
    assert stale.first == datetime.date(2023, 5, 3)


def test_who_gets_what(case):
    # Mutual: 780 of cash, bonds of 540 less 10, 5 or 2 in a hundred, 80 of 100 of what
    # the reinsurer owes: 1,506, 1,533, 1,549.20 against 1,400. Its branch has 375 for
    # claims of 450, and nothing for the 125 it owes its head office.
    found = recover(case.book())
    mutual, branch = found.statements
    worth = [sum(line.worth[at] for line in mutual.lines) for at in range(3)]
    assert worth == [1506, 1533, Decimal("1549.2")]
    assert (mutual.central.deficiency, mutual.central.rate) == (0, 1)
    assert (branch.central.deficiency, branch.central.rate) == (200, 0)
    paid = {(one.entity, one.rank): one.paid for one in found.classes}
    assert paid == {
        ("Mutual", "priority"): 1400,
        ("Mutual-UK", "priority"): 375,
        ("Mutual-UK", "unsecured"): 0,
    }
    # As one estate: 1,533 + 375 is more than the 1,850 owed outside.
    (one,) = found.consolidated
    assert (one.claims, one.paid) == (1850, 1850)


def test_bonds_in_haste(case):
    # 540 less 10, 5 and 2 in a hundred: 486, 513, 529.20. With 780 and 240 of the
    # reinsurer less 1,400 they leave 106, 133, 149.20; the branch's debt is no help.
    (one,) = stress(case.book()).cuts
    assert (one.proceeds_low, one.proceeds, one.proceeds_high) == (
        486,
        513,
        Decimal("529.2"),
    )
    assert (one.equity_low, one.equity, one.equity_high) == (
        106,
        133,
        Decimal("149.2"),
    )


def test_whose_money_was_spent(case):
    # Only the members' 1,000 was there when the bonds and the branch were paid.
    found = follow(case.book(), ["Assets:Mutual:Bank"])
    assert [(one.flow, one.amount) for one in found.outlays] == [
        ("H-2", 600),
        ("H-3", 120),
    ]
    for outlay in found.outlays:
        (share,) = (one for one in outlay.owners if one.owner == "Members")
        assert (share.owner, share.least, share.most) == (
            "Members",
            outlay.amount,
            outlay.amount,
        )


def test_what_is_missing_before_the_unsecured_leaves_them_nothing(ledger):
    # Without the reinsurer's share stated it pays nothing at low: 1,266 against 1,400
    # of priority. Nobody is unsecured; the share of nothing is nothing, and no whole.
    text = LEDGER.read_text(encoding="utf-8").replace("  recovery: 0.80\n", "")
    mutual, _ = recover(ledger.load(text).book()).statements
    assert (mutual.low.deficiency, mutual.low.rate) == (134, 0)
    assert (mutual.central.deficiency, mutual.central.rate) == (0, 1)


def test_a_report_in_sterling_adds_up_though_no_rate_does(case):
    # A pound of 1.20 euros is 0.8333... pounds a euro: sums of such are cut off.
    told = restated(case, "GBP")
    sections = ("balances", "funds", "families", "affairs", "matrix", "spiral")
    report = build(told, told.book(), kind="reconstruction", sections=sections)
    for table in report.tables:
        table.cast()
    for figure in report.figures():
        assert not figure.value or abs(figure.value) > Decimal("1e-9")
