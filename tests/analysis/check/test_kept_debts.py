"""Draws of what moves leave what no draw moves as it is."""

from __future__ import annotations

from solvency.analysis.check.check import evaluate

BOOKS = """
2020-01-01 open Assets:Alameda:Stakes
2020-01-01 open Liabilities:Alameda:Loans
  counterparty: "Lender"
2020-01-01 custom "entity" "Lender" "A lender"
  role: "lender"
2020-01-01 open Assets:Lender:Bank
2020-01-01 open Assets:Lender:Claims:Alameda
  counterparty: "Alameda"
2020-01-01 open Equity:Lender:Funds
2021-01-01 custom "invariant" "balance-sheet" "Alameda"
2021-01-01 * "Alameda borrows 100" ^court
  Equity:Lender:Funds   -100 USD
  Assets:Alameda:Bank    100 USD
2021-02-01 * "and repays 10" ^court
  Assets:Alameda:Bank    -10 USD
  Assets:Lender:Bank      10 USD
2021-03-01 * "and loses 40" ^court
  Expenses:Alameda:Costs  40 USD
  Assets:Alameda:Bank    -40 USD
2021-04-01 * "Somebody puts in about one" ^court
  low: 0.5 USD
  high: 1.5 USD
  Assets:Alameda:Stakes    1 USD
  Equity:Alameda:Shares   -1 USD
"""


def test_a_certain_loan_repaid_in_part_is_owed_in_every_draw(ledger):
    # 50 in the bank and about 1 in stakes, against 90 owed: short in any draw.
    answer = evaluate(ledger.case(BOOKS).book(), draws=500)
    (finding,) = (one for one in answer.findings if one.entity == "Alameda")
    assert finding.first is not None
    assert finding.probability == 1.0
