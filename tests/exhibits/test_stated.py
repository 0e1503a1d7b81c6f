"""What sources state of a balance, beside the books."""

from __future__ import annotations

import datetime

from solvency.exhibits.evidence.observations import nearby
from solvency.exhibits.setting import of_answers


def test_beside_a_balance_a_bound_gives_way_and_is_called_one(ledger) -> None:
    # Of one day: a bound that was published first, and a figure published after it.
    stated = """
2020-06-01 custom "source" "complaint" "What was missing, at least"
  grade: "A1"
2020-07-01 custom "source" "count" "What was there"
  grade: "B2"
2020-02-01 * "Own money" ^court
  id: "F-1"
  Assets:FTX:Bank     10 USD
  Equity:FTX:Shares  -10 USD
2020-03-01 custom "observation" Assets:FTX:Bank 8 USD
  id: "bound"
  source: "complaint"
  low: 8 USD
"""
    figure = """
2020-03-01 custom "observation" Assets:FTX:Bank 9 USD
  id: "figure"
  source: "count"
  low: 8 USD
  high: 10 USD
"""
    day = datetime.date(2020, 3, 1)
    most = stated.replace("  low: 8 USD", "  high: 8 USD")
    assert most != stated
    # All that was counted may be others': from nothing to the amount.
    others = stated.replace("  low: 8 USD", "  low: 0 USD\n  high: 8 USD")
    narrow = figure.replace("figure", "narrow").replace("low: 8 USD", "low: 9 USD")
    assert narrow != figure
    sources = stated[: stated.index("2020-03-01 custom")]
    for text, told in (
        (stated, ("bound", "\N{GREATER-THAN OR EQUAL TO} ")),
        (most, ("bound", "\N{LESS-THAN OR EQUAL TO} ")),
        (others, ("bound", "\N{LESS-THAN OR EQUAL TO} ")),
        (stated + figure, ("figure", "")),
        (others + figure, ("figure", "")),
        (sources + figure + narrow, ("narrow", "")),
    ):
        case = ledger.case(text)
        setting = of_answers(case.book(), day)
        (found, (name, *_)) = nearby(setting, "FTX", day)[
            frozenset({"Assets:FTX:Bank"})
        ]
        assert (name.name, found.sign) == told
        assert found.text(setting.locale).startswith(found.sign)
