"""What each flow has in a sum of balances."""

from __future__ import annotations

import datetime
from decimal import Decimal

import numpy as np
from counting import BOOKS
from counting import counted

from solvency.model.contributions import Parts
from solvency.model.counting.untraced import found_rows

DAY = datetime.date(2022, 11, 30)
PETITION = datetime.date(2022, 11, 11)


def test_each_flow_has_its_units_at_the_price_of_the_day(ledger):
    # 4 BTC, then 1 more on 20 November, at 10 dollars each.
    book = ledger.case(BOOKS).book()
    made = Parts(book, DAY).of(["Assets:Alameda:Coins"], "asset")
    assert [part for _, part in made.parts] == [Decimal(40), Decimal(10)]
    assert made.flows[0] == "alameda"
    assert made.exact


def test_a_sheet_says_what_of_its_assets_was_not_found(ledger):
    # 500 in the bank and 200 counted; 6 BTC of FTX's and 9 counted, at 10 dollars.
    case = ledger.case(
        BOOKS
        + counted("B-1", "Assets:Alameda:Bank", "200 USD")
        + counted("B-2", "Assets:FTX:Wallet", "9 BTC")
    )
    book = case.book()
    rows, (note,) = found_rows(book, book.balance_sheet("group", PETITION))
    assert str(note).startswith("of the assets, 300.00 are untraced")
    assert "30.00 were found and are not in the books" in str(note)
    # In the columns of Alameda, FTX, taken off, and the group.
    assert {row[:2]: row[-1] for row in rows} == {
        ("untraced", "Assets:Alameda:Bank"): Decimal(300),
        ("unrecorded", "Assets:FTX:Wallet"): Decimal(30),
    }


def test_a_sum_asked_again_is_made_of_the_same_and_another_of_its_own(ledger):
    book = ledger.case(BOOKS).book()
    names = sorted({one.account for one in book.positions})
    first = Parts(book, PETITION)
    for _ in range(2):
        for some in (names, *([name] for name in names)):
            for side in (None, "asset", "liability"):
                for counts in (lambda _: True, lambda one: one.commodity == "USD"):
                    found = first.of(some, side, counts)
                    assert found == Parts(book, PETITION).of(some, side, counts)
    assert first.of(names) is first.of(reversed(names))
    assert len(first._made) <= 4


def test_units_of_a_holding_are_those_its_flows_moved(ledger):
    book = ledger.case(BOOKS).book()
    accounts = ["Assets:Alameda:Bank", "Assets:Alameda:Coins", "Assets:FTX:Wallet"]
    made = Parts(book, DAY).units(accounts, "BTC")
    assert [units for _, units in made.parts] == [Decimal(6), Decimal(4), Decimal(1)]
    assert made.flows[:2] == ("ftx", "alameda")
    assert made.exact


def test_postings_are_ordered_once_for_all_days(ledger, monkeypatch):
    book = ledger.case(BOOKS).book()
    names = sorted({one.account for one in book.positions})
    calls: list[None] = []
    order = np.argsort
    monkeypatch.setattr(
        np, "argsort", lambda *args, **rest: calls.append(None) or order(*args, **rest)
    )
    for day in (PETITION, DAY):
        parts = Parts(book, day)
        made = parts.of(names)
        assert parts.priced(names) == made.sources
    assert made.sources
    assert len(calls) == 1
