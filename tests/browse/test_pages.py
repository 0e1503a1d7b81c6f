"""The pages show what the command line prints, and nothing a ledger says runs."""

from __future__ import annotations

import datetime
import json
import queue
import re
import threading
import time
from decimal import Decimal
from types import SimpleNamespace
from urllib.parse import unquote

import pytest
from click.testing import CliRunner
from counting import BOOKS
from counting import counted
from fava.application import create_app
from fava_site import CLASSES
from fava_site import tile
from fava_site import values
from preamble import PREAMBLE

import solvency
from solvency.analysis import check
from solvency.analysis import sources_uses
from solvency.browse import casepage
from solvency.browse.exhibit import shown
from solvency.browse.head import TITLES
from solvency.browse.pages import flows
from solvency.browse.study import Study
from solvency.cli import main
from solvency.figures.figure import Figure
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table


def _json(*words):
    result = CliRunner().invoke(main, [*words, "--json"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.parametrize("page", CLASSES)
def test_every_page_answers(harbour_site, page):
    html = harbour_site.get(page)
    assert 'role="alert"' not in html
    assert f'aria-current="page">{TITLES[page]}' in html


@pytest.mark.parametrize("basis", ["market", "clean", "realisable"])
@pytest.mark.parametrize("scenario", ["established", "invested", "gambled"])
def test_the_group_page_prints_the_numbers_of_balance(
    harbour_site, harbour, scenario, basis
):
    html = harbour_site.get("group", scenario=scenario, basis=basis)
    document = _json(
        "balance", "--group", "--scenario", scenario, "--basis", basis, str(harbour)
    )
    totals = document["consolidated"]
    assert values(html, "sum-asset")[-1] == totals["assets"]
    assert values(html, "sum-liability")[-1] == totals["liabilities"]
    for line in document["lines"]:
        if line["amount"] != "0":
            assert (
                values(html, f"{line['side']}-{line['account']}")[-1] == line["amount"]
            )


def test_the_group_page_says_what_is_untraced(site, ledger):
    count = counted("B-1", "Assets:Alameda:Bank", "200 USD")
    html = site(ledger.write(PREAMBLE + BOOKS + count)).get("group")
    assert "Of the assets untraced: in the books, and not found" in html
    assert values(html, "untraced-Assets:Alameda:Bank")[-1] == "300"


def test_the_solvency_page_prints_the_findings_of_check(harbour_site, harbour):
    served = harbour_site
    deadline = time.monotonic() + 30
    html = served.get("solvency")
    while "being drawn" in html and time.monotonic() < deadline:
        html = served.get("solvency")
    findings = _json("check", str(harbour))["findings"]
    assert findings
    for one in findings:
        name = "/".join(
            filter(None, (one["entity"], one["invariant"], one["commodity"]))
        )
        found = values(html, f"finding-{name}")
        assert [float(number) for number in found] == [float(one["amount"])], name
        assert (one["first"] or "") in html
        opened = served.get("solvency", pick=name)
        assert 'id="opened"' in opened
        for flow in one["flows"]:
            assert f'data-key="{flow}"' in opened


def test_switching_a_hypothesis_gives_the_numbers_of_its_scenario(
    harbour_site, harbour
):
    served = harbour_site
    label = "Equity of group, market"
    before = tile(served.get("hypotheses"), label)
    # The scenario "invested" holds just these two.
    held = served.get("hypotheses", chosen="1", h=["ventures", "gifts"])
    switched = tile(held, label)
    group = _json("balance", "--group", "--scenario", "invested", str(harbour))
    assert switched == group["consolidated"]["equity"] != before
    assert "chosen by hand" not in held
    alone = served.get("hypotheses", chosen="1", h="bad-trade")
    assert "chosen by hand" in alone
    assert tile(alone, label) != before
    none = served.get("hypotheses", chosen="1")
    assert tile(none, label) == before
    # The address has the set as the terminal has it, and links keep it.
    listed = served.get("hypotheses", hypothesis="bad-trade,gifts")
    assert "hypothesis=bad-trade%2Cgifts" in listed or (
        "hypothesis=bad-trade,gifts" in listed
    )
    printed = _json(
        "balance", "--group", "--hypothesis", "gifts,bad-trade", str(harbour)
    )
    assert tile(listed, label) == printed["consolidated"]["equity"]
    assert "no hypothesis &#39;nobody&#39; is declared" in served.get(
        "hypotheses", hypothesis="gifts,nobody"
    )


def test_a_switch_says_what_it_changes_and_changes_nothing_itself(harbour_site):
    served = harbour_site
    asked = {"hypothesis": "bad-trade", "before": "scenario=established"}
    reply = served.http.get(served.path("where") + "switched", query_string=asked)
    found = reply.get_json()
    assert found["command"] == "solvency balance --hypothesis bad-trade"
    assert [one["name"] for one in found["hypotheses"] if one["on"]] == ["bad-trade"]
    by_label = {one["label"]: one for one in found["numbers"]}
    # One trade lost 7.5 million of the 13.15 million left.
    left = by_label["Should be there"]
    assert (left["value"], left["before"]) == ("5650000", "$13.2m")
    assert left["difference"] == "\u2212$7.5m"
    assert by_label["Came in"]["difference"] == ""
    assert "scenario established" in served.get("where")


def test_a_page_is_built_once_an_address(site, monkeypatch):
    from solvency.browse import casepage

    built = []
    render = casepage.render
    monkeypatch.setattr(
        casepage,
        "render",
        lambda page, *rest: (built.append(page), render(page, *rest))[1],
    )
    served = site()
    first = served.get("group")
    assert served.get("group") == first
    assert built == ["group"]
    assert served.get("group", basis="clean") != first
    assert built == ["group", "group"]


def test_browse_opens_with_the_hypotheses_of_the_command(site):
    html = site(hypothesis="gifts").get("where")
    assert "chosen by hand: gifts" in html


def test_the_tally_and_the_weights_are_those_of_the_analyses(harbour_site, harbour):
    import solvency
    from solvency.analysis.tally.tally import tally
    from solvency.analysis.weigh.weigh import believe

    served = harbour_site
    deadline = time.monotonic() + 60
    html = served.get("hypotheses", weigh="1")
    while "Still at work" in html and time.monotonic() < deadline:
        html = served.get("hypotheses", weigh="1")
    case = solvency.load(harbour)
    assert tile(html, "What they take together") == format(tally(case).mean, "f")
    for one in believe(case).hypotheses:
        assert f'data-value="{one.posterior:.6f}"' in html


def test_what_was_published_later_is_left_out(harbour_site, harbour):
    html = harbour_site.get("evidence", known="2022-01-16")
    assert 'data-key="source-gazette"' in html
    assert 'data-key="source-petition"' not in html
    assert "2 sources published later" in html


def test_flows_are_narrowed_by_favas_own_filters(harbour_site, harbour):
    served = harbour_site
    whole = served.get("flows")
    year = served.get("flows", time="2021-01")
    assert "2020-12-31 to 2021-01-31" in year
    assert tile(whole, "Sources") != tile(year, "Sources")
    desk = served.get("flows", account="Assets:Desk:Bank")
    assert "Desk, to " in desk
    none = served.get("flows", filter="#no-such-tag")
    assert "keeps 0 of" in none


def test_a_band_opens_its_flows(harbour_site, harbour):
    import solvency
    from solvency.analysis.sources_uses import funds

    line = funds(solvency.load(harbour).book(), "group").lines[0]
    key = f"funds:group::2022-01-20:{line.side}:{line.label}"
    served = harbour_site
    assert f'href="#figure={key}"' in served.get("flows")
    found = served.http.get(served.path("flows") + "rests").get_json()
    parts = dict(zip(line.flows, line.parts, strict=True))
    flows = found["figures"][key]["flows"]
    assert {name: Decimal(part) for name, part in flows} == parts
    for name, _ in flows:
        assert found["flows"][name]["href"].endswith(f"pick={name}")


@pytest.mark.parametrize("page", CLASSES)
def test_every_number_of_a_page_says_what_it_rests_on(harbour_site, page):
    served = harbour_site
    html = served.get(page)
    found = served.http.get(served.path(page) + "rests").get_json()
    for address in re.findall(r'href="#figure=([^"]+)"', html):
        key = unquote(address)
        if key.startswith("flow:"):
            assert key.removeprefix("flow:") in found["flows"]
            continue
        figure = found["figures"][key]
        assert figure["flows"] or figure["sources"] or figure["value"] == "0", key
        if figure["sum"]:
            parts = sum(Decimal(part) for _, part in figure["flows"])
            assert parts == Decimal(figure["value"]), key


def test_a_figure_without_each_source_is_as_explain_has_it(harbour_site, harbour):
    key = "walk:group:2022-01-20:left"
    served = harbour_site
    address = f"{served.path('where')}without?figure={key}"
    deadline = time.monotonic() + 60
    found = served.http.get(address).get_json()
    while "said" in found and time.monotonic() < deadline:
        found = served.http.get(address).get_json()
    told = _json("explain", key, str(harbour))["without"]
    changed = {
        one["source"]: one["value"] for one in told if one["value"] != one["before"]
    }
    assert {one["source"]: one["value"] for one in found["without"]} == changed
    assert changed


def test_one_bar_says_what_is_shown_and_what_is_not_applied(harbour_site):
    """Each page answers to some of what is asked, and names the rest."""
    served = harbour_site
    asked = {"at": "2021-06-30", "basis": "clean", "time": "2021"}

    def bar(page):
        html = served.get(page, scenario="invested", **asked)
        return re.search(r'class="sv-state">(.*?)</p>', html)[1].split("Not applied")

    shown, left = bar("group")
    assert "scenario invested" in shown
    assert "balances at 2021-06-30" in shown
    assert "clean value" in shown
    assert "in USD" in shown
    assert "time filter 2021" in left
    assert "clean value" not in left
    shown, left = bar("flows")
    assert "time filter 2021" in shown
    assert "clean value" in left
    shown, left = bar("solvency")
    assert all(one in left for one in ("2021-06-30", "clean value", "time filter"))


@pytest.mark.parametrize("page", CLASSES)
def test_a_day_before_anything_was_known_leads_back(harbour_site, page):
    html = harbour_site.get(page, known="2019-01-01")
    assert "Nothing of this case was known on 2019-01-01" in html
    assert 'aria-label="Pages of the case"' in html
    assert ">Everything known</a>" in html


@pytest.mark.parametrize("page", CLASSES)
@pytest.mark.parametrize(
    "query", [{"filter": "("}, {"account": "["}, {"time": "x-y"}, {"filter": '"'}]
)
def test_a_malformed_filter_is_named_and_the_page_stays(harbour_site, page, query):
    html = harbour_site.get(page, **query)
    assert "Ignored: Fava" in html
    assert 'role="alert"' not in html


def test_flows_of_a_text_filter_leave_no_balance(harbour_site):
    """Of one loan alone nothing is left: it is what it brings less what it takes."""
    html = harbour_site.get("flows", filter='any(payee:"Lender")')
    assert '<span class="sv-label">Left<' not in html


def test_a_flow_shows_its_sources_and_no_file_of_the_machine(harbour_site, harbour):
    html = harbour_site.get("flow", pick="deposits")
    opened = html.split('id="opened"')[1].split('class="sv-foot"')[0]
    assert "third paragraph" in opened
    assert "gazette" in opened
    assert "Liabilities:Harbour:Customers" in opened
    body = re.sub(r'href="[^"]*"', "", opened)
    assert str(harbour.parent) not in body


def test_the_counts_of_tests_add_up(harbour_site):
    html = harbour_site.get("solvency")
    said = re.search(
        r'Breaches</span>.*?<span class="sv-small">(.*?)</span>', html, re.DOTALL
    )[1]
    breaches = int(tile(html, "Breaches"))
    *parts, whole = [int(number) for number in re.findall(r"\d+", said)]
    assert breaches + sum(parts) == whole
    rows = html.count('data-key="finding-')
    held = int(re.search(r"(\d+) (?:held|not broken)", said)[1])
    limits = re.search(r"(\d+) accounts? kept", said)
    assert rows == whole - held - (int(limits[1]) if limits else 0)
    # A row that broke in draws alone is called so, and counted as no breach.
    assert html.count('<td class="bad">breach</td>') == breaches


def test_links_keep_favas_filters(harbour_site):
    html = harbour_site.get("group", time="2021", account="Desk", scenario="invested")
    tabs = html.split('aria-label="Pages of the case"')[1].split("</nav>")[0]
    for one in tabs.split("<a ")[1:]:
        assert "time=2021" in one
        assert "account=Desk" in one
        assert "scenario=invested" in one
    assert '<input type="hidden" name="time" value="2021">' in html


def test_journal_entries_say_what_they_rest_on(harbour_site, harbour):
    import solvency

    served = harbour_site
    found = served.http.get(served.path("solvency") + "entries").get_json()
    case = solvency.load(harbour)
    assert {one["flow"] for one in found.values()} == {f.id for f in case.selected}
    by_flow = {one["flow"]: one for one in found.values()}
    for flow in case.selected:
        said = by_flow[flow.id]
        assert said["grade"] == (flow.grade or "")
        assert [source["name"] for source in said["sources"]] == list(flow.sources)


def test_the_pdf_is_of_what_is_on_screen(harbour_site):
    import pypdfium2

    served = harbour_site
    reply = served.http.get(served.path("report") + "pdf?scenario=invested")
    assert reply.status_code == 200
    assert "harbour-reconstruction-invested.pdf" in reply.headers["Content-Disposition"]
    document = pypdfium2.PdfDocument(reply.get_data())
    cover = document[0].get_textpage().get_text_bounded()
    document.close()
    assert "Start-ups, and a gift" in cover


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "group-established"),
        ({"known": "2022-02-10", "at": "2021-06-30"}, "-2022-02-10-at-2021-06-30"),
        ({"hypothesis": "bad-trade"}, "group-bad-trade"),
        (
            {"basis": "clean", "entity": "Desk", "lang": "zh"},
            "established-zh-at-2022-01-20-Desk-clean",
        ),
    ],
)
def test_what_is_saved_is_named_by_what_is_shown(harbour_site, asked, said):
    html = harbour_site.get("group", **asked)
    assert said in re.search(r'data-file="([^"]*)"', html)[1]


