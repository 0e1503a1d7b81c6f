"""What is noted of a source stands with it, on pages and in panels."""

from __future__ import annotations

import re

import pytest
from preamble import PREAMBLE

CASE = """
2021-01-01 custom "source" "talk" "A talk"
  grade: "C3"
2021-01-01 custom "source" "sheet" "A sheet"
  grade: "C3"
2021-01-02 * "Shares sold" ^court ^talk ^sheet
  id: "sale"
  claim: "R1, R2, R3"
  locator-talk: "minute 12"
  Assets:Alameda:Bank    10 USD
  Equity:Alameda:Shares
"""
ROWS = """id,note,source
R1,ten were paid,court; other
R2,eight were heard of,other
R3,nobody signed,
"""


@pytest.fixture
def made(site, ledger):
    return site(ledger.write(PREAMBLE + CASE, dossier_csv=ROWS))


def _row(html, key):
    found = re.search(rf'<tr [^>]*data-key="{key}">(.*?)</tr>', html, re.DOTALL)
    return re.sub(r"<[^>]+>", " ", found[1])


def test_a_flow_has_them_in_the_row_of_their_source(made):
    html = made.get("flow", pick="sale")
    assert "ten were paid" in _row(html, "source-court")
    assert "minute 12" not in _row(html, "source-court")
    assert "minute 12" in _row(html, "source-talk")
    assert "nothing noted" in _row(html, "source-sheet")
    assert "eight were heard of (other); nobody signed" in html


def test_a_source_has_them_with_what_cites_it(made):
    row = _row(made.get("source", pick="court"), "row-R1")
    assert "ten were paid" in row
    assert "sale" in row
    assert "Nothing is noted of it" in made.get("source", pick="sheet")


def test_a_panel_has_them_by_source(made):
    found = made.http.get(made.path("where") + "rests").get_json()["flows"]["sale"]
    assert found["passages"] == {"court": ["ten were paid"], "talk": ["minute 12"]}
    assert found["apart"] == ["eight were heard of (other)", "nobody signed"]
