"""The pages in a real browser: Debian's Chromium, driven by playwright."""

from __future__ import annotations

import contextlib
import json
import logging
import re
import shutil
import threading

import pytest
from browse.screens import each_screen
from chromium import CHROMIUM
from chromium import QUIET
from chromium import expect
from chromium import go
from chromium import look
from chromium import playwright_api
from chromium import watched
from click.testing import CliRunner
from fava.application import CLIENT_SIDE_REPORTS
from fava_site import CLASSES
from fava_site import Site
from werkzeug.serving import make_server

from solvency.browse.head import TITLES
from solvency.charts import DARK
from solvency.charts import LIGHT
from solvency.cli import main
from solvency.ledger.reading import insist

pytestmark = [
    # Chromium's pipes are closed by its driver when the interpreter collects them.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.xdist_group("chromium"),
]


@contextlib.contextmanager
def served_at(site):
    """Serve a Fava on a port of its own."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    site.origin = f"http://127.0.0.1:{server.server_port}"
    yield site
    server.shutdown()
    thread.join()
    server.server_close()
    insist(None, None)


@pytest.fixture(scope="module")
def served(harbour):
    with served_at(Site(harbour)) as site:
        yield site


@pytest.fixture(scope="module")
def browser():
    with playwright_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield found
        found.close()


@pytest.fixture
def window(browser, served):
    """Open a page; on leaving, nothing was said on the console or asked elsewhere."""
    said, asked, contexts = [], [], []

    def opened(page="solvency", query="", *, width=1280, scheme="light", path=None):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        go(tab, served.origin + (path or served.path(page)) + query)
        return tab

    yield opened
    for context in contexts:
        context.close()
    assert not said
    _only_from(served, asked)


def _only_from(served, asked):
    elsewhere = [
        url for url in asked if not url.startswith((served.origin, "data:", "blob:"))
    ]
    assert not elsewhere
    assert asked


@pytest.fixture(scope="module")
def tab_for_all(browser):
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def seen(tab_for_all, served):
    """Open a page only to look at it, with no key pressed: all in one tab."""

    def opened(page, query="", *, width=1280, scheme="light"):
        address = served.origin + served.path(page) + query
        return look(tab_for_all, address, width, scheme)

    with watched(tab_for_all) as (said, asked):
        yield opened
    assert not said
    _only_from(served, asked)


def _number(tab, label):
    """Return the exact number of a headline."""
    tile = tab.locator(".sv-numbers li", has_text=label)
    return tile.get_attribute("data-value")


def _wider(tab):
    """Return by how many pixels something is wider than the window, or its part."""
    return tab.evaluate(
        """() => Math.max(
            document.documentElement.scrollWidth - window.innerWidth,
            ...[...document.querySelectorAll("article")].map(
                (one) => one.scrollWidth - one.clientWidth))"""
    )


#: The colours in which a drawing's own ink is seen.
_INK = """(chart) => [...new Set(
    [...chart.querySelectorAll("text[fill='var(--ink)']")].map((one) =>
        "#" + getComputedStyle(one).fill.match(/\\d+/g).map((part) =>
            Number(part).toString(16).padStart(2, "0")).join("")))]"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", CLASSES)
def test_each_page_is_drawn(seen, page, scheme):
    tab = seen(page, scheme=scheme)
    expect(tab.locator(".sv h2").first).to_be_visible()
    expect(tab.locator('.sv-tabs [aria-current="page"]')).to_have_text(TITLES[page])
    for chart in tab.locator(".sv-broad svg").all():
        expect(chart).to_be_visible()
        # Its colours are those of the page: of one drawing there are two.
        ink = tab.evaluate(_INK, chart.element_handle())
        assert ink == {"light": [LIGHT.ink], "dark": [DARK.ink]}[scheme]
    for chart in tab.locator(".sv-narrow svg").all():
        expect(chart).to_be_hidden()


@pytest.mark.parametrize("page", ["solvency", "flows"])
def test_a_phone_shows_a_chart_drawn_for_it(seen, page):
    tab = seen(page, width=390)
    drawn = tab.locator(".sv-narrow svg")
    assert drawn.count()
    for chart in drawn.all():
        expect(chart).to_be_visible()
        # Whole, and its words as large as they were drawn.
        assert 320 <= chart.bounding_box()["width"] <= 390
    for chart in tab.locator(".sv-broad svg").all():
        expect(chart).to_be_hidden()


@pytest.mark.parametrize("page", CLASSES)
def test_nothing_is_wider_than_a_phone(seen, page):
    assert _wider(seen(page, width=360)) <= 0


def test_no_opened_part_is_wider_than_a_phone(seen):
    for page, query in (
        ("solvency", "?pick=Harbour/customer-assets/USD"),
        ("flows", "?pick=deposits"),
        ("evidence", "?pick=petition&weigh=1"),
        ("hypotheses", "?weigh=1"),
    ):
        assert _wider(seen(page, query, width=360)) <= 0


#: All kinds of pages there are, each with what its address asks.
EACH = {
    **dict.fromkeys(CLASSES, ""),
    "flow": "?pick=deposits",
    "source": "?pick=gazette",
    "solvency opened": "?pick=Harbour/customer-assets/USD",
    "hypotheses weighed": "?weigh=1",
    "group chinese": "?lang=zh",
}


