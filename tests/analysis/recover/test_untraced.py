"""A recovery with untraced money: nothing at low and central, whole at high."""

from __future__ import annotations

from decimal import Decimal

import pytest
from counting import BOOKS
from counting import counted

from solvency.analysis.recover.recover import recover

OWED = """
2020-01-01 open Liabilities:FTX:Depositors
  counterparty: "Customers"
  pair: "deposits"
  rank: "customer"
2020-01-01 open Assets:Customers:Depositors
  counterparty: "FTX"
  pair: "deposits"
2022-10-02 * "Owed to customers, and spent" ^court
  on: Liabilities:FTX:Depositors
  Equity:Customers:Wealth  -120 USD
  Assets:FTX:Bank           120 USD
"""


@pytest.fixture
def ask(ledger):
    def run(*counts: str):
        return recover(ledger.case(BOOKS + OWED + "".join(counts)).book())

    return run


def lines(found, entity="FTX"):
    one = next(x for x in found.statements if x.entity == entity)
    return {line.kind: line.worth for line in one.lines}


def test_untraced_is_nothing_low_and_central_and_whole_high(ask) -> None:
    # The wallet (60 in bitcoin, 40 dollars) is held for customers; 25 were found.
    # The bank has 220. Owed: 120, of which 25 is covered.
    found = ask(counted("B-1", "Assets:FTX:Wallet", "25 USD"))
    assert lines(found)["held for customers"] == (25, 25, 25)
    assert lines(found)["untraced"] == (0, 0, 75)
    assert lines(found)["free"] == (220, 220, 220)
    one = next(x for x in found.statements if x.entity == "FTX")
    assert (one.low.partly_secured, one.high.partly_secured) == (25, 100)
    assert any("untraced counts at nothing" in note for note in found.notes)


def test_payments_fall_by_what_nobody_found(ask) -> None:
    # With 20 of the bank's 220 found and 25 of the wallet's 100, 45 pay 120; in the
    # high estimate all 320 are there.
    found = ask(
        counted("B-1", "Assets:FTX:Wallet", "25 USD"),
        counted("B-2", "Assets:FTX:Bank", "20 USD"),
    )
    paid = next(x for x in found.classes if (x.entity, x.rank) == ("FTX", "customer"))
    assert (paid.low, paid.paid, paid.high) == (45, 45, 120)
    assert found.rate("FTX", "customer") == Decimal(45) / 120


def test_unrecorded_counts_as_held(ask) -> None:
    found = ask(counted("B-1", "Assets:FTX:Bank", "300 USD"))
    assert lines(found)["free"] == (300, 300, 300)
    assert "untraced" not in lines(found)


def test_an_overdrawn_account_with_money_in_it_owes_nothing(ask) -> None:
    # By the books the bank lent 30; the count says that 10 are there.
    drawn = """
2020-01-01 open Assets:Alameda:Second
2022-10-01 * "Overdrawn" ^court
  Assets:Alameda:Second   -30 USD
  Equity:Alameda:Shares    30 USD
"""
    plain, seen = (
        ask(drawn),
        ask(drawn, counted("B-1", "Assets:Alameda:Second", "10 USD")),
    )
    assert any(debt.account == "Assets:Alameda:Second" for debt in plain.debts)
    assert not any(debt.account == "Assets:Alameda:Second" for debt in seen.debts)
    before, after = lines(plain, "Alameda")["free"], lines(seen, "Alameda")["free"]
    assert after.central - before.central == 10


def test_shares_by_account(ask) -> None:
    # 10 THIN are in the books and none was found; half of it at central.
    count = counted("B-1", "Assets:Alameda:Stash", "100 USD")
    account = """
2020-01-01 open Assets:Alameda:Stash
  untraced-low: 0.25
  untraced: 0.5
  untraced-high: 0.75
2022-10-01 * "Stashed" ^court
  Assets:Alameda:Stash    500 USD
  Equity:Alameda:Shares  -500 USD
"""
    assert lines(ask(account, count), "Alameda")["untraced"] == (100, 200, 300)


def test_what_is_not_found_is_not_sold(ask) -> None:
    # 5 THIN halve the price. 4 found sell at 2 (1 - 2^-0.8) / (0.8 ln 2) each, as if
    # the other 6 were nowhere; in the high estimate all 10 press on the price.
    found = ask(counted("B-1", "Assets:Alameda:Thin", "4 THIN"))
    low, _, high = lines(found, "Alameda")["free"]
    # Bank 500, coins 40, stakes 30 and FTX's tokens 40 stand beside these.
    assert low - 610 == pytest.approx(Decimal("6.1408"), abs=Decimal("0.0001"))
    assert high - 610 == pytest.approx(Decimal("4.3281"), abs=Decimal("0.0001"))


def test_without_counts_there_is_no_such_line(ask) -> None:
    assert "untraced" not in lines(ask())
