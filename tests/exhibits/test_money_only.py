"""A case of currencies alone says nothing of coins; one with coins does."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from solvency.exhibits.money_only import HOLDINGS
from solvency.exhibits.money_only import INSTEAD
from solvency.exhibits.money_only import NO_TOKENS
from solvency.exhibits.money_only import has_coins
from solvency.exhibits.money_only import is_money_only
from solvency.report import build
from solvency.report import pages

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
#: Shares and bonds, and a member that owns another.
SHARES = (
    MONEY
    + """
2020-01-01 commodity BOND
  haircut: 0.10
2020-01-01 open Assets:FTX:Bonds
2020-03-01 price BOND 0.90 USD
  source: "court"
2020-03-03 * "FTX" "Is given bonds" ^court
  purpose: "capital"
  Assets:FTX:Bonds   100 BOND @ 0.90 USD
  Equity:FTX:Shares  -90 USD
2020-03-04 custom "observation" Assets:FTX:Bonds 80 USD
  source: "court"
2020-03-05 event "petition" "FTX"
"""
)
SECTIONS = ("segregation", "balances", "funds", "families", "solvency")
ALL = (
    *SECTIONS, "plugs", "scope", "entities", "chronology", "claims", "reconciled",
    "tracing", "spiral", "affairs", "matrix", "registers", "flows", "derived",
    "observations", "sources", "methods", "glossary",
)  # fmt: skip


def said(case: Case, sections: tuple[str, ...] = SECTIONS) -> str:
    root = pages.tree(build(case, case.book(), sections=sections))
    body = root.find("body")
    assert body is not None
    return " ".join("".join(body.itertext()).split())


def test_a_case_of_currencies_speaks_of_no_coins(ledger) -> None:
    case = ledger.case(MONEY)
    assert is_money_only(case)
    assert not re.search(r"\bcoins?\b", said(case), re.IGNORECASE)


@pytest.mark.parametrize("text", [MONEY, SHARES], ids=["money", "shares"])
def test_nothing_printed_speaks_of_coins_or_tokens(ledger, text) -> None:
    case = ledger.case(text)
    assert not has_coins(case)
    words = re.findall(
        r"[^.]*\b(?:coins?|tokens?|depth|crypto)\b[^.]*", said(case, ALL)
    )
    assert words == []


def test_a_case_with_coins_speaks_of_them(ledger) -> None:
    case = ledger.case(
        MONEY.replace("EUR", "BTC")
        + '2020-01-01 commodity BTC\n  liquidity: "liquid"\n'
    )
    assert not is_money_only(case)
    assert re.search(r"\bcoins?\b", said(case))


PLEDGE = """
2020-01-01 open Assets:FTX:Pledged
  pledged-to: "Alameda"
2020-03-03 * "FTX" "Pledges" ^court
  purpose: "collateral"
  Assets:FTX:Bank     -10 EUR
  Assets:FTX:Pledged   10 EUR
"""


def test_a_sum_of_flows_names_what_is_in_it_beside_money(ledger) -> None:
    moved = "moved by the flows of this scenario, "
    assert f"{moved}at central amounts" in said(ledger.case(MONEY), ("plugs",))
    pledged = said(ledger.case(MONEY + PLEDGE), ("plugs",))
    assert "; what was pledged stands apart" in pledged
    assert "Flows Money Pledges All Share of all" in " ".join(pledged.split())


def test_every_message_said_otherwise_is_one_of_the_catalogue() -> None:
    known = pages.locale("zh").catalogue
    for message, other in [*INSTEAD.items(), *HOLDINGS.items(), *NO_TOKENS.items()]:
        assert known.gettext(message) != message, message
        assert known.gettext(other) != other, other
