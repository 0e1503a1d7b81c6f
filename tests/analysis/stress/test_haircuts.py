"""Stress of holdings that have a haircut and no market depth."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from click.testing import CliRunner

from solvency.analysis.stress.stress import stress
from solvency.cli import main

#: 1,000 of bonds at 0.95 and 200 of cash against a debt of 1,000; 30 shares of nothing
#: said, at 2.
BONDS = """
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
2021-01-01 custom "entity" "Firm" "the firm"
  group: TRUE
2021-01-01 custom "entity" "Bank" "a bank"
  role: "bank"
2021-01-01 custom "source" "s" "s"
  grade: "A1"
2021-01-01 commodity BOND
  haircut: 0.10
  haircut-low: 0.04
  haircut-high: 0.25
2021-01-01 open Assets:Firm:Bonds
2021-01-01 open Assets:Firm:Cash
2021-01-01 open Assets:Firm:Shares
2021-01-01 open Liabilities:Firm:Loan
  counterparty: "Bank"
2021-01-01 open Assets:Bank:Loan
  counterparty: "Firm"
2021-01-01 open Equity:Bank:Own
2021-01-01 open Equity:Firm:Own
2021-02-01 price BOND 0.95 USD
  source: "s"
2021-02-01 price SHARE 2 USD
  source: "s"
2021-02-01 * "Bank" "Lends" ^s
  id: "F-1"
  Assets:Firm:Cash   1,000 USD
  Equity:Bank:Own   -1,000 USD
2021-02-01 * "Firm" "Buys bonds" ^s
  id: "F-2"
  Assets:Firm:Bonds  1,000 BOND @ 0.80 USD
  Assets:Firm:Cash    -800 USD
2021-02-01 * "Owner" "Brings shares" ^s
  id: "F-3"
  Assets:Firm:Shares   30 SHARE @ 2 USD
  Equity:Firm:Own     -60 USD
2021-02-10 event "petition" "Firm"
"""


def test_bonds_under_stress_fetch_their_price_less_a_haircut(ledger) -> None:
    # 950 at market: 712.50, 855 or 912. With 200 of cash and 60 of shares, less the
    # 1,000 that are owed: -27.50, 115 or 172.
    case = ledger.load(BONDS)
    assert not case.errors
    found = stress(case.book())
    assert not found.tokens
    (one,) = found.cuts
    assert (one.commodity, one.holder, one.units) == ("BOND", "Firm", 1000)
    assert (one.market_value, one.haircut) == (950, Decimal("0.1"))
    fetched = one.proceeds_low, one.proceeds, one.proceeds_high
    assert fetched == (Decimal("712.5"), 855, 912)
    assert (one.equity_low, one.equity, one.equity_high) == (
        Decimal("-27.5"),
        115,
        172,
    )
    assert found.notes == (
        (
            "the ledger gives no market depth and no haircut for SHARE:"
            " taken at market value"
        ),
    )


def test_tables_of_tokens_vanish_where_there_are_none(ledger) -> None:
    path = ledger.write(BONDS)
    shown = CliRunner().invoke(main, ["stress", "--exact", str(path)])
    assert shown.exit_code == 0
    assert "token" not in shown.output.lower()
    assert "712.5 " in shown.output
    document = CliRunner().invoke(main, ["stress", "--json", str(path)]).stdout
    assert json.loads(document)["cuts"][0]["proceeds"] == "855"


@pytest.mark.parametrize(("name", "status"), [("BOND", 0), ("SHARE", 2)])
def test_one_holding_may_be_asked_for(ledger, name, status) -> None:
    asked = ["stress", "--token", name, str(ledger.write(BONDS))]
    shown = CliRunner().invoke(main, asked)
    assert shown.exit_code == status
    assert ("no market depth of SHARE" in shown.output) == (name == "SHARE")