@pytest.mark.parametrize(
    "query",
    [
        {"scenario": "no-such"},
        {"known": "yesterday"},
        {"at": "2021-02-30"},
        {"basis": "wishful"},
        {"entity": "Nobody"},
        {"chosen": "1", "h": "<script>alert(1)</script>"},
        {"pick": "<script>alert(1)</script>"},
        {"known": "1999-01-01"},
        {"scenario": "x" * 9_000},
    ],
)
@pytest.mark.parametrize("page", CLASSES)
def test_nonsense_in_the_address_is_refused_in_words(harbour_site, page, query):
    html = harbour_site.get(page, **query)
    assert "<script>alert" not in html
    assert "Ignored" in html or "pick" in query or query.get("known") == "1999-01-01"
    assert "Fava's log" not in html.replace("&#39;", "'")


@pytest.mark.parametrize(
    "config",
    [
        "dict(a=1)",
        "{",
        "[]*10**9",
        "{'a': ",
        "None",
        "\\",
        "{'scenario': 'x'}",
        "x" * 99,
    ],
)
def test_a_broken_configuration_leaves_fava_up(ledger, harbour, config):
    line = f'2021-01-01 custom "fava-extension" "solvency.browse" "{config}"\n'
    text = "".join(
        one
        for one in harbour.read_text().splitlines(keepends=True)
        if "fava-extension" not in one
    )
    path = ledger.write(text + line.replace("\\", "\\\\"))
    app = create_app([str(path)], load=True)
    app.testing = True
    http = app.test_client()
    slug = http.get("/").headers["Location"].split("/")[1]
    for cls in CLASSES.values():
        reply = http.get(f"/{slug}/extension/{cls}/")
        assert reply.status_code == 200
        assert "Fava&#39;s log" not in reply.get_data(as_text=True)


