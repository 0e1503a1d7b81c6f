"""Names of flows that nobody named: of what they say, wherever they stand."""

from __future__ import annotations

import datetime

import pytest
from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.number import D

from solvency.ledger.entries.flow_names import is_made
from solvency.ledger.entries.flow_names import stable_name


def paid(number="3", **meta):
    """A payment, with metadata."""
    leg = data.Posting(
        "Assets:FTX:Bank", Amount(D(number), "USD"), None, None, None, None
    )
    place = {"filename": "a.beancount", "lineno": 1}
    when = datetime.date(2022, 5, 9)
    none = frozenset()
    return data.Transaction(
        place | meta, when, "*", "Ann", "Paid", none, frozenset({"court"}), [leg]
    )


@pytest.mark.parametrize(
    "more",
    [
        {"filename": "b.beancount"},
        {"lineno": 99},
        # What beancount keeps for itself.
        {"__tolerances__": {"USD": D("0.005")}},
    ],
)
def test_where_a_flow_stands_is_no_part_of_its_name(more):
    assert stable_name(paid(**more)) == stable_name(paid())


@pytest.mark.parametrize("more", [{"number": "4"}, {"note": "so"}, {"_note": "so"}])
def test_what_it_says_is(more):
    assert stable_name(paid(**more)) != stable_name(paid())


def test_a_name_that_was_made_is_told_from_one_that_was_written():
    name = stable_name(paid())
    assert name.startswith("20220509-")
    assert is_made(name)
    assert is_made(f"{name}-2")
    assert not is_made("loan-2022")
