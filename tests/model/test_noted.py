"""What is said of counts below the table of what was found."""

from __future__ import annotations

from solvency.model.counting.noted import of_counts


def test_of_whom_holdings_are_is_said_where_there_are_several(ledger):
    counts = ledger.case("").book().counts
    (one,) = of_counts(counts, {"wallets": {"FTX"}})
    assert str(one).startswith("wallets counted several holdings together: what is")
    (two,) = of_counts(counts, {"wallets": {"FTX", "Alameda"}})
    assert "together, of Alameda, FTX: what is untraced" in str(two)
