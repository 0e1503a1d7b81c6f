"""The legs a flow lacks, as the language page has them."""

from __future__ import annotations

import pytest
from preamble import PREAMBLE

#: A lender, whose claims on Alameda are two: one in each direction.
LENDER = """
2020-01-01 custom "entity" "Lender" "A lender"
2020-01-01 open Assets:Lender:Cash
2020-01-01 open Assets:Lender:Loans:Alameda
  counterparty: "Alameda"
2020-01-01 open Liabilities:Alameda:Loans:Lender
  counterparty: "Lender"
"""


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


TWO_LOANS = (
    LENDER
    + """
2020-01-01 open Assets:Lender:Margin:Alameda
  counterparty: "Alameda"
2020-01-01 open Liabilities:Alameda:Margin:Lender
  counterparty: "Lender"
"""
)


def test_on_names_the_claim_and_its_mirror_follows(ledger, legs):
    case = ledger.case(
        TWO_LOANS
        + """
2021-01-01 * "Loan" ^court
  id: "F"
  on: Liabilities:Alameda:Margin:Lender
  Assets:Lender:Cash   -5 USD
  Assets:Alameda:Bank   5 USD
"""
    )
    assert legs(case, "F") == [
        "Assets:Lender:Margin:Alameda 5 USD",
        "Liabilities:Alameda:Margin:Lender -5 USD",
    ]


def test_intercompany_settles_which_claim(ledger, legs):
    marked = TWO_LOANS.replace(
        'open Liabilities:Alameda:Loans:Lender\n  counterparty: "Lender"',
        'open Liabilities:Alameda:Loans:Lender\n  counterparty: "Lender"\n'
        "  intercompany: TRUE",
    ).replace(
        'open Assets:Lender:Loans:Alameda\n  counterparty: "Alameda"',
        'open Assets:Lender:Loans:Alameda\n  counterparty: "Alameda"\n'
        "  intercompany: TRUE",
    )
    case = ledger.case(
        marked
        + """
2021-01-01 * "Loan" ^court
  id: "F"
  Assets:Lender:Cash   -5 USD
  Assets:Alameda:Bank   5 USD
"""
    )
    assert legs(case, "F")[0] == "Assets:Lender:Loans:Alameda 5 USD"


def test_ambiguous_claims_are_an_error_that_lists_them(ledger):
    line, rule, message = ledger.error(
        TWO_LOANS
        + """
2021-01-01 * "Loan" ^court
  Assets:Lender:Cash   -5 USD
  Assets:Alameda:Bank   5 USD
"""
    )
    assert (line, rule) == (TWO_LOANS.count("\n") + 2, "claim")
    assert "Assets:Lender:Loans:Alameda, Assets:Lender:Margin:Alameda" in message
    assert "on: ACCOUNT" in message


def test_claims_open_in_both_directions_are_ambiguous(ledger):
    _, rule, message = ledger.error(
        LENDER
        + """
2020-01-01 open Assets:Alameda:Deposits:Lender
  counterparty: "Lender"
2020-01-01 open Liabilities:Lender:Deposits:Alameda
  counterparty: "Alameda"
2021-01-01 * "Loan" ^court
  Assets:Lender:Cash   -5 USD
  Assets:Alameda:Bank   5 USD
"""
    )
    assert rule == "claim"
    assert "Assets:Alameda:Deposits:Lender" in message


@pytest.mark.parametrize(
    ("opens", "says"),
    [
        ("", "Add: 2021-01-01 open Assets:FTX:Receivables:Lender"),
        (  # one half is there, so the other half is what lacks
            '2020-01-01 open Liabilities:FTX:Loans:Lender\n  counterparty: "Lender"\n',
            "Add: 2021-01-01 open Assets:Lender:Receivables:FTX",
        ),
        (  # opened too late
            (
                "2021-01-02 open Liabilities:FTX:Loans:Lender\n"
                '  counterparty: "Lender"\n'
                '2021-01-02 open Assets:Lender:Loans:FTX\n  counterparty: "FTX"\n'
            ),
            "no claim in USD is open between",
        ),
        (  # for another commodity
            (
                "2020-01-01 open Liabilities:FTX:Loans:Lender BTC\n"
                '  counterparty: "Lender"\n'
                '2020-01-01 open Assets:Lender:Loans:FTX\n  counterparty: "FTX"\n'
            ),
            "open Liabilities:FTX:Payables:Lender",
        ),
    ],
)
def test_a_claim_that_is_not_open_says_which_open_to_add(ledger, opens, says):
    _, rule, message = ledger.error(
        LENDER
        + opens
        + """
2021-01-01 * "Loan" ^court
  Assets:FTX:Bank     -5 USD
  Assets:Lender:Cash   5 USD
"""
    )
    assert rule == "claim"
    assert says in message


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


