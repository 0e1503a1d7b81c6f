"""Tracing, recovery, stress and scenarios: what the pages answer, worked by hand."""

from __future__ import annotations

import json
import re
import time
from decimal import Decimal
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from fava_site import tile
from fava_site import values
from preamble import PREAMBLE

from solvency.cli import main

#: Customers wire 60 to the bank, then 40 of its own come in; 50 and 5 go out.
TRACED = """
2020-01-01 custom "source" "owner" "A letter of the owner"
  grade: "B2"
2020-01-01 open Assets:FTX:Custody
  custody: TRUE
2020-01-01 open Liabilities:FTX:Owed
  counterparty: "Customers"
  rank: "customer"
  intercompany: TRUE
2021-01-01 * "Customers wire" ^court
  id: "wire"
  through: "FTX"
  Equity:Customers:Wealth  -60 USD
  Assets:Alameda:Bank       60 USD
2021-01-02 * "The owner pays in" ^owner
  id: "capital"
  Equity:Alameda:Shares    -40 USD
  Assets:Alameda:Bank       40 USD
2021-01-03 * "A house" ^court
  id: "house"
  purpose: "property"
  Assets:Alameda:Bank      -50 USD
  Expenses:Alameda:Costs    50 USD
2021-01-04 * "Wages" ^court
  id: "wages"
  purpose: "wages"
  Assets:Alameda:Bank       -5 USD
  Expenses:Alameda:Costs     5 USD
"""
#: 1,000 is owed; of 500 in the bank 200 were found.
LOST = """
2020-01-01 custom "entity" "Lender" "A lender"
2020-01-01 open Equity:Lender:Wealth
2020-01-01 open Assets:Lender:Loans:Alameda
  counterparty: "Alameda"
2020-01-01 open Liabilities:Alameda:Loans:Lender
  counterparty: "Lender"
  rank: "unsecured"
2021-01-01 * "A loan" ^court
  id: "loan"
  Equity:Lender:Wealth             -1,000 USD
  Assets:Alameda:Bank               1,000 USD
  Assets:Lender:Loans:Alameda       1,000 USD
  Liabilities:Alameda:Loans:Lender -1,000 USD
2021-01-02 * "Costs" ^court
  id: "costs"
  Assets:Alameda:Bank    -500 USD
  Expenses:Alameda:Costs  500 USD
2021-01-03 event "petition" "Alameda"
2021-01-03 custom "observation" Assets:Alameda:Bank 200 USD
  id: "found"
  source: "court"
  counted: TRUE
"""
ANSWERS = ("tracing", "recovery", "stress", "scenarios")


