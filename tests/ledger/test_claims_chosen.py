"""Which claim a flow uses where several are open, and what it says where none is."""

from __future__ import annotations

import pytest
from ledger.legs_ledgers import LENDER

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
    assert (
        "Assets:Lender:Loans:Alameda with Liabilities:Alameda:Loans:Lender" in message
    )
    assert "Assets:Lender:Margin:Alameda with" in message
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
