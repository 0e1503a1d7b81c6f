"""A check of beancount's own that ends in a fault of its is an error of the ledger."""

from __future__ import annotations

from beancount.ops import validation
from preamble import PREAMBLE


def test_it_is_told_at_the_first_line_of_the_ledger(ledger, monkeypatch):
    def fails(*_):
        raise KeyError("of beancount's")

    monkeypatch.setattr(validation, "validate", fails)
    (error,) = ledger.load(PREAMBLE).errors
    assert (error.rule, error.line) == ("beancount", 1)
    assert "beancount's own checks failed (KeyError)" in error.message
    assert "Mend the other errors first" in error.message
