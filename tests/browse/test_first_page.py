"""The first page: how sure each figure is, and what would change it."""

from __future__ import annotations

import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from browse.test_answers import LOST
from browse.test_answers import _answer
from fava_site import values
from preamble import PREAMBLE

from solvency.analysis.study import Study
from solvency.browse.blocks import Printing
from solvency.browse.pages.spells import printings_of
from solvency.exhibits.funds.sureness import Factors
from solvency.exhibits.funds.swings import Swings
from solvency.exhibits.funds.swings import swings
from solvency.exhibits.setting import setting_of
from solvency.figures.formats import Locale
from solvency.figures.formats import fitting
from solvency.ledger.load import load

FTX = Path(__file__).parents[2] / "ledgers/ftx/main.beancount"


def _tiles(html):
    """Return what stands below each headline, by its label."""
    found = re.findall(
        r'class="sv-label">(.*?)</span>.*?<span class="sv-small">(.*?)</span>',
        html.split('class="sv-numbers"')[1].split("</ul>")[0],
        re.DOTALL,
    )
    return dict(found)


def test_each_headline_says_its_range_or_why_it_has_none(site, ledger):
    """Of 500 in the books 200 were found, from 150 to 250: 250 to 350 are untraced."""
    text = LOST.replace("  counted: TRUE\n", "  counted: TRUE\n  low: 150 USD\n")
    text = text.replace("  low: 150 USD\n", "  low: 150 USD\n  high: 250 USD\n")
    html = _answer(site(ledger.write(PREAMBLE + text)), "where")
    tiles = _tiles(html)
    assert tiles["Untraced"].startswith("from $250 to $350, by the counts; ")
    found = tiles["Found, of what was counted"]
    assert found.startswith("as counted; no range worked out; ")
    row = re.search(r'data-key="untraced:group">.*?</tr>', html, re.DOTALL)[0]
    assert "from 250 to 350, by the counts" in row


def test_ranges_of_drawn_amounts_stand_below_the_headlines(harbour_site, harbour):
    html = harbour_site.get("where")
    # Deposits are from nine to eleven million, in nine of ten draws or more.
    assert re.fullmatch(r"from \$\S+m to \$\S+m", _tiles(html)["Came in"])
    row = re.search(r'data-key="missing:Harbour">.*?</tr>', html, re.DOTALL)[0]
    assert re.search(r'sv-small">from [\d,.]+ to [\d,.]+<', row)


@pytest.mark.parametrize(
    ("lang", "tile", "owed", "whose"),
    [
        (
            "en",
            "Missing for customers of Harbour, in USD alone",
            "Owed to customers, in USD alone",
            "The group",
        ),
        ("zh", "海港的客户缺口（仅计USD）", "应付客户（仅计USD）", "集团"),
    ],
)
def test_what_is_of_one_coin_alone_says_so(
    harbour_site, harbour, lang, tile, owed, whose
):
    html = harbour_site.get("where", lang=lang)
    assert tile in _tiles(html)
    rivals = html.split('data-key="owed:Harbour">')[1].split("</table>")[0]
    assert owed in rivals
    assert f">{whose}<" in rivals
    assert ">group<" not in rivals


def test_nothing_that_no_flow_is_part_of_is_nothing_in_every_draw(site):
    html = site(FTX.parents[1] / "template.beancount").get("where")
    row = re.search(r'data-key="revaluation">.*?</tr>', html, re.DOTALL)[0]
    assert "the same in every draw" in row


def test_ranges_of_other_flows_stay_when_a_hypothesis_is_switched(harbour_site):
    served = harbour_site
    said = {
        re.search(
            r'data-key="source:customers">.*?"sure"[^>]*>(.*?)</td>',
            served.get("where", hypothesis=name),
            re.DOTALL,
        )[1]
        for name in ("", "bad-trade", "gifts", "ventures")
    }
    assert len(said) == 1
    assert said.pop().startswith("from")


def test_a_flow_is_drawn_alike_whatever_other_flows_are_taken(harbour):
    cases = [load(harbour, scenario=name) for name in ("established", "*")]
    drawn = [
        Factors(case).range(Decimal(1), {"deposits": Decimal(1)}) for case in cases
    ]
    assert drawn[0] == drawn[1]
    assert drawn[0][0] < 1 < drawn[0][1]


def test_what_a_hypothesis_would_change_is_what_its_page_shows(harbour_site, harbour):
    from solvency.analysis.study import Study

    case = load(harbour)
    book, at = case.book(), case.reporting_date
    setting = setting_of(case, book, (at,), Locale("en"), Study(case, book, at))
    found = swings(setting, lambda _: None)
    served = harbour_site
    assert set(found.tried) == set(case.hypotheses)
    moved = 0
    now = served.get("where")
    for name in found.tried:
        html = served.get("where", hypothesis=name)
        for key, of in found.values.items():
            assert Decimal(values(html, key)[0]) == of[name], (key, name)
            moved += of[name] != Decimal(values(now, key)[0])
    assert moved


