"""What is paid where what was counted has a range, and counts lie in counts."""

from __future__ import annotations

import datetime

import pytest
from counting import BOOKS
from counting import counted

from solvency.analysis.recover.estate import estate
from solvency.analysis.recover.made_whole import afterwards
from solvency.analysis.recover.recover import recover
from solvency.analysis.recover.variations import varied

PETITION = datetime.date(2022, 11, 11)
BANKS = "Assets:FTX:Bank Assets:Alameda:Bank"


@pytest.fixture
def book(ledger):
    return lambda *counts: ledger.case(BOOKS + "".join(counts)).book()


def bank(book, name):
    (item,) = (
        one
        for one in estate(book, PETITION).items([name])
        if one.account.name == f"Assets:{name}:Bank" and not one.untraced
    )
    return item.worth


def test_what_a_count_leaves_its_neighbour_is_low_where_it_finds_most(book) -> None:
    # 400 in both banks, exactly; of it 60 at FTX, 50 to 70: Alameda has 330 to 350.
    part = counted("B-2", "Assets:FTX:Bank", "60 USD", low="50 USD", high="70 USD")
    one = book(counted("B-1", BANKS, "400 USD"), part)
    assert bank(one, "FTX") == (50, 60, 70)
    assert bank(one, "Alameda") == (330, 340, 350)


def test_what_a_count_of_at_most_finds_at_its_high_end_is_in_no_other(book) -> None:
    # 60 at FTX, at most 90: Alameda has the other 340 of 400, or 310. At the low end
    # nothing of the 60 is FTX's, and it is others', not Alameda's.
    part = counted("B-2", "Assets:FTX:Bank", "60 USD", high="90 USD")
    one = book(counted("B-1", BANKS, "400 USD"), part)
    assert bank(one, "FTX") == (0, 60, 90)
    assert bank(one, "Alameda") == (310, 340, 340)


def test_what_only_a_high_end_finds_has_no_price_a_unit(book) -> None:
    # Nothing was counted, 5 at most: 5 over nothing is no worth of a unit.
    one = book(counted("B-1", "Assets:FTX:Bank", "0 USD", high="5 USD"))
    assert bank(one, "FTX") == (0, 0, 5)
    # The coin and its cost of 20 November, and no flow of the bank that is nil.
    assert {row.flow for row in afterwards(one, recover(one))} <= {"coin", "costs"}


def test_what_only_a_low_end_misses_is_untraced_in_the_variations(book) -> None:
    # All 500 were counted, 400 at the least: 100 may be untraced.
    one = book(counted("B-1", "Assets:Alameda:Bank", "500 USD", low="400 USD"))
    assert set(varied(one, recover(one)).untraced) == {"without", "with"}
    sure = book(counted("B-1", "Assets:Alameda:Bank", "500 USD"))
    assert not varied(sure, recover(sure)).untraced
