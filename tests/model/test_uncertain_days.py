"""Flows whose day decides whether a statement has them."""

from __future__ import annotations

import pytest

from solvency.model.uncertain_days import either_side

BOOKS = """
2022-05-09 price BTC 10 USD
  source: "court"
2022-05-09 * "Paid, some day in May" ^court
  id: "paid"
  earliest: 2022-05-01
  latest: 2022-05-31
  Assets:Alameda:Bank     5 USD
  Equity:Alameda:Shares  -5 USD
  Assets:Alameda:Coins    1 BTC
  Equity:Alameda:Shares  -1 BTC
  Assets:FTX:Bank         7 USD
  Assets:FTX:Bank        -7 USD
"""


def said(day, accounts, amount, **keys):
    lines = {"id": '"O"', "source": '"court"', **keys}
    return f'{day} custom "observation" {accounts} {amount}\n' + "".join(
        f"  {key}: {value}\n" for key, value in lines.items()
    )


@pytest.mark.parametrize(
    ("observation", "found"),
    [
        # In it or not; certainly not yet, and certainly by then.
        (said("2022-05-15", "Assets:Alameda:Bank", "5 USD"), True),
        (said("2022-04-30", "Assets:Alameda:Bank", "0 USD"), False),
        (said("2022-05-31", "Assets:Alameda:Bank", "5 USD"), False),
        # A statement in coins is moved by coins alone, one in money by all.
        (said("2022-05-15", "Assets:Alameda:Coins", "1 BTC"), True),
        (said("2022-05-15", "Assets:Alameda:Coins", "10 USD"), True),
        (said("2022-05-15", "Assets:Alameda:Bank", "0 BTC"), False),
        # Of what stands behind the first posting too.
        (said("2022-05-15", "Equity:Alameda:Shares", "1 BTC"), True),
        # What comes in and leaves again moves nothing.
        (said("2022-05-15", "Assets:FTX:Bank", "7 USD"), False),
    ],
)
def test_a_statement_a_flow_may_have_come_too_late_for(ledger, observation, found):
    case = ledger.case(BOOKS + observation)
    told = either_side(case.book(), case.observations)
    assert told == ((("O", "paid"),) if found else ())
