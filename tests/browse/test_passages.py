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
2021-01-01 custom "source" "other" "Another"
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


def test_a_row_of_several_amounts_has_them_all(site, ledger):
    rows = (
        "id,note,amount,unit,parts,source,zh,zh-parts\n"
        "R1,found: customers,8000,USD,1700 USD investors; 1300 USD lenders,court,"
        "认定：客户,投资者;贷款人\n"
    )
    served = site(ledger.write(PREAMBLE + CASE, dossier_csv=rows))
    said = "found: customers: 8,000 USD; 1,700 USD investors; 1,300 USD lenders"
    assert said in _row(served.get("flow", pick="sale"), "source-court")
    assert said in _row(served.get("source", pick="court"), "row-R1")
    html = served.get("flow", pick="sale", lang="zh")
    said = "认定：客户：8,000 USD；1,700 USD 投资者；1,300 USD 贷款人"
    assert said in _row(html, "source-court")


def test_a_source_has_them_with_what_cites_it(made):
    row = _row(made.get("source", pick="court"), "row-R1")
    assert "ten were paid" in row
    assert "sale" in row
    assert "Nothing is noted of it" in made.get("source", pick="sheet")


def test_a_flow_that_cites_a_row_without_its_source_is_named_apart(made):
    assert "does not rest on it" not in made.get("source", pick="court")
    html = made.get("source", pick="other")
    rest = html.split('id="rests"')[1].split("</section>")[0]
    assert "1 more flow cites what it says and does not rest on it" in rest
    assert "sale." in rest
    # An amount of nothing has no unit.
    assert "<small>" not in rest


def test_an_observation_that_cites_a_row_leads_to_where_it_stands(site, ledger):
    counted = (
        '2021-01-03 custom "observation" Assets:Alameda:Bank 10 USD\n'
        '  id: "B-1"\n  source: "talk"\n  claim: "R1"\n'
    )
    served = site(ledger.write(PREAMBLE + CASE + counted, dossier_csv=ROWS))
    row = re.search(
        r'<tr [^>]*data-key="row-R1">(.*?)</tr>',
        served.get("source", pick="court"),
        re.DOTALL,
    )[1]
    place = re.search(r'<a href="([^"]*)">B-1</a>', row)[1]
    page, _, mark = place.partition("#")
    assert "pick=talk" in page
    assert f'id="{mark}"' in served.http.get(page).text


def test_a_panel_has_them_by_source(made):
    found = made.http.get(made.path("where") + "rests").get_json()["flows"]["sale"]
    assert found["passages"] == {"court": ["ten were paid"], "talk": ["minute 12"]}
    assert found["apart"] == ["eight were heard of (other)", "nobody signed"]
