"""Draws are worked on in blocks, and the blocks leave no trace in what is found."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from analysis.check.each_case import ask
from analysis.check.small_books import Books
from analysis.check.small_books import deposit
from analysis.check.small_books import moved

from solvency.analysis import split as processes
from solvency.analysis.check import draws
from solvency.analysis.check import evaluate
from solvency.ledger.load import load

LEDGERS = Path(__file__).parents[3] / "ledgers"
#: Flows of no certain day and amount, taken and partly given back.
MOVED = (
    "".join(map(ask, ("customer-assets", "balance-sheet", "ability-to-pay")))
    + ask("house-and-customer-apart")
    + deposit("2020-01-02", "Alice", "100 USD", keys="low: 80 USD;high: 120 USD")
    + moved(
        "2020-01-15",
        "40 USD",
        "Assets:Exchange:Custody",
        "Assets:Exchange:House",
        keys="low: 20 USD;high: 60 USD;earliest: 2020-01-10;latest: 2020-01-20",
    )
    + moved(
        "2020-03-01",
        "30 USD",
        "Assets:Exchange:House",
        "Assets:Exchange:Custody",
        keys="low: 10 USD;high: 90 USD;earliest: 2020-01-12;latest: 2020-04-20",
    )
)


@pytest.fixture
def books(ledger):
    return Books(ledger)


@pytest.mark.parametrize("name", ["harbour", "mf-global"])
def test_blocks_of_any_size_find_the_same(monkeypatch, name):
    book = load(LEDGERS / name / "main.beancount").book()
    found = evaluate(book, draws=600, otherwise=False)
    # A block of the fewest draws there may be, and one of all that are drawn at once.
    for size in (1, 10**9):
        monkeypatch.setattr(draws, "_BLOCK", size)
        again = evaluate(book, draws=600, otherwise=False)
        assert again.tests == found.tests
        assert again.findings == found.findings
        assert replace(again, series={}).familywise == found.familywise


@pytest.mark.parametrize(
    "more", ["", '2020-02-01 custom "membership" "Firm" "leaves"\n'], ids=["", "leaves"]
)
def test_parts_of_the_days_leave_no_trace(books, monkeypatch, more):
    book = books.case(MOVED + more).book()
    found = evaluate(book, draws=500, otherwise=False)
    assert any(0 < one.probability < 1 for one in found.tests)
    assert bool(book.case.turns) == bool(more)
    for size in (100, 1_000):
        monkeypatch.setattr(draws, "_BLOCK", size)
        assert evaluate(book, draws=500, otherwise=False).tests == found.tests


@pytest.mark.skipif(sys.platform != "linux", reason="processes are split on Linux")
@pytest.mark.parametrize("count", [1, 96, 97, 160, 161, 600])
def test_draws_worked_on_in_two_processes_find_the_same(books, monkeypatch, count):
    book = books.case(MOVED).book()
    # Lots of two chunks of 16 draws.
    monkeypatch.setattr(draws, "_CELLS", 1)
    here = []
    firsts = draws._Plan.firsts

    def counted(plan, lot):
        here.append(lot[0].shape[0])
        return firsts(plan, lot)

    monkeypatch.setattr(draws._Plan, "firsts", counted)
    monkeypatch.setattr(processes, "can_split", lambda: False)
    found = evaluate(book, draws=count, otherwise=False)
    assert sum(here) == count
    alone, here[:] = here[:], []
    monkeypatch.setattr(processes, "can_split", lambda: True)
    again = evaluate(book, draws=count, otherwise=False)
    # Every other lot was worked on here, the rest beside.
    assert here == alone[::2]
    assert again.tests == found.tests
    assert again.familywise == found.familywise


def test_what_broke_in_every_draw_is_not_asked_again(books, monkeypatch):
    asked = []
    run = draws.run

    def counted(invariant, spells):
        if spells.worlds[0].drawn:
            asked.append((invariant.name, int(spells.timeline.kept[0])))
        return run(invariant, spells)

    monkeypatch.setattr(draws, "run", counted)
    monkeypatch.setattr(draws, "_BLOCK", 500)
    text = MOVED.replace("low: 10 USD;high: 90 USD", "low: 10 USD;high: 15 USD")
    text = text.replace("30 USD", "12 USD").replace("low: 20 USD", "low: 39 USD")
    found = evaluate(books.case(text).book(), draws=500, otherwise=False)
    (one,) = (x for x in found.tests if x.test == "customer-assets")
    assert one.probability == 1
    after = [at for name, at in asked if name == "customer-assets"]
    every = [at for name, at in asked if name == "ability-to-pay"]
    assert len(set(every)) > 5
    assert max(after) < max(every)


def test_books_of_a_single_day_are_drawn(books):
    # 80 to 120 came in and the same is owed: on the one day there is, nothing lacks.
    text = ask("customer-assets") + deposit(
        "2020-01-02", "Alice", "100 USD", keys="low: 80 USD;high: 120 USD"
    )
    book = books.case(text).book()
    assert len({flow.date for flow in book.flows}) == 1
    assert not evaluate(book, draws=100, otherwise=False).findings
