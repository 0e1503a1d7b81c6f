"""Sums are exact whatever beancount forgives, and claims equal their mirrors."""

from __future__ import annotations

from preamble import PREAMBLE


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
    from solvency.ledger.entries.postings import weight

    # 269855.77314221 x 7845264.45783163, in whole numbers of 10^-16.
    price = Money(Decimal("7845264.45783163"), "USD")
    units = Decimal("269855.77314221")
    posting = Posting(
        "Assets:Alameda:Coins", "Alameda", units, "BTC", price, added=False
    )
    exact = 26985577314221 * 784526445783163
    assert int(str(weight(posting).number).replace(".", "")) == exact