def test_a_sentence_says_what_makes_a_figure_largest_and_smallest(harbour_site):
    served = harbour_site
    html = _answer(served, "where")
    links = re.search(r'<nav class="sv-links".*?</nav>', html, re.DOTALL)[0]
    assert '<a href="#changes">What explains it, and would change it?' in links
    answer = html.split('id="changes"')[1].split("</section>")[0]
    said = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", answer))
    left = {
        name: Decimal(values(served.get("where", hypothesis=name), "left:group")[0])
        for name in ("", "bad-trade", "gifts", "ventures")
    }
    assert min(left, key=left.get) == "bad-trade"
    assert re.search(
        r"Left: money and liquid coins in the books, The group: \S+ Smallest, \S+, if"
        r" this held: [^.]+\. \d hypothes[ie]s of 3 changes? it\.",
        said,
    )
    assert "No hypothesis changes it" in said


def test_what_quotients_are_rounded_by_is_no_change():
    value = Decimal("4004235901.276000000000")
    of = {
        "none": value + Decimal("2e-12"),
        "less": value - Decimal("2e-12"),
        "cent": value + Decimal("0.01"),
    }
    found = Swings({"untraced": of}, tuple(of), ())
    assert found.moved("untraced", value) == 1
    assert found.ends("untraced", value) == ("", "cent")


def test_a_panel_has_a_range_with_its_unit_and_the_grades(site):
    html = site(FTX).get("where")
    for key in ("missing:FTX", "use:lenders"):
        row = re.search(rf'data-key="{key}">.*?</tr>', html, re.DOTALL)[0]
        sure = re.search(r'data-sure="([^"]*)"', row)[1]
        assert re.match(r"from \$\S+bn to \$\S+bn; ", sure)
        assert re.search(r"[A-F] \d", sure)


def test_amounts_below_one_another_are_in_one_unit():
    found = [
        SimpleNamespace(unit="USD", amount=Decimal(one))
        for one in ("250000000", "400000", "900")
    ]
    printing = printings_of(found)["USD"]
    assert printing.unit == "$m"
    assert [printing.least(one.amount) for one in found] == ["250.0", "0.4", "<0.1"]
    assert Printing([], "USD").least(Decimal()) == "0"


@pytest.mark.parametrize(
    ("page", "table"), [("group", "claims"), ("solvency", "findings")]
)
def test_a_table_of_ftx_has_one_unit_of_money(site, page, table):
    html = site(FTX).get(page)
    rows = html.split(f'id="{table}"')[1].split("</section>")[0]
    assert set(re.findall(r">(\$\w*)<", rows)) == {"$m"}


def test_a_worked_amount_names_its_coin_once(site):
    served = site(FTX)
    found = served.http.get(served.path("where") + "rests").get_json()
    key = "walk:group:2022-11-11:left"
    worked = "".join(one["text"] for one in found["figures"][key]["worked"])
    assert " BTC at " in worked
    assert "BTC BTC" not in worked


def test_half_a_unit_of_the_last_digit_is_less_than_one():
    printing = Printing([Decimal(1_000_000)], "USD")
    # In thousands with one decimal: 50 is half of 0.1, and would round to nothing.
    assert printing.least(Decimal(50)) == "<0.1"
    assert printing.least(Decimal(51)) == "0.1"


def test_the_words_of_a_case_come_without_all_that_prints_reports():
    asked = (
        "import sys, solvency.report.language, solvency.report.pages as pages\n"
        "assert 'solvency.exhibits.sections' not in sys.modules\n"
        "import solvency.report.making\n"
        "from solvency.report import build, kinds\n"
        "assert build is solvency.report.making.build and kinds is pages.kinds\n"
    )
    subprocess.run([sys.executable, "-c", asked], check=True)


@pytest.mark.parametrize("least", [1, 10**6, 10**9])
def test_amounts_are_printed_by_the_largest_balance_or_amount(ledger, least):
    case = ledger.case(
        '2021-01-01 * "Deposit" ^court\n  id: "F-1"\n'
        f"  Assets:FTX:Bank  {least} USD\n  Equity:FTX:Shares\n"
        '2021-01-02 * "More" ^court\n  id: "F-2"\n'
        f"  Assets:FTX:Bank  {99_999_999 if least > 1 else 99_999} USD\n"
        "  Equity:FTX:Shares\n"
    )
    book, at = case.book(), case.reporting_date
    setting = setting_of(case, book, (at,), Locale("en"), Study(case, book, at))
    lines = [x.amount for one in setting.sheet(at).columns for x in one.lines]
    moved = [flow.amount.number for flow in case.selected]
    assert (setting.scale, setting.places) == fitting([*lines, *moved])
