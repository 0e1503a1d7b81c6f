"""What stands in suspense is on the books, and is neither liquid nor found."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from solvency.analysis.check import evaluate
from solvency.analysis.recover.estate import estate
from solvency.analysis.sources_uses import funds
from solvency.cli import main
from solvency.ledger.load import load
from solvency.model.clean_assets import is_clean_liquid
from solvency.model.counting.found import found

#: The bank has 100 of capital and 150 of a loan; rows nobody settled move it.
LEDGER = """
option "title" "Rows in suspense"
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
2022-01-01 custom "entity" "Firm" "Firm"
  role: "company"
  group: TRUE
2022-01-01 custom "entity" "Lender" "Lender"
  role: "lender"
2022-01-01 custom "source" "bank" "Statement"
  grade: "C2"
2022-01-01 open Assets:Firm:Bank
2022-01-01 open Assets:Firm:Suspense
  suspense: TRUE
2022-01-01 open Equity:Firm:Capital
2022-01-01 open Assets:Lender:Cash
2022-01-01 open Equity:Lender:Capital
2022-01-01 open Liabilities:Firm:Loans:Lender
  counterparty: "Lender"
  term: "demand"
2022-01-01 open Assets:Lender:Loans:Firm
  counterparty: "Firm"
2022-01-02 * "Capital" ^bank
  id: "F-1"
  Assets:Firm:Bank      100 USD
  Equity:Firm:Capital  -100 USD
2022-01-02 * "Lender's own" ^bank
  id: "F-2"
  Assets:Lender:Cash      500 USD
  Equity:Lender:Capital  -500 USD
2022-01-03 * "Loan" ^bank
  id: "F-3"
  Assets:Lender:Cash  -150 USD
  Assets:Firm:Bank     150 USD
2022-01-04 * "Nobody knows" ^bank
  id: "F-4"
  Assets:Firm:Bank      {moved} USD
  Assets:Firm:Suspense  {left} USD
2022-01-31 custom "observation" {counted} {seen} USD
  source: "bank"
  counted: TRUE
2022-01-01 custom "invariant" "ability-to-pay" "Firm"
  runoff: 1
2022-01-01 custom "invariant" "balance-sheet" "Firm"
2022-01-31 event "petition" "Firm"
"""
DAY = datetime.date(2022, 1, 31)


def loaded(tmp_path, moved, counted="Assets:Firm:Bank"):
    path = tmp_path / "main.beancount"
    text = LEDGER.format(moved=moved, left=-moved, seen=250 + moved, counted=counted)
    path.write_text(text)
    case = load(path)
    assert [one.message for one in case.errors] == []
    return case


def asked_of(case):
    return {
        (one.test, one.label, one.on): one
        for one in evaluate(case.book(), draws=0).tests
    }


@pytest.mark.parametrize(
    ("moved", "pays"),
    [
        # 250 - 120 = 130 in the bank for debts of 150: the 120 that left pay nobody.
        (-120, False),
        # 250 + 120: the bank has 370, whatever the 120 that came in are.
        (120, True),
    ],
)
def test_it_pays_no_debt(tmp_path, moved, pays):
    found_ = asked_of(loaded(tmp_path, moved))
    for on in ("books", "found"):
        assert found_["ability-to-pay", "0-1 days", on].passed is pays
        assert found_["balance-sheet", None, on].passed is pays
    # 370 less 150, or 130 less 150; the books had 250 less 150 on the third.
    assert found_["balance-sheet", None, "found"].margin == 100 + moved
    assert found_["balance-sheet", None, "books"].margin == min(100 + moved, 100)


def test_it_is_no_clean_liquid_asset_and_no_funds(tmp_path):
    case = loaded(tmp_path, -120)
    book = case.book()
    liquid = {p.account for p in book.positions if is_clean_liquid(book, p)}
    assert "Assets:Firm:Bank" in liquid
    assert "Assets:Firm:Suspense" not in liquid
    sheet = funds(book, "Firm", DAY)
    assert sheet.left == 130
    assert sheet.amount("use", "suspense") == 120
    assert sheet.control == 0


@pytest.mark.parametrize("counted", ["Assets:Firm:Bank", "Assets:Firm"])
def test_no_count_finds_it(tmp_path, counted):
    case = loaded(tmp_path, -120, counted)
    held = found(case.book().counts, DAY)
    assert {one.position.account for one in held.held} == {"Assets:Firm:Bank"}
    assert held.totals.counted == 130
    assert held.totals.untraced == 0
    assert not held.left
    (said,) = [note for note in held.notes if "suspense" in note]
    assert "120 more was paid out than came in" in said


def run(*arguments):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == 0, ran.output
    return " ".join(ran.stdout.split())


def test_check_balance_and_recover_say_so(tmp_path):
    loaded(tmp_path, -120)
    path = tmp_path / "main.beancount"
    words = "more was paid out than came in by rows in suspense"
    assert f"Firm: 120 {words}" in run("check", path)
    assert words in run("balance", path)
    assert words in run("balance", "--entity", "Firm", path)
    assert words in run("recover", path)
    told = json.loads(run("balance", "--json", path))
    firm = next(one for one in told["entities"] if one["entity"] == "Firm")
    assert Decimal(firm["suspense"]) == 120


def test_what_came_in_is_no_debt_of_the_estate(tmp_path):
    """An account below zero is owed to its keeper; nobody keeps suspense."""
    case = loaded(tmp_path, 120)
    one = estate(case.book(), DAY)
    assert [debt.account for debt in one.debts] == ["Liabilities:Firm:Loans:Lender"]
    held = {item.account.name for item in one.items(["Firm"])}
    assert held == {"Assets:Firm:Bank"}
