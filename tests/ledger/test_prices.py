"""One price a day of each pair: what is one, and what contradicts it."""

from __future__ import annotations

import pytest

BOTH_WAYS = """
2021-01-01 price EUR {} USD
  source: "court"
2021-01-01 price USD {} EUR
  source: "court"
"""


@pytest.mark.parametrize(
    ("euro", "dollar"),
    [
        # Exactly the inverse; the inverse to the last digit that is written, of either.
        ("1.25", "0.8"),
        ("1.1111", "0.90001"),
        ("1.11112", "0.9000"),
    ],
)
def test_a_price_may_be_written_both_ways(ledger, euro, dollar):
    assert len(ledger.case(BOTH_WAYS.format(euro, dollar)).prices) == 2


@pytest.mark.parametrize(
    ("euro", "dollar"), [("1.25", "0.81"), ("1.1111", "0.9002"), ("1.1111", "0.8998")]
)
def test_what_is_no_inverse_to_its_last_digit_contradicts(ledger, euro, dollar):
    line, rule, message = ledger.error(BOTH_WAYS.format(euro, dollar))
    assert (line, rule) == (4, "price")
    assert f"is {dollar} EUR here, and one EUR is {euro} USD" in message
