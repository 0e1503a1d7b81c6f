"""Which uncertain amounts rise and fall together."""

from __future__ import annotations

import numpy as np

from solvency.model.uncertain_amounts import Spreads

SOURCES = "".join(
    f'2020-01-01 custom "source" "{name}" "A paper"\n  grade: "B2"\n'
    for name in ("one", "two", "three")
)


def paid(number, source, **keys):
    lines = {"id": f'"{number}"', "low": "50 USD", "high": "200 USD", **keys}
    return (
        f'2021-01-{number:02} * "Paid" ^{source}\n'
        + "".join(f"  {key}: {value}\n" for key, value in lines.items())
        + "  Assets:FTX:Bank     100 USD\n  Equity:FTX:Shares  -100 USD\n"
    )


def test_amounts_of_one_source_or_driver_and_no_others_go_together(ledger):
    text = "".join(
        [
            *(paid(1, "one"), paid(2, "one"), paid(3, "two"), paid(4, "two")),
            # Alone of its source; and two that one thing drives, of whatever source.
            paid(5, "three"),
            *(paid(6, "one", driver='"rate"'), paid(7, "two", driver='"rate"')),
        ]
    )
    spreads = Spreads(ledger.case(SOURCES + text).book())
    drawn = np.log1p(np.concatenate(list(spreads.draw(20_000, 1, 5_000))))
    wanted = np.eye(7)
    # Half of an error is its source's, where a case says nothing else.
    wanted[0, 1] = wanted[1, 0] = wanted[2, 3] = wanted[3, 2] = 0.5
    wanted[5, 6] = wanted[6, 5] = 1.0
    assert np.abs(np.corrcoef(drawn.T) - wanted).max() < 0.04
