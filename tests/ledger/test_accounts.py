"""What an account is, by what its `open` says of it."""

from __future__ import annotations

import datetime

import pytest

ACCOUNTS = """
2020-01-01 open Expenses:FTX:Donations
  gift: TRUE
2020-01-01 open Assets:FTX:Unsettled
  suspense: TRUE
2020-01-01 open Assets:FTX:Till  USD
2020-01-01 open Assets:FTX:Stake
  counterparty: "Alameda"
  stake-in: "Alameda"
2021-01-01 close Assets:FTX:Till
"""


@pytest.fixture
def accounts(ledger):
    return ledger.case(ACCOUNTS).accounts


@pytest.mark.parametrize(
    ("kind", "some"),
    [
        ("is_gift", {"Expenses:FTX:Donations"}),
        ("suspense", {"Assets:FTX:Unsettled"}),
        (
            "is_claim",
            {
                "Assets:FTX:Receivables:Alameda",
                "Liabilities:FTX:Customers",
                "Liabilities:Alameda:Payables:FTX",
                "Assets:Customers:Deposits:FTX",
            },
        ),
    ],
)
def test_which_accounts_are(accounts, kind, some):
    assert {one.name for one in accounts.values() if getattr(one, kind)} == some


def test_debits_raise_assets_alone(accounts):
    signs = {one.root: one.sign for one in accounts.values()}
    assert signs == {"Assets": 1, "Liabilities": -1, "Equity": -1, "Expenses": -1}


def test_an_account_is_open_on_the_day_it_closes(accounts):
    till = accounts["Assets:FTX:Till"]
    days = [
        datetime.date(*day)
        for day in ((2019, 12, 31), (2020, 1, 1), (2021, 1, 1), (2021, 1, 2))
    ]
    assert [till.is_open(day) for day in days] == [False, True, True, False]
    assert accounts["Assets:FTX:Bank"].is_open(days[-1])
    assert till.admits("USD")
    assert not till.admits("BTC")
    assert accounts["Assets:FTX:Bank"].admits("BTC")


def test_of_what_is_untraced_a_recovery_counts_none_but_at_most_all(accounts):
    bank = accounts["Assets:FTX:Bank"]
    assert [float(share) for share in bank.untraced] == [0, 0, 1]


SEGREGATION = """
2020-01-01 custom "invariant" "segregation" "FTX"
  {}: "{}"
"""


@pytest.mark.parametrize("key", ["accounts", "owed"])
def test_accounts_that_a_test_names_are_open(ledger, key):
    # One that is open, and one below which one is.
    named = "Assets:FTX:Bank, Assets:FTX:Receivables"
    assert ledger.case(SEGREGATION.format(key, named)).invariants
    line, rule, message = ledger.error(SEGREGATION.format(key, "Assets:FTX:Ban"))
    assert (line, rule) == (2, "invariant")
    assert "names Assets:FTX:Ban, and no account is open at or below it" in message
