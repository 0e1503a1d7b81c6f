"""A case of currencies alone says nothing of coins; one with coins does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solvency.report import build
from solvency.report import pages
from solvency.report.money_only import INSTEAD
from solvency.report.money_only import is_money_only

if TYPE_CHECKING:
    from solvency import Case

MONEY = """
2020-01-01 custom "invariant" "balance-sheet" "FTX"
2020-01-01 custom "invariant" "customer-assets" "FTX"
2020-03-01 price EUR 1.10 USD
  source: "court"
2020-03-01 * "Customers" "A deposit" ^court
  purpose: "deposits"
  Equity:Customers:Wealth  -50 EUR
  Assets:FTX:Bank           50 EUR
2020-03-02 * "FTX" "Lends" ^court
  purpose: "loans"
  Assets:FTX:Bank      -50 EUR
  Assets:Alameda:Bank   50 EUR
"""
SECTIONS = ("segregation", "balances", "funds", "families", "solvency")


def said(case: Case) -> str:
    root = pages.tree(build(case, case.book(), sections=SECTIONS))
    body = root.find("body")
    assert body is not None
    return " ".join("".join(body.itertext()).split())


def test_a_case_of_currencies_speaks_of_no_coins(ledger) -> None:
    case = ledger.case(MONEY)
    assert is_money_only(case)
    assert not re.search(r"\bcoins?\b", said(case), re.IGNORECASE)


def test_a_case_with_coins_speaks_of_them(ledger) -> None:
    case = ledger.case(
        MONEY.replace("EUR", "BTC")
        + '2020-01-01 commodity BTC\n  liquidity: "liquid"\n'
    )
    assert not is_money_only(case)
    assert re.search(r"\bcoins?\b", said(case))


def test_every_message_said_otherwise_is_one_of_the_catalogue() -> None:
    known = pages.locale("zh").catalogue
    for message, other in INSTEAD.items():
        assert known.gettext(message) != message, message
        assert known.gettext(other) != other, other
