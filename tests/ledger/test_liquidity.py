"""How soon what an account holds can be sold, as the language page has it."""

from __future__ import annotations

import pytest

ACCOUNTS = """
2020-01-01 commodity COIN
  liquidity: "illiquid"
2020-01-01 commodity BTC
2020-01-01 open Assets:FTX:Savings
  liquidity: "less-liquid"
2020-01-01 open Assets:FTX:Stakes:Alameda
  stake-in: "Alameda"
2020-01-01 open Assets:FTX:Building
  recovery: 0.40
2020-01-01 open Assets:FTX:Listed
  recovery: 0.90
  liquidity: "liquid"
2020-01-01 open Assets:FTX:Loan
  counterparty: "Customers"
  recovery: 0.40
"""


@pytest.mark.parametrize(
    ("account", "commodity", "expected"),
    [
        # Money is liquid, all else less so; a commodity says it for itself.
        ("Bank", "USD", "liquid"),
        ("Bank", "BTC", "less-liquid"),
        ("Bank", "COIN", "illiquid"),
        # An account goes before its commodity.
        ("Savings", "USD", "less-liquid"),
        ("Savings", "COIN", "less-liquid"),
        # Money paid for shares, or for what fetches a share of its cost, is not money
        # any more, unless the account says so; a claim is still one in money.
        ("Stakes:Alameda", "USD", "illiquid"),
        ("Stakes:Alameda", "BTC", "less-liquid"),
        ("Building", "USD", "illiquid"),
        ("Listed", "USD", "liquid"),
        ("Loan", "USD", "liquid"),
    ],
)
def test_how_soon_it_can_be_sold(ledger, account, commodity, expected):
    case = ledger.case(ACCOUNTS)
    account = case.accounts[f"Assets:FTX:{account}"]
    assert case.liquidity_of(account, commodity) == expected
