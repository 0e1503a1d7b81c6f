"""The equity of a group: what of it is outsiders', and what only members sold."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import solvency
from solvency.exhibits.balance.whose import whose
from solvency.exhibits.setting import of_answers
from solvency.figures.words import words_of

GROUPS = Path(__file__).parents[1] / "groups"


def _group(case, basis="market"):
    sheet = case.book().balance_sheet("group", case.book().last_day, basis=basis)
    assert sheet.control == sheet.eliminated == 0
    return sheet


def test_outsiders_have_their_share_of_a_members_equity():
    case = solvency.load(GROUPS / "minority-interest.beancount")
    sheet = _group(case)
    # Beta has 1,000,000 and earned 500,000: 40% of 1,500,000 is outsiders'.
    (found,) = sheet.outsiders
    assert found == ("Beta", Decimal("0.4"), 600_000)
    assert sheet.totals.equity == 1_900_000
    assert sheet.of_owners == 1_300_000
    table = whose(of_answers(case.book(), sheet.at), sheet)
    table.cast()
    assert [(words_of(row.label), row.cells[0].value) for row in table.rows] == [
        ("Outsiders, 40.00% of Beta", 600_000),
        ("Owners of the parent", 1_300_000),
        ("Total equity", 1_900_000),
    ]


def test_outsiders_share_what_their_member_owns(ledger):
    # Beta founds Gamma with 200,000, which earns 300,000: Beta adds 1,500,000 -
    # 200,000 = 1,300,000 and Gamma 500,000; 40% of each, 720,000, is outsiders'.
    text = (GROUPS / "minority-interest.beancount").read_text()
    case = ledger.load(
        text
        + """
2020-01-01 custom "entity" "Gamma" "The third"
  group: TRUE
2020-01-01 open Assets:Gamma:Bank
2020-01-01 open Equity:Gamma:Capital
2020-01-01 open Income:Gamma:Trading
2020-01-01 open Assets:Beta:Shares:Gamma
  stake-in: "Gamma"
2020-02-02 * "Beta" "founds Gamma" ^src
  Assets:Beta:Bank          -200,000 USD
  Assets:Beta:Shares:Gamma   200,000 USD
  Assets:Gamma:Bank          200,000 USD
  Equity:Gamma:Capital      -200,000 USD
2020-02-03 * "Gamma" "earns" ^src
  Assets:Gamma:Bank          300,000 USD
  Income:Gamma:Trading      -300,000 USD
"""
    )
    assert not case.errors
    sheet = _group(case)
    assert [(x.member, x.amount) for x in sheet.outsiders] == [
        ("Beta", 520_000),
        ("Gamma", 200_000),
    ]
    # 1,900,000 and the 300,000 Gamma earned.
    assert sheet.of_owners == 2_200_000 - 720_000


def test_a_group_without_outsiders_has_no_such_lines(harbour):
    case = solvency.load(GROUPS / "intragroup-profit.beancount")
    assert _group(case).outsiders == ()
    assert whose(of_answers(case.book(), case.book().last_day), _group(case)) is None


def test_owners_of_the_parent_are_no_outsiders(ledger):
    text = (GROUPS / "minority-interest.beancount").read_text()
    case = ledger.load(
        text
        + """
2020-01-01 open Assets:Outside:Shares:Alfa
  stake-in: "Alfa"
2020-01-01 * "Outside" "holds Alfa" ^src
  Assets:Outside:Shares:Alfa  1,000,000 USD
  Equity:Outside:Wealth      -1,000,000 USD
"""
    )
    assert not case.errors
    assert [one.member for one in _group(case).outsiders] == ["Beta"]


def test_circular_shareholdings_leave_outside_owners_their_part(ledger):
    from solvency.analysis.recover.recover import recover

    path = GROUPS / "circular-ownership-stops-recover.beancount"
    case = solvency.load(path)
    at = datetime.date(2020, 2, 1)
    # Beta's 350,000 go to Alfa, its one owner; 150,000 + 350,000 of 3,000,000.
    found = recover(case.book(), at=at)
    (paid,) = [one for one in found.classes if one.entity == "Alfa"]
    assert round(paid.paid) == 500_000


def test_a_group_gains_nothing_from_itself():
    case = solvency.load(GROUPS / "intragroup-profit.beancount")
    assert not case.errors
    # Ether bought for 1,000 and sold inside for 1,500: at book it cost 1,000, beside
    # 998,500 and 5,500 in the banks.
    sheet = _group(case, "book")
    lines = {line.account: line.amount for line in sheet.lines}
    assert lines["Assets:Alfa:Coins"] == 1000
    assert "Equity:Beta:Realised-Gains" not in lines
    assert sheet.totals.assets == 1_005_000
    # At market, 100 each, it is worth what it cost: no gain and no change in value.
    sheet = _group(case)
    lines = {line.account: line.amount for line in sheet.lines}
    assert lines["Assets:Alfa:Coins"] == 1000
    assert not [name for name in lines if "Gains" in name or "Revaluation" in name]
    assert sheet.totals.equity == 1_005_000


def test_what_is_sold_on_outside_is_a_gain_of_the_group(ledger):
    text = (GROUPS / "intragroup-profit.beancount").read_text()
    case = ledger.load(
        text
        + """
2020-02-05 * "Alfa" "sells half outside, at 200" ^src
  Assets:Alfa:Coins  -5 ETH @ 200 USD
  Assets:Alfa:Bank    1,000 USD
"""
    )
    assert not case.errors
    # Five that cost 500 brought 1,000; the other five cost 500, and stand at 750 in
    # Alfa's own books. Beta's gain of 500 and Alfa's of 250 are 500 of the group.
    sheet = _group(case, "book")
    lines = {line.account: line.amount for line in sheet.lines}
    assert lines["Assets:Alfa:Coins"] == 500
    gains = [lines.get(f"Equity:{one}:Realised-Gains", 0) for one in ("Alfa", "Beta")]
    assert sum(gains) == 500
    assert "Equity:Group:Eliminations" not in lines


def test_coins_lent_inside_cost_the_group_what_they_cost(ledger):
    # Beta lends 10 ETH, bought at 100, to Alfa when they are at 300: in Alfa's books
    # they stand at 3,000, as what it owes; the group paid 1,000.
    text = (GROUPS / "intragroup-profit.beancount").read_text()
    head = text[: text.index("2020-02-04 *")]
    case = ledger.load(
        head
        + """
2020-01-01 open Assets:Beta:Receivables:Alfa
  counterparty: "Alfa"
2020-01-01 open Liabilities:Alfa:Payables:Beta
  counterparty: "Beta"
2020-02-04 price ETH 300 USD
2020-02-04 * "Beta" "lends" ^src
  on: Assets:Beta:Receivables:Alfa
  Assets:Beta:Coins  -10 ETH
  Assets:Alfa:Coins   10 ETH
"""
    )
    assert not case.errors
    sheet = _group(case, "book")
    lines = {line.account: line.amount for line in sheet.lines}
    assert lines["Assets:Alfa:Coins"] == 1000
    assert "Equity:Group:Eliminations" not in lines
    assert sheet.totals.equity == 1_005_000
