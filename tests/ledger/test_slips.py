"""Keys written with a slip are errors that name the key meant, never silence."""

from __future__ import annotations

import pytest

from solvency.ledger.terms.metadata import closest

KEYS = ("low", "high", "locator", "note", "url", "rank", "purpose", "claim", "grade")


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("lwo", "low"),
        ("olw", "low"),
        ("hihg", "high"),
        ("hgih", "high"),
        ("locater", "locator"),
        ("locaton", "locator"),
        ("notes", "note"),
        ("ulr", "url"),
        ("rnak", "rank"),
        ("purpse", "purpose"),
        ("zh", None),
        ("rate", None),
        ("law", None),
        ("page", None),
    ],
)
def test_slips(slip, meant):
    assert closest(slip, KEYS) == meant


@pytest.mark.parametrize("slip", ["hihg: 5 USD", 'locater: "p. 3"', 'notes: "so"'])
def test_a_slip_in_a_flow_is_an_error(ledger, slip):
    line, rule, message = ledger.error(
        '2020-02-01 * "Costs" ^court\n'
        f"  {slip}\n"
        "  Assets:FTX:Bank     -3 USD\n"
        "  Equity:FTX:Shares    3 USD\n"
    )
    assert (line, rule) == (1, "metadata")
    assert slip.split(":")[0] in message
    assert "is meant" in message
