"""Hypotheses that exclude one another, taken together by hand."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from preamble import PREAMBLE

from solvency.cli import main

EXCLUDED = (
    PREAMBLE
    + """
2021-01-01 custom "hypothesis" "lent" "It lent"
  prior: 0.5
  excludes: "spent"
2021-01-01 custom "hypothesis" "spent" "It spent"
  prior: 0.5
2021-01-01 * "Capital" ^court
  Assets:FTX:Bank     100 USD
  Equity:FTX:Shares  -100 USD
2021-01-02 ! "A loan" ^court #lent
  Assets:FTX:Bank     -10 USD
  Equity:FTX:Shares    10 USD
2021-01-03 ! "A cost" ^court #spent
  Assets:FTX:Bank     -20 USD
  Equity:FTX:Shares    20 USD
"""
)
SAID = "lent and spent exclude one another"


@pytest.mark.parametrize("chosen", ["lent,spent", "spent,lent"])
def test_the_terminal_refuses_them(ledger, chosen):
    path = str(ledger.write(EXCLUDED))
    ran = CliRunner().invoke(main, ["balance", "--hypothesis", chosen, path])
    assert ran.exit_code == 2
    assert f"the hypotheses {SAID}. Take one out." in ran.output
    assert (
        CliRunner().invoke(main, ["balance", "--hypothesis", "lent", path]).exit_code
        == 0
    )


@pytest.mark.parametrize("page", ["where", "group"])
def test_a_page_says_so_and_has_no_number(site, ledger, page):
    served = site(ledger.write(EXCLUDED))
    both = served.get(page, hypothesis="lent,spent")
    assert f"{SAID}: both cannot be true." in both
    assert 'role="alert"' in both
    assert "data-value" not in both
    for asked in ({"hypothesis": "lent"}, {"scenario": "*"}):
        one = served.get(page, **asked)
        assert SAID not in one
        assert "data-value" in one


def test_the_switches_stay_and_have_no_number(site, ledger):
    served = site(ledger.write(EXCLUDED))
    held = served.get("hypotheses", hypothesis="lent,spent")
    assert SAID in held
    assert held.count(" checked>") == 2
    assert 'class="sv-numbers"' not in held
    asked = {"hypothesis": "lent,spent", "before": "scenario=established"}
    reply = served.http.get(served.path("where") + "switched", query_string=asked)
    found = reply.get_json()
    assert found["numbers"] == []
    assert found["said"] == [f"{SAID}: both cannot be true."]
