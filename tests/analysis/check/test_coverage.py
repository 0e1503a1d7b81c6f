"""Intervals of first dates hold the truth as often as they say.

Ledgers are generated with a truth: amounts by two half-lognormals about what is
written, days anywhere between `earliest:` and `latest:`. The day on which a test truly
broke first lies in the interval of 90% at least as often, since days are whole.
"""

from __future__ import annotations

import datetime
import math

import numpy as np
import pytest
from analysis.check.each_case import ask
from analysis.check.small_books import Books
from analysis.check.small_books import deposit
from analysis.check.small_books import moved
from analysis.check.small_books import own

from solvency.analysis.check import evaluate

Z = 1.6448536269514722
START = datetime.date(2020, 2, 1)
HEAD = (
    ask("customer-assets")
    + '2020-01-01 custom "correlation" "source" 0\n'
    + deposit("2020-01-02", "Alice", "1000.00 USD")
    + own("Exchange", "100.00 USD", account="Custody")
)


@pytest.fixture
def books(ledger):
    return Books(ledger)


def generated(rng, wider):
    """Return a ledger of five outlays from 100 to spare, and when it truly broke."""
    text, true = HEAD, []
    for at in range(5):
        middle = round(rng.uniform(15, 40), 2)
        low, high = (
            round(middle * rng.uniform(*ends), 2) for ends in ((0.6, 0.95), (1.05, 1.6))
        )
        first = START + datetime.timedelta(int(rng.integers(0, 8)))
        last = first + datetime.timedelta(4)
        keys = f"low: {low} USD;high: {high} USD;earliest: {first};latest: {last}"
        text += moved(
            str(first + datetime.timedelta(2)),
            f"{middle} USD",
            "Assets:Exchange:Custody",
            "Assets:Exchange:House",
            keys=f'id: "out-{at}";{keys}',
        )
        size = abs(rng.standard_normal()) * wider / Z
        end = high if rng.random() < 0.5 else low
        true.append(
            (
                first + datetime.timedelta(int(rng.integers(0, 5))),
                middle * math.exp(size * math.log(end / middle)),
            )
        )
    gone, broke = 0.0, None
    for day in sorted({day for day, _ in true}):
        gone += sum(amount for then, amount in true if then == day)
        if gone > 100 and broke is None:
            broke = day
    return text, broke


def covered(books, ledgers, seed, wider=1.0):
    """Return the share of ledgers that broke whose interval holds the day, and both."""
    rng = np.random.default_rng(seed)
    hits = total = 0
    said = happened = 0.0
    for _ in range(ledgers):
        text, broke = generated(rng, wider)
        found = evaluate(books.case(text).book(), draws=400, seed=int(rng.integers(99)))
        (test,) = found.tests
        said += test.probability
        if broke is None:
            continue
        happened += 1
        total += 1
        hits += test.least is not None and test.least <= broke <= test.most
    return hits / total, said / ledgers, happened / ledgers, total


def test_the_interval_of_a_first_date_holds_it(books):
    share, said, happened, total = covered(books, 60, 7)
    assert share >= 0.9 - 2.5 * math.sqrt(0.09 / total)
    # And as many break as draws say will.
    assert happened == pytest.approx(said, abs=3 * math.sqrt(0.25 / 60))


@pytest.mark.long
def test_intervals_of_first_dates_hold_them_nine_times_in_ten(books):
    share, said, happened, _ = covered(books, 800, 8)
    assert 0.88 <= share <= 0.99
    assert happened == pytest.approx(said, abs=0.04)


@pytest.mark.long
def test_where_amounts_err_twice_as_much_first_dates_are_still_held_mostly(books):
    share, *_ = covered(books, 400, 9, wider=2.0)
    assert share > 0.8
