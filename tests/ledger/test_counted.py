"""Observations that counted, and observations of an excess."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from solvency.ledger.fingerprint import canonical
from solvency.model.observations import observed

SEEN = '\n2020-03-01 custom "observation" {} 10 USD\n  source: "court"\n  {}\n'


def test_a_count_is_read(ledger) -> None:
    case = ledger.case(SEEN.format("Assets:FTX:Bank", "counted: TRUE"))
    assert case.observations[0].counted
    assert not case.observations[0].excess


@pytest.mark.parametrize(
    ("accounts", "keys", "wrong"),
    [
        ("Liabilities:FTX:Customers", "counted: TRUE", "what is counted are assets"),
        (
            "Assets:FTX:Bank Liabilities:FTX:Customers",
            "counted: TRUE\n  excess: TRUE",
            "and Liabilities:FTX:Customers is none",
        ),
        ("Assets:FTX:Bank", "counted: TRUE\n  from: 2020-02-01", "moved over a period"),
        (
            "Assets:FTX:Bank",
            "counted: TRUE\n  at-most: TRUE\n  low: 4 USD",
            "and `low:` has 4. Take `low:` off; or, where the source states a least",
        ),
        ("Assets:FTX:Bank Liabilities:FTX:Customers", "", "over assets and debts"),
        ("Assets:FTX:Bank", "excess: TRUE", "only one side is named"),
    ],
)
def test_what_cannot_be_is_an_error(ledger, accounts, keys, wrong) -> None:
    line, rule, message = ledger.error(SEEN.format(accounts, keys))
    assert (line, rule) == (2, "observation")
    assert wrong in message


def test_an_excess_is_assets_less_debts(ledger) -> None:
    """100 held less 90 owed to customers are an excess of 10, as a firm reports it."""
    flows = """
2020-02-01 * "Deposit" ^court
  id: "F-1"
  Equity:Customers:Wealth  -90 USD
  Assets:FTX:Bank           90 USD
2020-02-01 * "Own money" ^court
  id: "F-2"
  Assets:FTX:Bank     10 USD
  Equity:FTX:Shares  -10 USD
"""
    both = "Assets:FTX:Bank Liabilities:FTX:Customers"
    case = ledger.case(flows + SEEN.format(both, "excess: TRUE"))
    found = observed(case.book())
    # The deposit adds as much to what is held as to what is owed.
    assert found.predicted.tolist() == [10.0]
    assert found.effects.toarray().tolist() == [[0.0, 10.0]]


def test_shares_of_what_is_untraced(ledger) -> None:
    case = ledger.case(
        """
        2020-01-01 open Assets:FTX:Wallet
          untraced: 0.25
        """
    )
    assert case.accounts["Assets:FTX:Wallet"].untraced == (0, Decimal("0.25"), 1)
    assert case.accounts["Assets:FTX:Bank"].untraced == (0, 0, 1)


def test_shares_out_of_order_are_an_error(ledger) -> None:
    _, rule, message = ledger.error(
        "2020-01-01 open Assets:FTX:Wallet\n  untraced-low: 0.5\n"
    )
    assert rule == "amount-range"
    assert "0.5, 0, 1" in message


def test_a_case_without_counts_keeps_its_fingerprint(ledger) -> None:
    """What a ledger leaves unsaid is no part of its canonical form."""
    plain = canonical(ledger.case(SEEN.format("Assets:FTX:Bank", "")))
    said = canonical(ledger.case(SEEN.format("Assets:FTX:Bank", "counted: TRUE")))
    assert b"counted" not in plain
    assert b"untraced" not in plain
    assert b'"counted": true' in said
    assert plain != said


def test_known_hides_a_count_published_later(ledger) -> None:
    case = ledger.case(
        SEEN.format("Assets:FTX:Bank", "counted: TRUE"), known=datetime.date(2019, 1, 1)
    )
    assert case.observations == ()


@pytest.mark.parametrize(
    ("keys", "bound", "edge", "is_most"),
    [
        ("", "", 10, False),
        ("low: 4 USD", "at least", 4, False),
        ("high: 12 USD", "at most", 12, True),
        ("low: 4 USD\n  high: 12 USD", "", 10, False),
        # The source states a range, and its amount is the end of it.
        ("low: 4 USD\n  high: 10 USD", "", 10, True),
        ("at-most: TRUE", "at most", 10, True),
        ("at-most: TRUE\n  error: 0.5", "at most", 15, True),
    ],
)
def test_what_is_a_bound_and_where(ledger, keys, bound, edge, is_most) -> None:
    written = SEEN.format("Assets:FTX:Bank", f"counted: TRUE\n  {keys}")
    (one,) = ledger.case(written).observations
    assert (one.bound, one.edge, one.is_most) == (bound, edge, is_most)
