"""What a sale would fetch is one number, in the tests and on the balance sheet."""

from __future__ import annotations

import datetime
from decimal import Decimal

from solvency.analysis.check import evaluate

#: Two coins bought at 10,000, half of what they cost expected back; 12,000 owed.
STAKE = """
2020-01-01 commodity BTC
2020-01-01 price BTC 10,000 USD
  source: "court"
2020-01-31 price BTC 20,000 USD
  source: "court"
2020-01-01 open Assets:Alameda:Wallet BTC
  recovery: 0.50
2020-01-01 open Liabilities:Alameda:Accruals USD
2020-01-01 custom "invariant" "balance-sheet" "Alameda"
  basis: "realisable"
2020-01-02 * "Alameda borrows and buys coins" ^court
  id: "buys"
  Assets:Alameda:Wallet                2 BTC @ 10,000 USD
  Liabilities:Alameda:Accruals        -12,000 USD
  Equity:Alameda:Shares                -8,000 USD
2020-01-31 * "A cent moves, on the day of the later price" ^court
  id: "cent"
  Assets:Alameda:Bank                   0.01 USD
  Equity:Alameda:Shares                -0.01 USD
"""


def test_a_share_of_what_it_cost_whatever_the_market_says(ledger):
    case = ledger.case(STAKE)
    book = case.book()
    (finding,) = (f for f in evaluate(book, draws=0).findings if f.first)
    # Half of 2 x 10,000 is 10,000, owed are 12,000; the price of 20,000 adds nothing.
    assert finding.amount == Decimal("2000.00")
    assert finding.last == datetime.date(2020, 1, 31)
    sheet = book.balance_sheet(
        "Alameda", datetime.date(2020, 1, 31), basis="realisable"
    )
    assert sheet.totals.assets == Decimal("10000.01")
    assert sheet.totals.liabilities == Decimal(12_000)


def test_draws_scale_what_it_cost(ledger):
    # The purchase is uncertain: from 1 to 5 times as written, its cost alike.
    text = STAKE.replace(
        '  id: "buys"\n', '  id: "buys"\n  low: 2 BTC\n  high: 10 BTC\n'
    )
    found = evaluate(ledger.case(text).book(), draws=500)
    # Coins and the debt that paid for them scale as one: it falls short in all draws.
    assert [f.probability for f in found.findings if f.first] == [1.0]
