"""Draws are worked on in blocks, and the blocks leave no trace in what is found."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from solvency.analysis.check import draws
from solvency.analysis.check import evaluate
from solvency.ledger.load import load

LEDGERS = Path(__file__).parents[3] / "ledgers"


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
