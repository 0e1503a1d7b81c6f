"""The legs a flow lacks, as the language page has them."""

from __future__ import annotations

from ledger.legs_ledgers import LENDER


def test_deposits_through_a_hub(case, legs):
    """
    2021-12-31 * "Deposits wired to an Alameda bank account" ^court
      id: "F"
      through: "FTX"
      Equity:Customers:Wealth      -8,000,000,000 USD
      Assets:Alameda:Bank           8,000,000,000 USD
    """
    assert legs(case, "F") == [
        "Assets:Customers:Deposits:FTX 8000000000 USD",
        "Liabilities:FTX:Customers -8000000000 USD",
        "Assets:FTX:Receivables:Alameda 8000000000 USD",
        "Liabilities:Alameda:Payables:FTX -8000000000 USD",
    ]


def test_a_pair_needs_no_hub(case, legs):
    """
    2021-01-01 * "Loan" ^court
      id: "F"
      Assets:FTX:Bank      -100 USD
      Assets:Alameda:Bank   100 USD
    """
    assert legs(case, "F") == [
        "Assets:FTX:Receivables:Alameda 100 USD",
        "Liabilities:Alameda:Payables:FTX -100 USD",
    ]


def test_what_the_debtor_gives_shrinks_the_claim(case, legs):
    """
    2021-01-01 * "Repaid" ^court
      id: "F"
      Assets:Alameda:Bank  -30 USD
      Assets:FTX:Bank       30 USD
    """
    assert sorted(legs(case, "F")) == [
        "Assets:FTX:Receivables:Alameda -30 USD",
        "Liabilities:Alameda:Payables:FTX 30 USD",
    ]


def test_a_path_of_hubs(ledger, legs):
    case = ledger.case(
        LENDER
        + """
2021-01-01 * "From the lender to the customers, over Alameda and FTX" ^court
  id: "F"
  through: "Alameda, FTX"
  Assets:Lender:Cash     -5 USD
  Assets:Customers:Bank   5 USD
2021-01-02 * "And the other way round, the path as money went" ^court
  id: "G"
  through: "FTX, Alameda"
  Assets:Customers:Bank  -5 USD
  Assets:Lender:Cash      5 USD
"""
    )
    assert legs(case, "F") == [
        "Assets:Lender:Loans:Alameda 5 USD",
        "Liabilities:Alameda:Loans:Lender -5 USD",
        "Liabilities:Alameda:Payables:FTX 5 USD",
        "Assets:FTX:Receivables:Alameda -5 USD",
        "Liabilities:FTX:Customers 5 USD",
        "Assets:Customers:Deposits:FTX -5 USD",
    ]
    assert not case.book().balance(case.reporting_date)


def test_more_than_two_parties_meet_at_the_hub(ledger, legs):
    case = ledger.case(
        LENDER
        + """
2021-01-01 open Assets:Alameda:Receivables:Customers
  counterparty: "Customers"
2021-01-01 open Liabilities:Customers:Payables:Alameda
  counterparty: "Alameda"
2021-01-01 * "Two pay in, one is paid, through Alameda" ^court
  id: "F"
  through: "Alameda"
  Assets:Lender:Cash     -5 USD
  Assets:FTX:Bank        -7 USD
  Assets:Customers:Bank  12 USD
"""
    )
    assert set(legs(case, "F")) == {
        "Assets:Lender:Loans:Alameda 5 USD",
        "Liabilities:Alameda:Loans:Lender -5 USD",
        "Assets:FTX:Receivables:Alameda 7 USD",
        "Liabilities:Alameda:Payables:FTX -7 USD",
        "Assets:Alameda:Receivables:Customers 12 USD",
        "Liabilities:Customers:Payables:Alameda -12 USD",
    }


def test_parts_of_a_unit_pass_through_a_hub(ledger, legs):
    case = ledger.case(
        LENDER
        + """
2021-01-01 * "Alameda pays parts of a dollar to FTX, and through it to customers" ^court
  id: "F"
  through: "FTX"
  Assets:Alameda:Bank    -0.75 USD
  Assets:FTX:Bank         0.25 USD
  Assets:Customers:Bank   0.50 USD
"""
    )
    assert set(legs(case, "F")) == {
        "Assets:FTX:Receivables:Alameda -0.75 USD",
        "Liabilities:Alameda:Payables:FTX 0.75 USD",
        "Liabilities:FTX:Customers 0.5 USD",
        "Assets:Customers:Deposits:FTX -0.5 USD",
    }


def test_coins_are_owed_in_coins_at_their_price(case, legs):
    """
    2021-01-01 * "Coins lent" ^court
      id: "F"
      Equity:FTX:Shares    -10 BTC @ 40,000.5 USD
      Assets:Alameda:Coins  10 BTC @ 40,000.5 USD
    2021-01-01 * "Coins lent, no price named" ^court
      id: "G"
      Equity:FTX:Shares    -10 BTC
      Assets:Alameda:Coins  10 BTC
    """
    assert legs(case, "F") == [
        "Assets:FTX:Receivables:Alameda 10 BTC @ 40000.5 USD",
        "Liabilities:Alameda:Payables:FTX -10 BTC @ 40000.5 USD",
    ]
    assert legs(case, "G") == [
        "Assets:FTX:Receivables:Alameda 10 BTC",
        "Liabilities:Alameda:Payables:FTX -10 BTC",
    ]


