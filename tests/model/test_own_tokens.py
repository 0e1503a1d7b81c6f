"""A coin an entity issued is worth nothing to it, and one file says so."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import solvency
from solvency.model import own_tokens

HOUSE = Path(solvency.__file__).parent
#: Which read an issuer for something else: a name to replace, a rule of the language.
ELSE = {"ledger", "redact", "report/verification"}

BOOKS = """
2020-01-01 commodity FTT
  issuer: "FTX"
2020-01-01 commodity SRM
  issuer: "Customers"
2020-01-01 open Assets:FTX:Tokens
2020-01-01 open Assets:Alameda:Tokens
2020-01-01 open Liabilities:FTX:Tokens
  counterparty: "Customers"
"""


@pytest.fixture
def case(ledger):
    return ledger.case(BOOKS)


def test_it_is_worth_nothing_to_its_issuer_alone_and_owed_in_full(case):
    def nothing(account, coin="FTT"):
        return own_tokens.is_with_its_issuer(case, case.accounts[account], coin)

    assert nothing("Assets:FTX:Tokens")
    assert not nothing("Assets:Alameda:Tokens")
    assert not nothing("Liabilities:FTX:Tokens")
    assert not nothing("Assets:FTX:Tokens", "BTC")


def test_it_is_of_the_group_whoever_of_it_holds_it(case):
    assert own_tokens.issuer_of(case, "FTT") == "FTX"
    assert own_tokens.issuer_of(case, "USD") is None
    assert own_tokens.is_of_the_group(case, "FTT")
    assert own_tokens.is_own(case, "FTT", "Alameda")
    assert not own_tokens.is_own(case, "BTC", "Alameda")
    assert own_tokens.is_own(case, "SRM", "Customers")
    assert not own_tokens.is_own(case, "SRM", "Alameda")
    assert own_tokens.is_issued_by(case, "FTT", {"FTX"})
    assert not own_tokens.is_issued_by(case, "FTT", {"Alameda"})
    assert not own_tokens.is_issued_by(case, "BTC", {"Alameda"})


def test_no_other_file_decides_by_an_issuer():
    found = {
        str(path.relative_to(HOUSE))
        for path in HOUSE.rglob("*.py")
        if re.search(r"\.issuer\b", path.read_text(encoding="utf-8"))
    }
    others = {name for name in found if not name.startswith(tuple(ELSE))}
    assert others == {"model/own_tokens.py"}