def test_on_must_name_a_claim_of_the_flow(ledger):
    for name in ("Assets:FTX:Bank", "Liabilities:FTX:Customer"):
        _, rule, message = ledger.error(
            f"""
2021-01-01 * "Loan" ^court
  on: {name}
  Assets:FTX:Bank      -100 USD
  Assets:Alameda:Bank   100 USD
"""
        )
        assert rule == "on"
        assert name in message
    _, rule, message = ledger.error(
        """
2021-01-01 * "Loan: the claim named is another pair's" ^court
  on: Liabilities:FTX:Customers
  Assets:FTX:Bank      -100 USD
  Assets:Alameda:Bank   100 USD
"""
    )
    assert rule == "on"
    assert "Customers" in message


def test_exactness_does_not_hang_on_beancounts_tolerance(ledger):
    text = """
option "inferred_tolerance_default" "*:1"
2021-01-01 * "Four hundredths of a coin vanish" ^court
  Equity:Alameda:Shares  -1.5 BTC
  Assets:Alameda:Coins    1.46 BTC
"""
    lenient = ledger.load(
        PREAMBLE.replace('option "tolerance_multiplier" "0"\n', "") + text
    )
    assert [error.rule for error in lenient.errors] == ["unbalanced"]
    assert "-0.04 BTC is left" in lenient.errors[0].message


def test_a_total_price_is_told_to_be_written_as_a_unit_price(ledger):
    found = ledger.errors(
        """
2021-01-01 * "Sells" ^court
  Assets:Alameda:Coins   -3 BTC @@ 100,000 USD
  Assets:Alameda:Bank    100,000 USD
"""
    )
    assert "unbalanced" in [rule for _, rule, _ in found]
    assert "write `@`" in " ".join(message for _, _, message in found)


def test_mirrors_by_hand_must_hold_at_the_end_of_each_day(ledger):
    text = """
2021-01-01 * "FTX books a claim nobody owns to" ^court
  Assets:FTX:Receivables:Alameda   10 USD
  Equity:FTX:Shares               -10 USD
2021-01-0{day} * "Alameda owns to it" ^court
  Liabilities:Alameda:Payables:FTX -10 USD
  Expenses:Alameda:Costs            10 USD
"""
    assert ledger.errors(text.format(day=1)) == []
    line, rule, message = ledger.error(text.format(day=2))
    assert (line, rule) == (2, "mirror")
    assert "2021-01-01" in message
    assert "differ by 10 USD" in message


def test_mirrors_must_hold_whichever_hypotheses_are_on(ledger):
    found = ledger.errors(
        """
2021-01-01 custom "hypothesis" "one" "One"
2021-01-01 custom "hypothesis" "two" "Two"
2021-01-01 ! "Half" ^court #one
  Assets:FTX:Receivables:Alameda   10 USD
  Equity:FTX:Shares               -10 USD
2021-01-01 ! "The other half" ^court #two
  Liabilities:Alameda:Payables:FTX -10 USD
  Expenses:Alameda:Costs            10 USD
"""
    )
    assert [(line, rule) for line, rule, _ in found] == [(4, "mirror"), (7, "mirror")]


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


def test_a_weight_of_more_than_28_digits_is_no_imbalance(case):
    """
    2021-01-01 * "269855.77314221 x 7845264.45783163 has 29 digits" ^court
      Assets:Alameda:Coins        0.00000001 BTC @ 7845264.45783163 USD
      Assets:Alameda:Coins   269855.77314221 BTC @ 7845264.45783163 USD
      Equity:Alameda:Shares -269855.77314222 BTC @ 7845264.45783163 USD
    """
    assert not case.errors


def test_weights_are_exact_whatever_precision_is_set():
    from decimal import Decimal

    from solvency.ledger.case import Money
    from solvency.ledger.case import Posting
    from solvency.ledger.postings import weight

    # 269855.77314221 x 7845264.45783163, in whole numbers of 10^-16.
    price = Money(Decimal("7845264.45783163"), "USD")
    units = Decimal("269855.77314221")
    posting = Posting(
        "Assets:Alameda:Coins", "Alameda", units, "BTC", price, added=False
    )
    exact = 26985577314221 * 784526445783163
    assert int(str(weight(posting).number).replace(".", "")) == exact