def _json(*words):
    result = CliRunner().invoke(main, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _answer(served, page, **query):
    """Ask for a page again until what it waits for is there."""
    deadline = time.monotonic() + 60
    while "data-again" in (html := served.get(page, **query)):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert 'role="alert"' not in html
    return html


def test_each_rule_takes_what_it_says_of_two_outlays(site, ledger):
    """By FIFO all 55 were the customers'; by LIFO 40 of the owner's went first.

    Pro rata 60 of 100 each time; own money first as LIFO here; ex post 60 of 100.
    """
    served = site(ledger.write(PREAMBLE + TRACED))
    html = _answer(served, "tracing")
    assert values(html, "rule:property") == ["50", "10", "30", "10", "30"]
    assert values(html, "rule:wages") == ["5", "5", "3", "5", "3"]
    assert values(html, "rule:total") == ["55", "15", "33", "15", "33"]
    assert tile(html, "First in, first out") == "55"
    # At least 50 less the 40 that were the owner's; at most all of it.
    assert values(html, "trace:property")[:3] == ["50", "10", "50"]
    found = served.http.get(served.path("tracing") + "rests").get_json()
    figure = found["figures"]["trace:rule:fifo"]
    assert figure["sum"] is True
    parts = {name: part for name, part in figure["flows"] if part != "0"}
    assert parts == {"house": "50", "wages": "5"}


def test_tracing_is_done_anew_without_a_source(site, ledger):
    """Without the owner's 40 all was the customers', whatever the rule."""
    served = site(ledger.write(PREAMBLE + TRACED))
    _answer(served, "tracing")
    address = served.path("tracing") + "without?figure=trace:rule:lifo"
    deadline = time.monotonic() + 60
    while "said" in (found := served.http.get(address).get_json()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    by_source = {one["source"]: one["value"] for one in found["without"]}
    assert by_source["owner"] == "55"


def test_an_account_is_picked_and_one_that_says_nothing_says_so(site, ledger):
    path = ledger.write(
        PREAMBLE
        + TRACED
        + """
2021-01-05 * "To the customers' account" ^court
  id: "rent"
  Assets:FTX:Bank    -1 USD
  Equity:FTX:Shares   1 USD
2021-01-04 * "Shares" ^court
  id: "shares"
  Equity:FTX:Shares  -1 USD
  Assets:FTX:Bank     1 USD
"""
    )
    served = site(path)
    html = _answer(served, "tracing")
    assert 'aria-current="true">Assets:Alameda:Bank<' in html
    other = _answer(served, "tracing", pick="Assets:FTX:Bank")
    assert 'aria-current="true">Assets:FTX:Bank<' in other
    assert "paid out of FTX: Bank" in other
    none = _answer(served, "tracing", pick="Assets:Alameda:Coins")
    assert "Nothing can be traced here" in none


def test_recovery_has_its_range_without_and_with_what_is_untraced(site, ledger):
    """200 of 1,000 are there; with the 300 that were not found it is 500."""
    served = site(ledger.write(PREAMBLE + LOST))
    html = _answer(served, "recovery")
    for way in ("alone:Alameda", "group:group"):
        found = values(html, f"untraced:{way}:unsecured")
        assert found == ["0.2"] * 3 + ["0.5"] * 3
    # Unless its account says otherwise, nothing of it counts but at high.
    classes = values(html, "recovery:Each entity alone:Alameda:unsecured")
    assert classes == ["1000", "200", "0.2", "0.2", "0.5"]


def test_recovery_has_no_range_where_nothing_is_untraced(harbour_site, harbour):
    html = _answer(harbour_site, "recovery")
    assert 'id="recovery-untraced"' not in html
    for one in _json("recover", str(harbour))["classes"]:
        key = f"recovery:Each entity alone:{one['entity']}:{one['rank']}"
        assert values(html, key)[:2] == [one["claims"], one["paid"]]


def test_a_page_that_takes_long_leaves_sources_out_at_the_terminal(harbour_site):
    served = harbour_site
    _answer(served, "recovery")
    address = served.path("recovery") + "without?figure=affairs:Desk:total:central"
    reply = served.http.get(address)
    assert reply.status_code == 404
    said = reply.get_json()["error"]
    assert "solvency explain affairs:Desk:total:central --all" in said


def test_falls_of_price_are_those_of_the_command(harbour_site, harbour):
    html = _answer(harbour_site, "stress")
    document = _json("stress", str(harbour))
    assert document["grid"]
    for one in document["grid"]:
        key = (
            f"fall:{one['token']}:{one['holder']}:{one['price_factor']}:{one['depth']}"
        )
        assert values(html, key) == [one["proceeds"], one["equity"]]
    for one in document["breaking"]:
        found = values(html, f"breaking:{one['token']}:{one['holder']}")
        assert found == [
            one[key] for key in ("price", "at_market", "clean") if one[key] is not None
        ]


def test_scenarios_stand_side_by_side_with_the_numbers_of_each(harbour_site, harbour):
    html = _answer(harbour_site, "scenarios")
    equities = [
        _json("balance", "--group", "--scenario", name, str(harbour))["consolidated"]
        for name in ("established", "gambled", "invested")
    ]
    assert values(html, "market:equity") == [one["equity"] for one in equities]


@pytest.mark.parametrize("page", ANSWERS)
def test_every_number_says_what_it_rests_on(site, ledger, page):
    path = {"tracing": TRACED, "recovery": LOST}.get(page)
    served = site(ledger.write(PREAMBLE + path)) if path else site()
    html = _answer(served, page)
    found = served.http.get(served.path(page) + "rests").get_json()
    keys = [unquote(one) for one in re.findall(r'href="#figure=([^"]+)"', html)]
    assert keys
    for key in keys:
        figure = found["figures"][key]
        assert figure["flows"] or figure["sources"] or figure["value"] == "0", key
        if figure["sum"]:
            parts = sum(Decimal(part) for _, part in figure["flows"])
            assert parts == Decimal(figure["value"]), key


@pytest.mark.parametrize("page", ANSWERS)
def test_a_case_with_nothing_to_answer_says_how_to_add_it(site, ledger, page):
    text = """
2021-01-01 * "The owner pays in" ^court
  id: "capital"
  Equity:Alameda:Shares  -40 USD
  Assets:Alameda:Bank     40 USD
"""
    html = _answer(site(ledger.write(PREAMBLE + text)), page)
    assert "To add" in html
    assert "sv-table" not in html.split('id="answer"')[1].split("sv-foot")[0]


def test_the_bar_says_what_a_page_of_all_scenarios_does_not_apply(harbour_site):
    served = harbour_site
    html = _answer(served, "scenarios", scenario="invested")
    bar = re.search(r'class="sv-state">(.*?)</p>', html)[1]
    shown, left = bar.split("Not applied")
    assert "each scenario of the case" in shown
    assert "scenario invested" in left
    html = _answer(served, "recovery", scenario="invested")
    assert "scenario invested" in re.search(r'class="sv-state">(.*?)</p>', html)[1]


def test_a_question_is_asked_once_a_day_and_language(site, monkeypatch):
    """Its tables are made beside the page, and other pages need not wait."""
    from solvency.browse.pages import stress

    made = []
    true = stress.stressed
    monkeypatch.setattr(
        stress, "stressed", lambda setting: (made.append(setting.at), true(setting))[1]
    )
    served = site()
    _answer(served, "stress")
    _answer(served, "stress")
    assert len(made) == 1
    _answer(served, "stress", at="2021-12-01")
    assert len(made) == 2
    assert "\u6309\u5e02\u573a\u6df1\u5ea6" in _answer(served, "stress", lang="zh")
    assert len(made) == 3
