"""Which claims a table names where there are very many."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from solvency.model import claims
from solvency.model.claims import Claim
from solvency.model.claims import largest

DAY = datetime.date(2022, 11, 11)
PRICE = '2022-11-01 price BTC 10 USD\n  source: "court"\n'


def claim(creditor, commodity, claimed, owed=None):
    owed = claimed if owed is None else owed
    return Claim(creditor, "FTX", commodity, Decimal(claimed), Decimal(owed))


ROWS = [
    claim("Ann", "USD", 50),
    claim("Bob", "BTC", 8),
    claim("Cyd", "XYZ", 900),
    claim("Dan", "USD", 50),
    claim("Eve", "USD", 1, 2),
    claim("Fay", "USD", 60, -70),
]


@pytest.mark.parametrize(
    ("most", "names"),
    [
        # All; what does not match; then the largest at market: of what has no price
        # nothing is known, and of equals the first by name stays.
        (6, ["Ann", "Bob", "Cyd", "Dan", "Eve", "Fay"]),
        (2, ["Eve", "Fay"]),
        (1, ["Fay"]),
        (3, ["Bob", "Eve", "Fay"]),
        (4, ["Ann", "Bob", "Eve", "Fay"]),
        (5, ["Ann", "Bob", "Dan", "Eve", "Fay"]),
    ],
)
def test_the_largest_are_named_in_the_order_of_all(ledger, monkeypatch, most, names):
    monkeypatch.setattr(claims, "MOST_PAIRS", most)
    book = ledger.case(PRICE).book()
    assert [row.creditor for row in largest(book, DAY, ROWS)] == names


def test_the_claim_of_a_pair_counts_no_others(ledger):
    book = ledger.case(PRICE).book()
    # Ann has 50 dollars and, at 10 each, 3 bitcoin; what XYZ is worth nobody says.
    rows = [*ROWS, claim("Ann", "BTC", 3, 2), claim("Ann", "XYZ", 7)]
    found = claims._valued(book, DAY, "Ann", "FTX", rows)
    assert (found.claimed, found.owed) == (80, 70)
    assert claims._valued(book, DAY, "Cyd", "FTX", rows).claimed == 0
