"""What a sale would fetch is one number, in the tests and on the balance sheet."""

from __future__ import annotations

import datetime
from decimal import Decimal

from solvency.analysis.check import evaluate
from solvency.analysis.recover.recover import recover
from solvency.model.restated_observations import restated

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


#: A plant of 100 EUR, half of it expected back, bought at 1.20; it is worth 1.00 now,
#: and 55 EUR are owed on it to a lender to whom it is pledged.
ABROAD = """
2020-01-01 commodity EUR
  max-price-age: 90
2020-01-01 price EUR 1.20 USD
  source: "court"
2020-01-31 price EUR 1.00 USD
  source: "court"
2020-01-01 custom "entity" "Lender" "A lender"
  role: "lender"
2020-01-01 open Assets:Alameda:Plant EUR
  liquidity: "illiquid"
  pledged-to: "Lender"
  recovery: 0.50
2020-01-01 open Liabilities:Alameda:Loans:Lender EUR
  counterparty: "Lender"
  rank: "secured"
2020-01-01 open Assets:Lender:Loans:Alameda EUR
  counterparty: "Alameda"
2020-01-01 open Equity:Lender:Wealth
2020-01-01 custom "invariant" "collateral-coverage" "Alameda"
2020-01-02 * "Alameda" "Has a plant" ^court
  Assets:Alameda:Plant                100 EUR
  Equity:Alameda:Shares              -100 EUR
2020-01-03 * "Lender" "Lends against it, and the money is spent" ^court
  Equity:Lender:Wealth                -55 EUR
  Expenses:Alameda:Costs               55 EUR
2020-01-31 * "A cent moves, on the day of the later price" ^court
  Assets:Alameda:Bank                   0.01 USD
  Equity:Alameda:Shares                -0.01 USD
"""


def test_a_share_of_money_abroad_is_of_the_money_of_the_day(ledger):
    # Half of 100 EUR is 50 EUR, 50 USD at 1.00; half of what it cost were 60 USD.
    case = ledger.case(ABROAD)
    book, day = case.book(), datetime.date(2020, 1, 31)
    sheet = book.balance_sheet("Alameda", day, basis="realisable")
    assert sheet.totals.assets == Decimal("50.01")
    found = {f.last: f for f in evaluate(book, draws=0).findings if f.first}
    # Owed are 55: on 3 January 66 USD less 60, on the 31st 55 less 50.
    assert [f.amount for f in found.values()] == [Decimal("6.00")]
    # The lender has the 50 and the cent.
    (lender,) = recover(book, day).classes
    assert round(lender.paid, 2) == Decimal("50.01")


def test_what_is_paid_is_the_same_share_in_each_currency(ledger):
    case = ledger.case(ABROAD)
    day = datetime.date(2020, 1, 31)
    rates = {
        tuple(
            (one.entity, one.rank, round(one.rate, 6))
            for one in recover(stated.book(), day).classes
        )
        for stated in (case, restated(case, "EUR"))
    }
    assert len(rates) == 1