def test_plain_fava_shows_the_pages_too(harbour):
    app = create_app([str(harbour)], load=True)
    http = app.test_client()
    slug = http.get("/").headers["Location"].split("/")[1]
    reply = http.get(f"/{slug}/extension/GroupBalance/").get_data(as_text=True)
    assert "Total assets" in reply


def test_a_ledger_without_the_line_gets_the_pages_from_browse(site, ledger, harbour):
    text = "".join(
        one
        for one in harbour.read_text().splitlines(keepends=True)
        if "fava-extension" not in one
    )
    assert "Total assets" in site(ledger.write(text)).get("group")


def test_the_scenario_asked_of_browse_is_the_pages_own(site):
    html = site(scenario="invested", known=datetime.date(2022, 2, 1)).get("group")
    assert "scenario invested" in html
    assert "as known on 2022-02-01" in html


def test_an_edit_is_seen_and_an_error_named_with_its_line(site, ledger, harbour):
    path = ledger.write(harbour.read_text())
    served = site(path, edit=True)
    before = served.get("evidence")
    text = path.read_text()
    path.write_text(text.replace("Petition of Harbour", "Another title"))
    deadline = time.monotonic() + 30
    # Fava's watcher takes a moment to notice.
    while "Another title" not in served.get("evidence"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert "Another title" not in before
    number = text.count("\n") + 1
    path.write_text(text + "2021-01-01 open Assets:Nobody:Bank\n")
    while "The ledger has" not in (html := served.get("group")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert f"main.beancount:{number}</a>" in html
    assert f"line={number}" in html


def test_get_changes_nothing_and_nothing_else_is_served(site, ledger, harbour):
    path = ledger.write(harbour.read_text())
    served = site(path, edit=True)
    before = {p: p.read_bytes() for p in path.parent.rglob("*") if p.is_file()}
    for page in CLASSES:
        served.get(page, weigh="1")
        for method in (served.http.post, served.http.put, served.http.delete):
            assert method(served.path(page)).status_code == 405
        assert served.http.post(served.path(page) + "entries").status_code == 404
    served.http.get(served.path("report") + "pdf")
    after = {p: p.read_bytes() for p in path.parent.rglob("*") if p.is_file()}
    assert after == before


def test_a_failing_page_says_so_in_one_line(site, monkeypatch, caplog):
    from solvency.browse import render

    def broken(_):
        raise RuntimeError("secret /etc/path")

    monkeypatch.setitem(render.BUILDERS, "group", broken)
    html = site().get("group")
    assert "This page failed (RuntimeError)" in html
    assert "secret" not in html
    assert "secret" in caplog.text


def test_a_ledger_without_flows_or_tests_has_pages(site, ledger):
    path = ledger.write(
        'plugin "solvency"\noption "operating_currency" "USD"\n'
        '2020-01-01 custom "entity" "Firm" "The firm"\n'
    )
    for page in CLASSES:
        assert "no flow yet" in site(path).get(page)


def test_the_first_page_is_where_it_went_and_debts_are_positive(harbour_site):
    shown = harbour_site
    where = shown.http.get(f"/{shown.slug}/").headers["Location"]
    assert where.endswith(f"/extension/{CLASSES['where']}/")
    (ledger,) = shown.app.config["LEDGERS"].ledgers
    ledger.load_file()
    assert ledger.fava_options.default_page == f"extension/{CLASSES['where']}/"
    assert ledger.fava_options.invert_income_liabilities_equity


def test_the_chart_counts_coins_owed_in_value(site, ledger):
    # 100 dollars and 2 coins at 50 are owed and 100 dollars held: 200 against 100.
    path = ledger.write(
        PREAMBLE
        + """
2020-01-01 commodity BTC
2020-01-01 price BTC 50 USD
  source: "court"
2020-01-01 open Assets:FTX:Custody
  custody: TRUE
2020-01-01 open Liabilities:FTX:Owed
  rank: "customer"
  counterparty: "Customers"
2020-01-01 custom "invariant" "customer-assets" "FTX"
2020-01-01 custom "invariant" "customer-assets-clean" "FTX"
2020-01-02 * "Depositors pay in" ^court
  id: "in"
  Assets:FTX:Custody            100 USD
  Liabilities:FTX:Owed         -100 USD
  Assets:Customers:Deposits:FTX 100 USD
  Equity:Customers:Wealth      -100 USD
2020-01-03 * "Coins that went to the house" ^court
  id: "coins"
  Assets:FTX:Bank                 2 BTC
  Liabilities:FTX:Owed           -2 BTC
  Assets:Customers:Deposits:FTX   2 BTC
  Equity:Customers:Wealth        -2 BTC
"""
    )
    html = site(path).get("solvency")
    assert "FTX: what customers were owed and what was held for them, in value" in html
    chart = html[html.index("FTX: owed to customers against held") :]
    marks = re.findall(r"<text[^>]*>([^<]*)</text>", chart)
    at = [marks.index(label) for label in ("Owed to customers", "Held for them")]
    assert [float(marks[one + 1]) for one in at] == [200.0, 100.0]


def test_a_case_without_findings_is_not_drawn_for_ever(site, ledger):
    # No test is asked for, so none is drawn, and the page says nothing of draws.
    path = ledger.write(PREAMBLE + BOOKS)
    served = site(path)
    deadline = time.monotonic() + 20
    while "being drawn" in (html := served.get("solvency")):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert 'role="alert"' not in html
    assert "So large a ledger" not in html


def test_draws_that_fail_say_so(site, harbour, monkeypatch):
    from solvency.analysis import check

    true = check.evaluate

    def broken(book, *, draws=None, **rest):
        if draws != 0:
            raise ValueError("no memory for the draws")
        return true(book, draws=draws, **rest)

    monkeypatch.setattr(check, "evaluate", broken)
    served = site()
    served.get("solvency")
    html = served.get("solvency")
    assert "were not drawn: no memory for the draws" in html
    assert "being drawn" not in html


@pytest.mark.parametrize("side", ["asset", "liability"])
def test_the_group_page_adds_up_its_eliminations(harbour_site, harbour, side):
    # Worked by hand: what is taken off each side is the total less the members' sums.
    html = harbour_site.get("group")
    *members, taken, whole = map(float, values(html, f"sum-{side}"))
    assert taken != 0
    assert sum(members) + taken == whole
    document = _json("balance", "--group", str(harbour))
    assert taken == sum(
        float(one["amount"]) for one in document["eliminations"] if one["side"] == side
    )


def test_a_page_whose_table_does_not_add_up_is_not_shown(site, monkeypatch):
    from solvency.model.consolidation import GroupSheet

    true = GroupSheet.grid

    def tampered(sheet):
        first, *rest = true(sheet)
        side, account, amount, *others = first
        return [(side, account, amount + 1, *others), *rest]

    monkeypatch.setattr(GroupSheet, "grid", tampered)
    html = site().get("group")
    assert 'role="alert"' in html
    assert "its parts sum to" in html
    assert "Total assets" not in html


@pytest.mark.parametrize(
    ("page", "query", "told"),
    [("flows", {}, "table funds"), ("group", {"entity": "Desk"}, "table claims-")],
)
def test_exhibits_on_pages_are_cast(site, monkeypatch, page, query, told):
    from dataclasses import replace

    from solvency.figures.table import Table

    true = Table.cast

    def tampered(table):
        # One line of the exhibit is off by a unit.
        at, row = next(
            (n, r) for n, r in enumerate(table.rows) if r.cells and not r.sums
        )
        cell = row.cells[0] or row.cells[1]
        changed = replace(cell, value=cell.value + 1)
        cells = tuple(changed if one is cell else one for one in row.cells)
        rows = list(table.rows)
        rows[at] = replace(row, cells=cells)
        return true(replace(table, rows=tuple(rows)))

    monkeypatch.setattr(Table, "cast", tampered)
    html = site().get(page, **query)
    assert 'role="alert"' in html
    assert told in html or "table totals" in html


def test_a_bound_opens_what_its_figure_rests_on():
    least = Figure("least", Decimal(8), sign="\N{GREATER-THAN OR EQUAL TO} ")
    table = Table("t", "T", (), "", (Column("c", "C"),), (Row("r", ("R",), (least,)),))
    view = SimpleNamespace(register=SimpleNamespace(table=lambda *_: None))
    (row,) = shown(view, table).rows
    cell = row.cells[1]
    told = (cell.text, cell.figure, cell.value)
    assert told == ("\N{GREATER-THAN OR EQUAL TO} 8", "least", "8")


def test_a_flow_is_known_from_as_much_of_a_date_as_the_copy_gives(site, ledger):
    copy = (
        '2022-11-30 custom "source" "copy" "Read without a day"\n'
        '  grade: "C3"\n  dated: "month"\n'
        '2022-10-05 * "Paid" ^copy\n  id: "paid"\n'
        "  Assets:FTX:Bank    -1 USD\n  Assets:Alameda:Bank  1 USD\n"
    )
    html = site(ledger.write(PREAMBLE + BOOKS + copy)).get("flow", pick="paid")
    assert "Nov 2022" in html
    assert "2022-11-30" not in html


def test_tests_stand_the_gravest_first_as_check_prints_them(site, ledger):
    # Customers lack 20 of the 120 they are owed; all debts exceed all assets by more.
    owed = """
2020-01-01 open Liabilities:FTX:Depositors
  counterparty: "Customers"
  rank: "customer"
2020-01-01 open Liabilities:FTX:Fine
2020-01-01 open Expenses:FTX:Fine
2022-10-02 * "Owed to customers" ^court
  on: Liabilities:FTX:Depositors
  Equity:Customers:Wealth  -120 USD
  Assets:FTX:Bank           120 USD
2022-10-03 * "Fined" ^court
  basis: "residual"
  Expenses:FTX:Fine      900 USD
  Liabilities:FTX:Fine  -900 USD
2020-01-01 custom "invariant" "customer-assets-clean" "FTX"
2020-01-01 custom "invariant" "balance-sheet" "FTX"
"""
    path = ledger.write(PREAMBLE + BOOKS + owed)
    html = site(path).get("solvency")
    shown = re.findall(r'data-key="finding-([^"]+)"', html)
    assert shown == ["FTX/balance-sheet", "FTX/customer-assets-clean"]
    # The day of the fine is marked: its amount is a remainder.
    assert "2022-10-03 \N{SECTION SIGN}" in html
    assert "is the remainder that makes two figures agree" in html
    told = CliRunner().invoke(main, ["check", str(path)]).stdout
    assert told.index("\n  Assets cover") < told.index("\n  Assets held")
    assert "is the remainder that makes two" in " ".join(told.split())


def test_a_page_is_built_anew_only_when_work_it_shows_is_further(harbour):
    """Asked ten times while a computation stands still, it is built once."""
    steps, told = queue.SimpleQueue(), queue.SimpleQueue()

    def work(tell):
        while (said := steps.get()) is not None:
            tell(said)
            told.put(said)

    study = Study(solvency.load(harbour), {})
    later = study.later("long", work)
    built = []

    def page():
        def build():
            built.append(later.said)
            return later.said

        return study.page("here", build, lambda: ((later, built[-1]),))

    for said in ("one of two", "two of two"):
        steps.put(said)
        assert told.get(timeout=60) == said
        assert {page() for _ in range(10)} == {said}
    assert built == ["one of two", "two of two"]
    steps.put(None)
    assert later.wait(60)
    page()
    assert len(built) == 3


def test_what_a_page_rests_on_is_written_once(site, monkeypatch):
    served = site()
    asked = []
    rested = casepage.rested
    monkeypatch.setattr(casepage, "rested", lambda *of: asked.append(of) or rested(*of))
    address = served.path("group") + "rests"
    first, second = (served.http.get(address).get_data() for _ in range(2))
    assert first == second
    assert len(asked) == 1


def test_the_walk_says_how_sure_each_amount_is(site, ledger):
    """1,000 of a court and between 2,700 and 3,300 of the press, put at 3,000."""
    flow = """
2020-01-0{day} * "Depositors pay in" ^{source}
  id: "{source}"{range}
  Assets:FTX:Bank                {amount} USD
  Liabilities:FTX:Customers     -{amount} USD
  Assets:Customers:Deposits:FTX  {amount} USD
  Equity:Customers:Wealth       -{amount} USD
"""
    ends = "\n  low: 2700 USD\n  high: 3300 USD"
    path = ledger.write(
        PREAMBLE
        + '2020-01-01 custom "source" "press" "An article"\n  grade: "C2"\n'
        + flow.format(day=2, source="court", range="", amount=1000)
        + flow.format(day=3, source="press", range=ends, amount=3000)
    )
    html = site(path).get("where")
    row = re.search(r'<tr [^>]*data-key="source:customers">(.*?)</tr>', html, re.DOTALL)
    said = re.search(r'<td class="sure"[^>]*>(.*?)</td>', row[1])[1]
    low, high, shares = re.fullmatch(
        r"from ([\d,.]+) to ([\d,.]+); (.*)", said
    ).groups()
    assert shares == "A 25%, C 75%"
    # Nine draws in ten lie between the ends; a thousand draws find them to a hundredth.
    assert float(low.replace(",", "")) == pytest.approx(3_700, abs=40)
    assert float(high.replace(",", "")) == pytest.approx(4_300, abs=40)


def test_the_first_page_adds_up_the_funds_once_and_runs_no_test_nobody_asked_for(
    site, harbour, ledger, monkeypatch
):
    asked = []

    def told(module, name):
        theirs = getattr(module, name)

        def asking(*words, **named):
            # What hypotheses would change is worked out beside the page.
            if threading.current_thread() is threading.main_thread():
                asked.append(name)
            return theirs(*words, **named)

        monkeypatch.setattr(module, name, asking)

    told(sources_uses, "funds")
    told(flows, "funds")
    told(check, "evaluate")
    text = re.sub(
        r'^\S+ custom "invariant".*\n(?: .*\n)*',
        "",
        harbour.read_text(),
        flags=re.MULTILINE,
    )
    html = site(ledger.write(text)).get("where")
    assert values(html, "left")
    assert asked == ["funds"]