def test_different_things_are_owed_by_weight(case, legs):
    """
    2021-01-01 * "FTX pays for coins Alameda gets from the market" ^court
      id: "F"
      Assets:FTX:Bank      -80,000 USD
      Assets:Alameda:Coins       2 BTC @ 40,000 USD
    """
    assert legs(case, "F") == [
        "Assets:FTX:Receivables:Alameda 80000 USD",
        "Liabilities:Alameda:Payables:FTX -80000 USD",
    ]


def test_a_purchase_at_a_price_balances_by_itself(case, legs):
    """
    2021-01-01 * "Alameda sells coins to FTX at 40,000" ^court
      id: "F"
      Assets:Alameda:Coins      -2 BTC @ 40,000 USD
      Assets:Alameda:Bank   80,000 USD
      Assets:FTX:Bank      -80,000 USD
      Equity:FTX:Shares          2 BTC @ 40,000 USD
    """
    assert legs(case, "F") == []


def test_legs_written_by_hand_are_respected(case, legs):
    """
    2021-01-01 * "One claim for another" ^court
      id: "F"
      Assets:Customers:Deposits:FTX     -400,000 USD
      Assets:Customers:Deposits:FTX           10 BTC @ 40,000 USD
      Liabilities:FTX:Customers          400,000 USD
      Liabilities:FTX:Customers              -10 BTC @ 40,000 USD
    2021-01-02 * "Shares" ^court
      id: "G"
      Assets:Customers:Bank  -9 USD
      Equity:Customers:Wealth 9 USD
      Assets:FTX:Bank         9 USD
      Equity:FTX:Shares      -9 USD
    """
    assert legs(case, "F") == legs(case, "G") == []


def test_elided_amounts_are_filled_first(case, legs):
    """
    2021-01-01 * "Loan" ^court
      id: "F"
      Assets:FTX:Bank      -100 USD
      Assets:Alameda:Bank
    """
    assert len(legs(case, "F")) == 2


def test_three_parties_without_a_hub_are_an_error(error):
    """
    2021-01-01 * "Who paid whom?" ^court
      Assets:FTX:Bank        -5 USD
      Assets:Alameda:Bank    -7 USD
      Assets:Customers:Bank  12 USD
    """
    line, rule, message = error
    assert (line, rule) == (2, "through")
    assert "FTX, Alameda, Customers" in message
    assert 'through: "' in message


def test_only_a_pair_may_give_a_path(error):
    """
    2021-01-01 * "Three, by a path" ^court
      through: "FTX, Alameda"
      Assets:FTX:Bank        -5 USD
      Assets:Alameda:Bank    -7 USD
      Assets:Customers:Bank  12 USD
    """
    assert error[1] == "through"
    assert "one" in error[2]


def test_an_unknown_hub_is_an_error_with_the_likely_name(error):
    """
    2021-01-01 * "Deposits" ^court
      through: "Alamedo"
      Equity:Customers:Wealth  -8 USD
      Assets:FTX:Bank           8 USD
    """
    assert error[:2] == (2, "through")
    assert "If Alameda is meant" in error[2]


def test_added_legs_are_marked_for_beancount(case):
    """
    2021-01-01 * "Loan" ^court
      Assets:FTX:Bank      -100 USD
      Assets:Alameda:Bank   100 USD
    """
    from beancount.core.data import Transaction

    entry = next(e for e in case.entries if isinstance(e, Transaction))
    assert [bool((p.meta or {}).get("added")) for p in entry.postings] == [
        False,
        False,
        True,
        True,
    ]


def test_the_harbour_case_has_the_legs_its_text_promises(harbour, legs):
    import solvency

    case = solvency.load(harbour)
    assert not case.errors
    assert legs(case, "deposits") == [
        "Assets:Customers:Deposits:Harbour 10000000 USD",
        "Liabilities:Harbour:Customers -10000000 USD",
        "Assets:Harbour:Receivables:Desk 10000000 USD",
        "Liabilities:Desk:Payables:Harbour -10000000 USD",
    ]
    assert legs(case, "deposits-coins") == [
        "Assets:Customers:Deposits:Harbour 50 BTC",
        "Liabilities:Harbour:Customers -50 BTC",
    ]
    assert legs(case, "withdrawals") == [
        "Liabilities:Desk:Payables:Harbour 3000000 USD",
        "Assets:Harbour:Receivables:Desk -3000000 USD",
        "Liabilities:Harbour:Customers 3000000 USD",
        "Assets:Customers:Deposits:Harbour -3000000 USD",
    ]
    assert legs(case, "capital") == legs(case, "swap") == legs(case, "gift") == []
