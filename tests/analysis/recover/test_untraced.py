"""A recovery with untraced money: nothing at low and central, whole at high."""

from __future__ import annotations

from decimal import Decimal

import pytest
from counting import BOOKS
from counting import counted

from solvency.analysis.recover.recover import recover
from solvency.analysis.recover.variations import documents
from solvency.analysis.recover.variations import equally
from solvency.analysis.recover.variations import moved
from solvency.analysis.recover.variations import varied

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


def test_low_and_high_take_counts_at_the_ends_of_their_ranges(ask) -> None:
    # 25 of the wallet's 100 were found, 20 to 40; the rest is untraced: 80 at low,
    # which count at nothing, and 60 at high, which count in full beside the 40.
    found = ask(
        counted("B-1", "Assets:FTX:Wallet", "25 USD", low="20 USD", high="40 USD")
    )
    assert lines(found)["held for customers"] == (20, 25, 40)
    assert lines(found)["untraced"] == (0, 0, 60)
    assert any("at low as at the low ends" in note for note in found.notes)


def test_a_count_of_at_most_is_nothing_at_low(ask) -> None:
    # At most 25 of the wallet's 100, and 20 of the bank's 220: at low nothing was
    # found, and customers, owed 120, are paid nothing.
    found = ask(
        counted("B-1", "Assets:FTX:Wallet", "25 USD", high="25 USD"),
        counted("B-2", "Assets:FTX:Bank", "20 USD", high="20 USD"),
    )
    paid = next(x for x in found.classes if (x.entity, x.rank) == ("FTX", "customer"))
    assert (paid.low, paid.paid, paid.high) == (0, 45, 120)


FOUND = (
    counted("B-1", "Assets:FTX:Wallet", "25 USD"),
    counted("B-2", "Assets:FTX:Bank", "20 USD"),
)


def test_untraced_is_varied_alone(ask) -> None:
    # Owed 120. Found: 45 of 320. With nothing else 45 are paid at all three ends, with
    # the untraced whole 120 at all three.
    found = ask(*FOUND)
    told = documents(varied(found.case.book(), found))
    (row,) = (
        x for x in told["untraced"] if (x["way"], x["entity"]) == ("alone", "FTX")
    )
    assert list(row["without"].values()) == [Decimal("0.375")] * 3
    assert list(row["with"].values()) == [1] * 3


def test_nothing_untraced_varies_nothing(ask) -> None:
    found = ask()
    assert documents(varied(found.case.book(), found))["untraced"] == []


INSIDER = """
2020-01-01 custom "entity" "Founder" "Who owns it"
  role: "insider"
2020-01-01 open Assets:FTX:Receivables:Founder
  counterparty: "Founder"
2020-01-01 open Liabilities:Founder:Payables:FTX
  counterparty: "FTX"
2020-01-01 open Assets:Founder:Bank
2022-10-03 * "Lent to the founder, who keeps it" ^court
  Assets:FTX:Bank                  -90 USD
  Assets:FTX:Receivables:Founder    90 USD
  Liabilities:Founder:Payables:FTX -90 USD
  Assets:Founder:Bank               90 USD
"""


def test_insiders_that_pay_nothing(ask) -> None:
    # Of the bank's 130 left 6 were found, of the wallet's 100 none. With the founder's
    # 90 that is 96 for 120 owed to customers: 80%; without them 6: 5%.
    found = ask(
        INSIDER,
        counted("B-1", "Assets:FTX:Wallet", "0 USD"),
        counted("B-2", "Assets:FTX:Bank", "6 USD"),
    )
    one = varied(found.case.book(), found)
    assert one.insiders == ("Founder",)
    assert found.rate("FTX", "customer") == Decimal("0.8")
    assert one.unpaid.rate("FTX", "customer") == Decimal("0.05")
    ((with_, without),) = moved(one, "alone")
    assert (with_.rate, without.rate) == (Decimal("0.8"), Decimal("0.05"))


def test_ranks_set_shares_apart_where_all_are_one(ask) -> None:
    # Lenders are owed 180 by Alameda beside FTX's customers, 120. As one estate 45 of
    # the 320 at FTX were found, and of what Alameda has 75: customers get all of 120
    # and lenders nothing; alike, both get 120 / 300 = 40%.
    lent = """
2020-01-01 custom "entity" "Lenders" "Who lent"
  role: "lender"
2020-01-01 open Liabilities:Alameda:Loans
  counterparty: "Lenders"
  pair: "loans"
2020-01-01 open Equity:Lenders:Wealth
2020-01-01 open Assets:Lenders:Loans
  counterparty: "Alameda"
  pair: "loans"
2022-10-02 * "Lent" ^court
  Assets:Alameda:Bank          180 USD
  Liabilities:Alameda:Loans   -180 USD
  Assets:Lenders:Loans         180 USD
  Equity:Lenders:Wealth       -180 USD
"""
    found = ask(
        *FOUND,
        lent,
        counted("B-3", "Assets:Alameda:Bank", "75 USD"),
        counted("B-4", "Assets:Alameda:Stakes", "0 USD"),
        counted("B-5", "Assets:Alameda:Coins", "0 BTC"),
        counted("B-6", "Assets:Alameda:Thin", "0 THIN"),
    )
    shares = equally(found.consolidated)
    assert shares == {"group": Decimal("0.4")}
    assert {x.rank: x.rate for x in found.consolidated} == {
        "customer": 1,
        "unsecured": 0,
    }