@each_screen
@pytest.mark.parametrize("page", EACH)
def test_axe_finds_no_serious_violation(seen, page, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    name = page.split(maxsplit=1)[0]
    tab = seen(name, EACH[page], scheme=scheme, width=width)
    expect(tab.locator(".sv h2").first).to_be_visible()
    expect(tab.locator(".sv-switch-numbers div").first).to_be_attached()
    expect(tab.locator("[data-again]")).to_have_count(0)
    # What lies outside our part of the page is Fava's.
    found = axe.Axe().run(tab, context=".sv").response["violations"]
    serious = [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
    assert not serious


def test_tabs_lead_to_their_pages(window):
    tab = window("solvency")
    for name in (
        *("Group", "Flows", "Tracing", "Recovery", "Stress", "Hypotheses"),
        *("Scenarios", "Evidence", "Report", "Solvency"),
    ):
        tab.locator(".sv-tabs").get_by_text(name, exact=True).click()
        expect(tab.locator('.sv-tabs [aria-current="page"]')).to_have_text(name)


@pytest.mark.parametrize("report", CLIENT_SIDE_REPORTS)
def test_favas_own_pages_work_under_the_policy(window, served, report):
    # What the policy forbids is said on the console, which `window` wants silent.
    tab = window(path=f"/{served.slug}/{report}/")
    expect(tab.locator("article *").first).to_be_attached()
    if report == "editor":
        expect(tab.locator(".cm-line").first).to_be_visible()


def test_a_script_within_a_page_does_not_run(browser, served):
    """What would run if some text were not escaped is held back by the browser."""
    context = browser.new_context()
    tab = context.new_page()
    said = []
    tab.on("console", lambda message: said.append(message.text))
    go(tab, served.origin + served.path("solvency"))
    tab.evaluate(
        """() => {
            const node = document.createElement("script");
            node.textContent = "window.ran = true";
            document.body.append(node);
            const image = document.createElement("div");
            image.innerHTML = '<img src="data:," onerror="window.ran = true">';
            document.body.append(image);
        }"""
    )
    tab.wait_for_timeout(300)
    assert tab.evaluate("window.ran") is None
    assert any("Content Security Policy" in one for one in said)
    context.close()


#: Hebrew words, with a mark that would set all after them from right to left.
HEBREW = "\u05d4\u05e2\u05d1\u05e8\u05d4 \u202e\u05dc\u05d7\u05e9\u05d1\u05d5\u05df"


def test_words_from_right_to_left_move_no_number(browser, harbour, tmp_path):
    """In a report as HTML the range of a flow stands to the right of its grade."""
    text = harbour.read_text()
    found = re.search(r'\* "[^"]*" "([^"]*)"', text)
    path = tmp_path / "main.beancount"
    path.write_text(text.replace(found[1], HEBREW))
    page = tmp_path / "report.html"
    ended = CliRunner().invoke(main, ["report", str(path), "-o", str(page)])
    assert ended.exit_code == 0, ended.output
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    tab = context.new_page()
    tab.goto(page.as_uri())
    measured = tab.evaluate(
        """() => [...document.querySelectorAll(".said")]
            .filter((one) => /[\\u0590-\\u05ff]/.test(one.textContent))
            .map((one) => {
                const after = document.createElement("span");
                after.textContent = " 1,234";
                one.after(after);
                const words = one.getClientRects();
                const number = after.getClientRects();
                return [words[words.length - 1].right, number[number.length - 1].left,
                        words[words.length - 1].top, number[number.length - 1].top];
            })"""
    )
    context.close()
    assert measured
    for right, left, top, below in measured:
        assert left >= right - 1 or below > top + 1


def test_a_finding_opens_the_flows_that_broke_it(window):
    tab = window("solvency")
    tab.locator("#findings").get_by_text("customer-assets (USD)").first.click()
    expect(tab.locator("#opened h2")).to_contain_text("customer-assets (USD)")
    expect(tab.locator("#opened tbody tr").first).to_be_visible()


def test_a_flow_opens_its_entry_in_fava(window):
    tab = window("flows", "?pick=deposits")
    tab.get_by_text("In the ledger").click()
    expect(tab.get_by_role("dialog")).to_contain_text("main.beancount")
    assert "#context-" in tab.url


def test_a_flows_entry_says_what_it_rests_on_and_offers_no_change(window, harbour):
    tab = window("flow", "?pick=deposits", width=390)
    tab.get_by_text("In the ledger").press("Enter")
    entry = tab.locator("dialog")
    expect(entry.locator(".sv-entry")).to_contain_text("third paragraph")
    expect(entry.locator("p code")).to_have_text(re.compile(r"^main\.beancount:\d+$"))
    written = entry.get_by_role("button", name="As written in the ledger")
    expect(entry.locator(".cm-editor")).to_be_hidden()
    written.press("Enter")
    expect(entry.locator(".cm-editor")).to_be_visible()
    expect(entry.locator(".cm-content")).to_have_attribute("contenteditable", "false")
    for name in ("Delete", "Save", "Duplicate"):
        expect(entry.get_by_role("button", name=name)).to_have_count(0)
    assert str(harbour.parent) not in entry.inner_text()
    tab.keyboard.press("Escape")
    expect(entry).to_have_count(0)


def test_a_band_leads_to_its_transactions(window):
    tab = window("flows")
    tab.locator(".sv-broad svg a").first.click()
    expect(tab.get_by_role("dialog").locator("tbody tr").first).to_be_visible()


def test_a_band_opens_by_keyboard(window):
    tab = window("flows")
    tab.locator(".sv-broad svg a").first.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog").locator("tbody tr").first).to_be_visible()


def _printed(harbour, *words):
    words = ["balance", "--group", *words, "--json", str(harbour)]
    return json.loads(CliRunner().invoke(main, words).stdout)["consolidated"]["equity"]


def test_toggling_hypotheses_gives_the_command_lines_number(window, harbour):
    tab = window("hypotheses")
    label = "Equity of group, market"
    before = _number(tab, label)
    # By keyboard, as a switch is used without a mouse; the page changes in place.
    for name in ("ventures", "gifts"):
        tab.locator(f"#h-{name}").focus()
        tab.keyboard.press("Space")
        expect(tab.locator(f"#sv-switch-{name}")).to_be_checked()
        expect(tab.locator(f"#hypothesis-{name}")).to_have_class("current")
        expect(tab.locator(f"#h-{name}")).to_be_focused()
    assert tab.url.endswith("?hypothesis=ventures,gifts")
    after = _printed(harbour, "--hypothesis", "ventures,gifts")
    assert after == _printed(harbour, "--scenario", "invested") != before
    assert _number(tab, label) == after


def test_a_switch_says_before_after_and_difference_and_keeps_the_place(window, harbour):
    tab = window("where")
    tab.locator("#sv-switch-open").press("Enter")
    box = tab.locator("#sv-switch-bad-trade")
    box.focus()
    tab.evaluate("document.querySelector('article').scrollTop = 250")
    tab.keyboard.press("Space")
    told = tab.locator(".sv-switch-numbers div", has_text="Equity of the group")
    # The trade lost 7.5m: 1.45m becomes -6.05m.
    expect(told).to_contain_text("$1.4m \u2192 \u2212$6.0m")
    expect(told).to_contain_text("(\u2212$7.5m)")
    value = told.get_attribute("data-value")
    assert value == _printed(harbour, "--hypothesis", "bad-trade")
    expect(tab.locator(".sv-switch-said")).to_contain_text("--hypothesis bad-trade")
    expect(tab.locator(".sv-state")).to_contain_text("chosen by hand: bad-trade")
    expect(tab.locator(".sv-switches[aria-busy]")).to_have_count(0)
    expect(box).to_be_focused()
    assert tab.evaluate("document.querySelector('article').scrollTop") == 250
    # The set goes along to the next page, and back is one press.
    tab.locator(".sv-tabs").get_by_text("Group", exact=True).click()
    here = tab.locator('.sv-tabs [aria-current="page"]')
    expect(here).to_have_text("Group")
    expect(tab.locator(".sv-state")).to_contain_text("chosen by hand: bad-trade")
    expect(told).to_contain_text("$1.4m \u2192")
    tab.locator("#sv-switch-back").press("Enter")
    expect(tab.locator(".sv-state")).to_contain_text("scenario established")
    expect(told).not_to_contain_text("\u2192")


def test_the_graph_of_entities_goes_back_in_time_by_keyboard(window):
    tab = window("entities")
    rows = tab.locator("#owed-between tbody tr")
    expect(rows).to_have_count(4)
    slider = tab.locator("#sv-slider-day")
    slider.focus()
    tab.keyboard.press("Home")
    expect(tab.locator("h2").first).to_contain_text("on 2021-01-04")
    assert "at=2021-01-04" in tab.url
    expect(slider).to_be_focused()
    expect(slider).to_have_attribute("aria-valuetext", "2021-01-04")
    expect(rows).not_to_have_count(4)


def test_a_line_of_the_graph_opens_what_it_rests_on(window):
    tab = window("entities")
    line = tab.locator(".sv-broad svg a[aria-label*='Harbour paid Desk']")
    line.focus()
    tab.keyboard.press("Enter")
    panel = tab.get_by_role("dialog")
    # The table beside it has the same number: the desk was paid 7 million.
    expect(panel).to_contain_text("add up to 7,000,000 USD: the figure")
    table = tab.locator("#paid-between tr", has_text="Harbour")
    expect(table.filter(has_text="Desk")).to_contain_text("7,000.0")


def test_a_point_of_a_line_opens_what_it_rests_on(window):
    tab = window("solvency")
    point = tab.locator(".sv-broad svg a[aria-label^='Owed to customers, 2021-07-01']")
    point.focus()
    tab.keyboard.press("Enter")
    panel = tab.get_by_role("dialog")
    # 10 million of deposits, and the 0.4 million that two coins rose by.
    expect(panel.locator(".sv-panel-value")).to_have_text("10,400,000 USD")
    expect(panel.locator("tbody tr").first).to_be_visible()
    tab.keyboard.press("Escape")
    expect(point).to_be_focused()
    # The line is one stop of the tab key; arrows go from point to point.
    tab.keyboard.press("ArrowRight")
    expect(point).not_to_be_focused()


def test_a_reader_who_goes_on_while_a_panel_closes_keeps_her_place(window):
    tab = window("solvency")
    points = tab.locator(".sv-broad svg a[aria-label^='Owed to customers, ']")
    points.first.focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog")).to_be_visible()
    # As the browser steps back she is at another point already.
    points.nth(1).evaluate(
        "one => addEventListener('popstate', () => one.focus(), { once: true })"
    )
    tab.keyboard.press("Escape")
    expect(points.nth(1)).to_be_focused()
    tab.evaluate("new Promise((done) => requestAnimationFrame(() => done()))")
    expect(points.nth(1)).to_be_focused()


def test_the_shaded_gap_opens_what_was_missing(window):
    tab = window("solvency")
    tab.locator(".sv-broad svg a[aria-label='Gap']").focus()
    tab.keyboard.press("Enter")
    panel = tab.get_by_role("dialog")
    expect(panel).to_contain_text("needed less there on the worst day")


def test_columns_are_chosen_and_the_address_remembers_them(window):
    tab = window("solvency")
    table = tab.locator("#findings")
    table.get_by_text("Columns", exact=True).click()
    table.get_by_label("Severity").uncheck()
    expect(table.locator("th", has_text="Severity")).to_be_hidden()
    assert "hide=findings%3A1" in tab.url
    tab.reload()
    expect(table.locator("th", has_text="Worst")).to_be_visible()
    expect(table.locator("th", has_text="Severity")).to_be_hidden()
    with tab.expect_download() as waited:
        table.get_by_text("CSV").click()
    assert "Severity" not in waited.value.path().read_text(encoding="utf-8")


def test_links_to_a_table_and_a_drawing_are_copied_by_keyboard_and_lead_there(
    window, served
):
    tab = window("flows", "?scenario=invested")
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for place in ("#drawing-funds", "#funds"):
        button = tab.locator(place).get_by_text("Copy link", exact=True)
        button.press("Enter")
        expect(tab.locator(place).get_by_text("Copied", exact=True)).to_be_visible()
        said = tab.evaluate("navigator.clipboard.readText()")
        assert said == served.origin + served.path("flows") + "?scenario=invested" + (
            place
        )
    other = window("flows", "?scenario=invested#funds")
    expect(other.locator("#funds h3")).to_be_in_viewport()
    expect(other.locator(".sv-state")).to_contain_text("scenario invested")


def test_tables_of_a_long_question_come_to_the_page_and_open(window):
    tab = window("recovery")
    number = tab.locator('[data-key="affairs:Desk:total"] a').first
    number.press("Enter")
    expect(tab.get_by_role("dialog")).to_contain_text("Exactly")
    tab.keyboard.press("Escape")
    expect(number).to_be_focused()
    tab.locator("#recovery").get_by_text("Copy link", exact=True).press("Enter")
    expect(tab.locator(".sv-live")).not_to_be_empty()


def test_the_first_stop_of_the_tab_key_leads_to_the_numbers(window):
    tab = window("solvency")
    skip = tab.locator(".sv-skip")
    skip.focus()
    expect(skip).to_be_in_viewport()
    tab.keyboard.press("Enter")
    expect(tab.locator("#sv-numbers")).to_be_focused()


def test_the_known_date_is_switched_in_place(window):
    tab = window("where")
    expect(tab.locator(".sv-switch-numbers div").first).to_be_visible()
    tab.locator("#sv-switch-known").fill("2022-02-10")
    expect(tab.locator(".sv-foot")).to_contain_text("as known on 2022-02-10")
    assert "known=2022-02-10" in tab.url
    tab.locator("#sv-switch-known").fill("2010-01-01")
    expect(tab.locator(".sv-switch-said")).to_contain_text("Nothing of this case")
    tab.locator("#sv-switch-back").click()
    expect(tab.locator('.sv [data-key="left"]')).to_be_visible()


def test_the_form_asks_for_another_scenario_and_day(window):
    tab = window("group", "?time=2021")
    tab.select_option('select[name="scenario"]', "invested")
    tab.fill('input[name="known"]', "2022-02-10")
    tab.get_by_text("Show", exact=True).click()
    expect(tab.locator(".sv-foot")).to_contain_text("scenario invested")
    expect(tab.locator(".sv-foot")).to_contain_text("as known on 2022-02-10")
    assert "time=2021" in tab.url


def test_favas_time_filter_narrows_the_flows(window):
    tab = window("flows")
    before = _number(tab, "Sources")
    tab.locator("header input").first.fill("2021-01")
    tab.keyboard.press("Enter")
    expect(tab.locator(".sv[data-rests]")).to_contain_text("2020-12-31 to 2021-01-31")
    assert _number(tab, "Sources") != before


def test_a_source_opens_with_what_rests_on_it(window):
    tab = window("evidence")
    tab.locator("#sources").get_by_text("petition", exact=True).click()
    expect(tab.locator("#opened")).to_contain_text("Flows that rest on it")


def test_the_journal_says_what_entries_rest_on(window, served):
    tab = window(path=f"/{served.slug}/journal/")
    line = tab.locator(".solvency-evidence").first
    expect(line).to_contain_text(re.compile("grade [A-F][1-6]"))
    line.locator("a").last.click()
    expect(tab.locator("#opened")).to_be_visible()


def test_the_pdf_downloads(window):
    tab = window("report")
    with tab.expect_download(timeout=300_000) as waited:
        tab.get_by_text("Make the PDF").first.click()
    assert waited.value.suggested_filename == "harbour-reconstruction-established.pdf"


def test_what_was_chosen_is_said_on_favas_own_pages_and_kept_in_the_menu(
    window, served
):
    tab = window("group", "?scenario=invested")
    tab.locator("aside").get_by_text("Trial Balance").click()
    expect(tab.locator(".sv-elsewhere")).to_contain_text("scenario invested")
    tab.locator("aside").get_by_text("Solvency", exact=True).click()
    expect(tab.locator(".sv-state")).to_contain_text("scenario invested")


def test_a_number_opens_and_closes_by_keyboard(window):
    tab = window("where")
    number = tab.locator('[data-key="left"] a')
    number.focus()
    tab.keyboard.press("Enter")
    panel = tab.get_by_role("dialog")
    expect(panel).to_contain_text("add up to 13,150,000 USD: the figure")
    panel.get_by_text("Compute it anew without each source").press("Enter")
    expect(panel).to_contain_text("is computed anew", timeout=60_000)
    # The focus is where the button was, and it is said aloud.
    assert tab.evaluate(
        "document.querySelector('.sv-without').contains(document.activeElement)"
    )
    expect(tab.locator(".sv-live")).to_contain_text("Computed anew")
    tab.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(number).to_be_focused()


#: Presses Escape and says the address in the same breath; then opens another number.
_CLOSE_AND_OPEN = """(other) => {
    document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    const address = location.href;
    document.querySelector(`[data-key="${other}"] a`).click();
    return address;
}"""


def test_arrows_go_from_card_to_card(window):
    cards = window("where").locator(".sv-numbers a.sv-figure")
    cards.nth(0).press("ArrowRight")
    expect(cards.nth(1)).to_be_focused()
    cards.nth(1).press("ArrowUp")
    expect(cards.nth(0)).to_be_focused()


def test_arrows_go_down_the_hypotheses_and_a_panel_names_its_own(window):
    tab = window("hypotheses")
    numbers = tab.locator(".sv-choices a.sv-figure")
    assert numbers.count() > 1
    numbers.nth(0).press("ArrowDown")
    expect(numbers.nth(1)).to_be_focused()
    # One stop of the tab key for all of them.
    assert [one.get_attribute("tabindex") for one in numbers.all()].count("0") == 1
    row = numbers.nth(1).locator("xpath=ancestor::tr")
    name = row.locator("strong").inner_text()
    numbers.nth(1).press("Enter")
    expect(tab.get_by_role("dialog").locator("h3")).to_have_text(f"{name}, Moves")


def test_a_scenario_that_is_picked_is_compared_with_what_was_shown(window):
    tab = window("hypotheses")
    tab.locator(".sv-links a", has_text="gambled").press("Enter")
    tab.wait_for_url("**scenario=gambled**")
    expect(tab.locator(".sv-switch-numbers .sv-was").first).to_be_visible()
    expect(tab.locator("#sv-switch-back")).to_be_visible()
    tab.locator("#sv-switch-back").click()
    expect(tab.locator(".sv-switch-numbers .sv-was")).to_have_count(0)


#: The lines of a hit that begin left of its name, and how many lines it has.
_HUNG = """(hit) => {
    const range = document.createRange();
    range.selectNodeContents(hit);
    const kind = hit.querySelector(".sv-kind").getBoundingClientRect();
    const name = hit.querySelector("strong").getBoundingClientRect();
    const under = [...range.getClientRects()]
        .filter((one) => one.top >= kind.bottom - 2);
    return [under.filter((one) => one.left < name.left - 1).length, under.length];
}"""


def test_a_hit_of_two_lines_stands_under_its_name(window):
    tab = window("where", width=390)
    tab.locator(".sv-search input").fill("bank")
    hits = tab.locator(".sv-found a")
    expect(hits.first).to_be_visible()
    lines = [tab.evaluate(_HUNG, one.element_handle()) for one in hits.all()]
    assert not any(hung for hung, _ in lines)
    assert any(under for _, under in lines)


def test_a_copy_that_was_read_is_linked_from_a_panel(window):
    tab = window("where")
    copy = "https://example.org/copy"

    def kept(route):
        found = route.fetch().json()
        for one in found["sources"].values():
            one["mirror"] = copy
        route.fulfill(json=found)

    tab.route("**/rests*", kept)
    tab.locator('[data-key="left"] a').press("Enter")
    link = tab.get_by_role("dialog").get_by_role("link", name="Copy read").first
    expect(link).to_have_attribute("href", copy)


def test_enter_waits_for_what_is_still_searched(window):
    tab = window("where")
    box = tab.locator(".sv-search input")
    held = []

    def hold(route):
        held.append(route)

    tab.route("**/index*", hold)
    box.fill("gazette")
    expect(tab.locator(".sv-found")).to_have_text("Searching")
    box.press("Enter")
    held[0].continue_()
    tab.wait_for_url("**pick=gazette**")


def test_the_address_is_the_pages_own_as_soon_as_the_panel_closes(window):
    tab = window("where")
    tab.locator('[data-key="left"] a').press("Enter")
    panel = tab.get_by_role("dialog")
    expect(panel).to_contain_text("13,150,000 USD")
    assert "#figure=" in tab.url
    assert "#" not in tab.evaluate(_CLOSE_AND_OPEN, "source:customers")
    # The step back, which comes later, does not take the next panel along.
    expect(panel.locator("h3")).to_have_text("What came in: Customers")
    tab.wait_for_timeout(300)
    expect(panel.locator("h3")).to_have_text("What came in: Customers")
    assert "#figure=" in tab.url
    tab.go_back()
    expect(panel).to_have_count(0)
    assert "#" not in tab.url


def test_a_cited_address_is_headed_by_the_name_of_its_figure(window):
    tab = window("where")
    left, customers = (
        tab.locator(f'[data-key="{key}"] a').first.get_attribute("href")
        for key in ("left", "use:customers")
    )
    tab = window("where", left)
    head = tab.locator(".sv-panel h3")
    expect(head).to_have_text(re.compile("^Should be there"))
    # Another address in the same tab, then back.
    tab.evaluate("(hash) => { location.hash = hash; }", customers)
    expect(head).to_have_text("Where it went: Customers")
    tab.go_back()
    expect(head).to_have_text(re.compile("^Should be there"))


def test_the_panel_closes_while_it_looks_up(window):
    tab = window("where")
    held = []
    tab.route("**/rests*", lambda route: held.append(route))  # noqa: PLW0108
    number = tab.locator('[data-key="left"] a')
    panel = tab.get_by_role("dialog")
    for close in (
        lambda: panel.get_by_role("button", name="Close").press("Enter"),
        lambda: tab.keyboard.press("Escape"),
    ):
        number.press("Enter")
        expect(panel).to_contain_text("Looking up")
        close()
        expect(panel).to_have_count(0)
        expect(number).to_be_focused()
    for route in held:
        route.continue_()
    number.press("Enter")
    expect(panel).to_contain_text("Exactly")


#: Whether the panel or a table in it is wider than its place.
_SPILLS = """(panel) => [panel, ...panel.querySelectorAll(".sv-scroll")].some(
    (one) => one.scrollWidth > one.clientWidth)"""


@pytest.mark.parametrize("key", ["left", "total:source"])
def test_tables_of_a_panel_are_read_on_a_phone(window, key):
    tab = window("where", width=390)
    tab.locator(f'[data-key="{key}"] a').press("Enter")
    panel = tab.get_by_role("dialog")
    words = panel.locator("td.words")
    expect(words.first).to_be_visible()
    assert all(one.bounding_box()["width"] > 300 for one in words.all())
    assert not tab.evaluate(_SPILLS, panel.element_handle())
    assert _wider(tab) <= 0


def test_a_panel_says_how_sure_its_figure_is(window):
    tab = window("where")
    for key in ("left", "missing:Harbour"):
        tab.locator(f'[data-key="{key}"] a').first.press("Enter")
        said = tab.get_by_role("dialog").locator("dt", has_text="How sure")
        expect(said.locator("+ dd")).to_contain_text(re.compile(r"from \S+ to \S+"))
        tab.keyboard.press("Escape")


def test_the_tab_key_stays_within_the_panel(window):
    tab = window("where", width=390)
    tab.locator('[data-key="left"] a').press("Enter")
    panel = tab.get_by_role("dialog")
    expect(panel).to_contain_text("Exactly")
    tab.keyboard.press("Shift+Tab")
    for _ in range(2):
        assert tab.evaluate(
            "document.querySelector('.sv-panel').contains(document.activeElement)"
        )
        tab.keyboard.press("Tab")
    expect(panel.get_by_role("button", name="Copy address")).not_to_be_focused()


#: Whether something lies over what has the focus.
_COVERED = """() => {
    const one = document.activeElement;
    const box = one.getBoundingClientRect();
    if (!box.width || one === document.body) return "";
    const at = document.elementFromPoint(
        Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1),
        Math.min(Math.max(box.top + Math.min(box.height, 20) / 2, 0), innerHeight - 1));
    const seen = at && (one.contains(at) || at.contains(one));
    return seen ? "" : one.outerHTML.slice(0, 99);
}"""


#: Brings a stop of the tab key to the foot of the window, and the focus before it.
_AT_FOOT = """(name) => {
    const article = document.querySelector("article");
    const every = "a[href], button, input, [tabindex='0']";
    const stops = [...article.querySelectorAll(every)].filter(
        (one) => one.getClientRects().length && one.tabIndex >= 0);
    const one = article.querySelector(name);
    const down = one.getBoundingClientRect().bottom - innerHeight + 6;
    article.scrollTop += down;
    window.scrollBy(0, one.getBoundingClientRect().bottom - innerHeight + 6);
    stops[stops.indexOf(one) - 1].focus({ preventScroll: true });
}"""


@pytest.mark.parametrize("width", [390, 1024])
def test_what_has_the_focus_is_not_under_the_bar_or_the_head(window, width):
    tab = window("where", width=width)
    expect(tab.locator(".sv-switch-numbers div").first).to_be_visible()
    for name in ("#rivals .sv-tools button", "#walk .sv-tools button"):
        tab.evaluate(_AT_FOOT, name)
        expect(tab.locator(".sv-switches")).to_be_in_viewport()
        tab.keyboard.press("Tab")
        expect(tab.locator(name).first).to_be_focused()
        assert tab.evaluate(_COVERED) == ""
    tab.locator('[data-key="left"] a').press("Enter")
    panel = tab.get_by_role("dialog")
    expect(panel).to_contain_text("Exactly")
    for key in ("Tab",) * 12 + ("Shift+Tab",) * 8:
        tab.keyboard.press(key)
        assert tab.evaluate(_COVERED) == ""


def test_hypotheses_an_address_brings_are_told_beside_the_case(window):
    tab = window("where", "?hypothesis=bad-trade")
    told = tab.locator(".sv-switch-numbers div", has_text="Equity of the group")
    expect(told).to_contain_text("$1.4m \u2192 \u2212$6.0m")
    tab.locator("#sv-switch-back").press("Enter")
    expect(tab.locator(".sv-state")).to_contain_text("scenario established")


def test_the_question_what_would_change_it_leads_to_its_answer(window):
    tab = window("where")
    tab.get_by_role("link", name="What explains it, and would change it?").press(
        "Enter"
    )
    answer = tab.locator("#changes")
    expect(answer.get_by_role("heading")).to_be_in_viewport()
    left = answer.locator("li", has_text="Left: money and liquid coins")
    left.locator('a[href*="hypothesis=bad-trade"]').press("Enter")
    expect(tab.locator(".sv-state")).to_contain_text("chosen by hand: bad-trade")


def test_a_remainder_says_that_no_source_gives_it(browser, harbour, tmp_path):
    path = tmp_path / "main.beancount"
    path.write_text(
        harbour.read_text().replace(
            'id: "deposits"\n',
            'id: "deposits"\n  basis: "residual"\n  note: "What the list leaves."\n',
        )
    )
    with served_at(Site(path)) as site:
        tab = browser.new_page()
        go(tab, site.origin + site.path("flow") + "?pick=deposits#figure=flow:deposits")
        panel = tab.get_by_role("dialog")
        expect(panel).to_contain_text("no source gives this one")
        expect(panel).to_contain_text("What the list leaves.")
        expect(panel.locator("th", has_text="Gives the amount")).to_have_count(0)
        expect(tab.locator("#sources td", has_text="the amount")).to_have_count(0)
        tab.close()


def test_the_form_says_all_that_is_wrong_and_that_it_saved(browser, harbour, tmp_path):
    case = shutil.copy(harbour, tmp_path / "main.beancount")
    with served_at(Site(case, edit=True)) as site:
        tab = browser.new_page(viewport={"width": 390, "height": 900})
        go(tab, site.origin + site.path("flows"))
        tab.locator("#change summary").click()
        form = tab.locator("#change form")
        form.get_by_role("button", name="Show the difference").press("Enter")
        expect(form.locator(".sv-difference li")).to_have_count(6)
        expect(form.locator("[aria-invalid]")).to_have_count(6)
        expect(form.locator('[name="name"]')).to_be_focused()
        # Sources are suggested one after another.
        sources = form.locator('[name="sources"]')
        expect(form.locator("#sv-choices-sources option")).not_to_have_count(0)
        sources.fill("petition, ")
        suggested = form.locator("#sv-choices-sources option")
        assert suggested.first.get_attribute("value").startswith("petition, ")
        for name, value in {
            "name": "deposits-2",
            "date": "2021-02-20",
            "title": "More deposits",
            "through": "Harbour",
            "from": "Equity:Customers:Wealth",
            "to": "Assets:Desk:Bank",
            "amount": "2,000,000 USD",
        }.items():
            form.locator(f'[name="{name}"]').fill(value)
        # Fava's key for a new entry, which would write one unseen, does nothing.
        form.get_by_role("button", name="Show the difference").focus()
        tab.keyboard.press("n")
        tab.wait_for_timeout(200)
        assert "#add-transaction" not in tab.url
        expect(form.locator("[aria-invalid]")).to_have_count(0)
        form.get_by_role("button", name="Show the difference").press("Enter")
        expect(form.get_by_role("button", name="Save it")).to_be_focused()
        tab.keyboard.press("Enter")
        said = tab.locator(".sv-saved")
        expect(said).to_have_text(re.compile(r"^Saved\. What it changed:"))
        came = said.locator("li", has_text="Came in")
        expect(came).to_have_text(re.compile(r"^Came in: \S+ → \S+ \(\+\$2\.0m\)$"))
        tab.reload()
        expect(tab.locator("h2").first).to_have_text("More deposits")
        expect(tab.locator(".sv-saved")).to_have_count(0)
        tab.close()


def test_a_note_is_written_by_keyboard_and_marks_the_number(browser, harbour, tmp_path):
    case = shutil.copy(harbour, tmp_path / "main.beancount")
    said = []
    with served_at(Site(case, edit=True)) as site:
        tab = browser.new_page(viewport={"width": 390, "height": 900})
        tab.on("console", lambda message: said.append(message.text))
        go(tab, site.origin + site.path("where"))
        number = tab.locator('[data-key="left"] a')
        number.press("Enter")
        panel = tab.get_by_role("dialog")
        panel.get_by_label("A note on this").fill("<i>Ask</i> about this.")
        panel.get_by_role("button", name="Keep this note").press("Enter")
        expect(panel.locator(".sv-note-form [role=status]")).to_be_focused()
        expect(panel.locator("blockquote").last).to_have_text("<i>Ask</i> about this.")
        expect(number).to_have_class(re.compile("sv-has-note"))
        assert _wider(tab) <= 0
        tab.keyboard.press("Escape")
        # The browser steps back when it finds the time.
        tab.wait_for_function("() => !history.state?.panel")
        go(tab, site.origin + site.path("where"))
        expect(tab.locator("#notes")).to_contain_text("<i>Ask</i> about this.")
        expect(number).to_have_class(re.compile("sv-has-note"))
        go(tab, site.origin + site.path("source") + "?pick=gazette")
        tab.get_by_label("A note on this").fill("Anonymous.")
        tab.get_by_role("button", name="Keep this note").press("Enter")
        expect(tab.locator("#notes blockquote")).to_have_text("Anonymous.")
        tab.close()
    assert not said
    assert len(list((tmp_path / "notes").iterdir())) == 2


def test_an_entry_with_errors_is_saved_by_a_second_decision_alone(
    browser, harbour, tmp_path
):
    case = shutil.copy(harbour, tmp_path / "main.beancount")
    with served_at(Site(case, edit=True)) as site:
        tab = browser.new_page(viewport={"width": 390, "height": 900})
        go(tab, site.origin + site.path("evidence"))
        tab.locator("#change summary").click()
        form = tab.locator("#change form")
        for name, value in {
            "name": "letter-2",
            "date": "2022-01-20",
            "title": "A letter",
            "url": "ftp://example.org/letter-2",
            "grade": "A1",
        }.items():
            form.locator(f'[name="{name}"]').fill(value)
        form.get_by_role("button", name="Show the difference").press("Enter")
        expect(form).to_contain_text("the ledger would have these errors")
        save = form.get_by_role("button", name="Save it")
        expect(save).to_be_disabled()
        anyway = form.get_by_label("Save it with these errors")
        expect(anyway).to_be_focused()
        tab.keyboard.press("Space")
        expect(save).to_be_enabled()
        assert "letter-2" not in case.read_text()
        save.press("Enter")
        tab.wait_for_url("**pick=letter-2**")
        tab.close()
    assert "ftp://example.org/letter-2" in case.read_text()


def test_a_flow_is_added_and_the_finding_changes_by_keyboard(
    browser, harbour, tmp_path
):
    case = shutil.copy(harbour, tmp_path / "main.beancount")
    said = []
    with served_at(Site(case, edit=True)) as site:
        tab = browser.new_page(viewport={"width": 390, "height": 900})
        tab.on("console", lambda message: said.append(message.text))
        go(tab, site.origin + site.path("solvency"))
        worst = tab.locator('[data-key="finding-Harbour/customer-assets/USD"] .num')
        before = worst.first.get_attribute("data-value")
        go(tab, site.origin + site.path("flows"))
        # Past what is round the page the first stop leads to the form.
        tab.locator(".sv-first").press("Enter")
        tab.keyboard.press("Tab")
        expect(tab.locator(".sv-to-form")).to_be_focused()
        tab.keyboard.press("Enter")
        form = tab.locator("#change form")
        expect(form.locator('[name="name"]')).to_be_focused()
        for name, value in {
            "name": "deposits-2",
            "date": "2021-02-20",
            "title": "More <deposits>",
            "sources": "petition",
            "through": "Harbour",
            "from": "Equity:Customers:Wealth",
            "to": "Assets:Desk:Bank",
            "amount": "2,000,000 USD",
        }.items():
            form.locator(f'[name="{name}"]').fill(value)
        form.get_by_role("button", name="Show the difference").press("Enter")
        shown = form.locator("pre")
        expect(shown).to_contain_text('+2021-02-20 * "More <deposits>" ^petition')
        expect(form).to_contain_text("the ledger has no new error")
        assert _wider(tab) <= 0
        axe = pytest.importorskip("axe_playwright_python.sync_playwright")
        found = axe.Axe().run(tab, context=".sv").response["violations"]
        assert not [one for one in found if one["impact"] in {"serious", "critical"}]
        # The button that saves has the focus already.
        expect(form.get_by_role("button", name="Save it")).to_be_focused()
        tab.keyboard.press("Enter")
        tab.wait_for_url("**pick=deposits-2**")
        expect(tab.locator("h2").first).to_have_text("More <deposits>")
        go(tab, site.origin + site.path("solvency"))
        assert worst.first.get_attribute("data-value") != before
        tab.close()
    assert not said
