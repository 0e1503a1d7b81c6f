"""The site of files in a real browser, opened from the disk: no server answers."""

from __future__ import annotations

import re

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

from solvency.cli import main

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.xdist_group("chromium"),
]
PAGES = (
    *("index", "solvency", "group", "entities"),
    *("flows", "recovery", "stress", "hypotheses", "scenarios", "evidence"),
)
#: All kinds of pages there are.
EACH = (
    *PAGES,
    "tracing",
    "flow-deposits",
    "source-gazette",
    "solvency-Harbour-customer-assets-USD",
    "where-invested",
    "group-book",
)


@pytest.fixture(scope="module")
def folder(harbour, tmp_path_factory):
    made = tmp_path_factory.mktemp("site") / "harbour"
    ended = CliRunner().invoke(main, ["site", str(made), str(harbour)])
    assert ended.exit_code == 0, ended.output
    return made


@pytest.fixture(scope="module")
def chromium():
    with playwright_api.sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield found
        found.close()


@pytest.fixture
def opened(chromium, folder):
    """Open a file of the site; on leaving, nothing was said or asked elsewhere."""
    said, asked, contexts = [], [], []

    def open_(page="index", place="", *, width=1280, scheme="light"):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        contexts.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.on("request", lambda request: asked.append(request.url))
        go(tab, (folder / f"{page}.html").as_uri() + place)
        return tab

    yield open_
    for context in contexts:
        context.close()
    assert not said
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


@pytest.fixture(scope="module")
def tab_for_all(chromium):
    context = chromium.new_context()
    yield context.new_page()
    context.close()


@pytest.fixture
def seen(tab_for_all, folder):
    """Open a file to look at it and at one panel: all in one tab."""

    def open_(page, *, width, scheme="light"):
        address = (folder / f"{page}.html").as_uri()
        return look(tab_for_all, address, width, scheme)

    with watched(tab_for_all) as (said, asked):
        yield open_
    assert not said
    assert all(url.startswith(("file:", "data:", "blob:")) for url in asked)


@pytest.mark.parametrize("page", PAGES)
def test_a_number_opens_what_it_rests_on(opened, page):
    tab = opened(page)
    first = tab.locator("a.sv-figure:visible").first
    first.click()
    panel = tab.get_by_role("dialog")
    expect(panel.locator("h3")).to_be_visible()
    expect(panel).to_contain_text("Exactly")
    assert "#figure=" in tab.url
    tab.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(first).to_be_focused()


def test_the_parts_of_a_figure_are_shown_to_add_up(opened):
    """13.15 million is left: eight flows, signed, add up to it."""
    tab = opened()
    tab.locator('[data-key="left"] a').focus()
    tab.keyboard.press("Enter")
    expect(tab.get_by_role("dialog")).to_contain_text(
        "8 flows, signed, add up to 13,150,000 USD: the figure, to the last digit."
    )


def test_an_address_opens_its_figure(opened):
    tab = opened(place="#figure=walk:group:2022-01-20:left")
    expect(tab.get_by_role("dialog")).to_contain_text("13,150,000 USD")
    tab.keyboard.press("Escape")
    # The first number of that name on the page: the one in the opening sentence.
    first = tab.locator('a[href="#figure=walk:group:2022-01-20:left"]').first
    expect(first).to_be_focused()


def test_from_the_first_page_to_a_sources_sentence_in_four_steps(opened):
    """A number, its flow's page, the source there, its address: by keyboard alone."""
    tab = opened()
    tab.locator('[data-key="source:customers"] a').focus()
    tab.keyboard.press("Enter")
    panel = tab.get_by_role("dialog")
    panel.locator("tbody a").first.focus()
    tab.keyboard.press("Enter")
    expect(tab.locator("#opened h2")).to_be_visible()
    assert re.search(r"/source-[\w-]+\.html$", tab.url)


def test_the_focus_returns_to_the_number_though_a_place_of_the_page_was_asked(opened):
    """The browser steps back to `#sv-numbers`, which takes the focus for a moment."""
    tab = opened(place="#sv-numbers")
    number = tab.locator('[data-key="source:customers"] a.sv-figure')
    number.press("Enter")
    expect(tab.get_by_role("dialog")).to_contain_text("Exactly")
    tab.keyboard.press("Escape")
    tab.wait_for_function("() => !history.state?.panel")
    tab.wait_for_timeout(200)
    expect(number).to_be_focused()
    assert tab.url.endswith("#sv-numbers")


def test_what_is_no_sum_of_flows_says_so_and_by_what_it_is_worked_out(opened):
    tab = opened("flows")
    tab.locator('a[href="#figure=funds:group:left"]').first.press("Enter")
    panel = tab.get_by_role("dialog")
    expect(panel.locator("th", has_text="Part")).to_have_count(1)
    tab.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    tab.locator('a[href="#figure=funds:group:revaluation"]').first.press("Enter")
    expect(panel).to_contain_text("It is no plain sum of flows")
    expect(panel.locator("code").last).to_have_text(
        "solvency explain funds:group:revaluation --scenario established --all"
    )
    expect(panel.locator("th", has_text="Part")).to_have_count(0)
    # Figures it is worked out from go by what the page calls them.
    expect(panel.get_by_role("button", name="Left", exact=True)).to_be_visible()


def test_sorting_is_announced(opened):
    tab = opened("group")
    tab.locator("#sheet thead th").nth(1).get_by_role("button").press("Enter")
    expect(tab.locator(".sv-live")).to_have_text(
        re.compile("^Sorted by .*, smallest first$")
    )


def test_back_goes_up_a_level_and_then_out_of_the_panel(opened):
    tab = opened()
    number = tab.locator('[data-key="source:customers"] a.sv-figure')
    number.click()
    panel = tab.get_by_role("dialog")
    panel.locator("button.sv-in").first.click()
    panel.get_by_role("button", name="Back", exact=True).click()
    expect(panel.locator("h3")).to_have_text("What came in: Customers")
    panel.locator("button.sv-in").first.click()
    expect(panel.locator(".sv-up")).to_be_visible()
    tab.go_back()
    tab.go_back()
    expect(panel).to_have_count(0)
    expect(number).to_be_focused()
    assert tab.url.endswith("/index.html")


def test_the_hypotheses_come_after_their_button_and_move_nothing(opened):
    tab = opened()
    tab.locator("#sv-switch-open").press("Enter")
    tab.keyboard.press("Tab")
    first = tab.locator("#sv-switch-ventures")
    expect(first).to_be_focused()
    before = first.bounding_box()
    tab.keyboard.press("Space")
    expect(tab.locator("#sv-switch-open")).to_have_text("Hypotheses: 1 of 3 on")
    assert first.bounding_box() == before


def test_arrows_go_from_number_to_number(opened):
    tab = opened("group")
    table = tab.locator("#totals")
    assert table.locator('tbody a.sv-figure[tabindex="0"]').count() == 1
    table.locator('tbody a.sv-figure[tabindex="0"]').focus()
    before = tab.evaluate("document.activeElement.getAttribute('href')")
    tab.keyboard.press("ArrowRight")
    tab.keyboard.press("ArrowDown")
    assert tab.evaluate("document.activeElement.getAttribute('href')") != before


def test_search_finds_a_flow_by_its_words_and_a_source_by_its_name(opened):
    tab = opened()
    box = tab.get_by_label(re.compile("Search"))
    box.fill("gazette")
    expect(tab.locator(".sv-found a").first).to_contain_text("gazette")
    box.fill("wired")
    tab.keyboard.press("ArrowDown")
    tab.keyboard.press("Enter")
    expect(tab.locator("#opened h2")).to_contain_text("wired")


def test_a_table_sorts_filters_and_saves(opened):
    tab = opened("evidence")
    table = tab.locator("#sources table")
    rows = table.locator("tbody tr:visible")
    every = rows.count()
    assert every > 8 or tab.locator("#sources .sv-tools").count() == 1
    group = opened("group")
    group.locator("#sheet").get_by_role("searchbox").fill("bank")
    assert group.locator("#sheet tbody tr:visible").count() < (
        group.locator("#sheet tbody tr").count()
    )
    with group.expect_download() as waited:
        group.locator("#sheet").get_by_role("button", name="CSV").click()
    assert (
        waited.value.suggested_filename == "group-established-at-2022-01-20-sheet.csv"
    )
    text = waited.value.path().read_text()
    assert "fingerprint" in text
    assert "scenario established" in text
    heads = group.locator("#sheet thead th")
    heads.nth(1).get_by_role("button").click()
    expect(heads.nth(1)).to_have_attribute("aria-sort", "ascending")


def test_a_point_of_a_line_and_the_gap_open_on_files_too(opened):
    """10 million of deposits, and the 0.4 million that two coins rose by."""
    tab = opened("solvency")
    drawing = tab.locator(".sv-broad svg")
    point = drawing.locator("a[aria-label^='Owed to customers, 2021-07-01']")
    point.press("Enter")
    panel = tab.get_by_role("dialog")
    expect(panel.locator(".sv-panel-value")).to_have_text("10,400,000 USD")
    tab.keyboard.press("Escape")
    expect(point).to_be_focused()
    drawing.locator("a[aria-label='Gap']").press("Enter")
    expect(panel).to_contain_text("needed less there on the worst day")


def test_a_link_to_a_table_is_copied_from_a_file(opened):
    tab = opened("recovery")
    button = tab.locator("#affairs").get_by_text("Copy link", exact=True)
    button.press("Enter")
    expect(tab.locator("#affairs").get_by_text("Copied", exact=True)).to_be_visible()
    opened("recovery", "#recovery").locator("#recovery h3").wait_for()


def test_a_drawing_is_saved_as_svg_and_png(opened):
    tab = opened("flows")
    for kind in ("SVG", "PNG"):
        with tab.expect_download() as waited:
            tab.get_by_role("button", name=kind).first.click()
        assert waited.value.suggested_filename == (
            f"flows-established-at-2022-01-20-drawing-funds.{kind.lower()}"
        )
        saved = waited.value.path().read_bytes()
        assert len(saved) > 1000
        # A file has the colours themselves, not the names the page has for them.
        assert b"var(" not in saved
        assert b"color-mix" not in saved


@pytest.mark.parametrize("width", [390, 1024, 1440])
@pytest.mark.parametrize("page", EACH)
def test_nothing_is_wider_than_its_window(seen, page, width):
    tab = seen(page, width=width)
    wider = "document.documentElement.scrollWidth - window.innerWidth"
    assert tab.evaluate(wider) <= 0
    number = tab.locator("a.sv-figure:visible").first
    if number.count():
        number.click()
        expect(tab.get_by_role("dialog").locator("h3")).to_be_visible()
        assert tab.evaluate(wider) <= 0


def test_switches_say_what_was_computed_ahead_by_keyboard(opened):
    tab = opened("entities")
    open_ = tab.locator("#sv-switch-open")
    expect(open_).to_have_text("Hypotheses: 0 of 3 on")
    open_.press("Enter")
    box = tab.locator("#sv-switch-bad-trade")
    box.focus()
    tab.keyboard.press("Space")
    told = tab.locator(".sv-switch-numbers div", has_text="Equity of the group")
    # The trade lost 7.5m: 1.45m becomes -6.05m.
    expect(told).to_contain_text("$1.4m \u2192 \u2212$6.0m")
    said = tab.locator(".sv-switch-said")
    expect(said).to_contain_text("every set of these hypotheses")
    expect(said).to_contain_text("--hypothesis bad-trade")
    assert tab.url.endswith("?hypothesis=bad-trade")
    # The set goes along to the next page; a scenario's leads to its own pages.
    tab.locator(".sv-tabs").get_by_text("Flows", exact=True).press("Enter")
    expect(tab.locator("#sv-switch-bad-trade")).to_be_checked()
    tab.locator("#sv-switch-open").press("Enter")
    tab.locator("#sv-switch-back").press("Enter")
    expect(told).not_to_contain_text("\u2192")
    for name in ("ventures", "gifts"):
        tab.locator(f"#sv-switch-{name}").press("Space")
    said.get_by_role("link").press("Enter")
    expect(tab.locator(".sv-state")).to_contain_text("scenario invested")
    expect(tab.locator("#sv-switch-ventures")).to_be_checked()
    assert "?" not in tab.url


@each_screen
@pytest.mark.parametrize("page", EACH)
def test_axe_finds_no_serious_violation(seen, page, scheme, width):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    tab = seen(page, scheme=scheme, width=width)
    number = tab.locator("a.sv-figure:visible").first
    if number.count():
        number.click()
        expect(tab.get_by_role("dialog").locator("h3")).to_be_visible()
    found = axe.Axe().run(tab, options={"preload": False}).response["violations"]
    serious = [
        (one["id"], one["nodes"][0]["html"][:200])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
    assert not serious


def test_the_page_of_a_difference_is_set_as_the_site_is(opened, folder, harbour):
    later = folder.parent / "later.beancount"
    later.write_text(harbour.read_text().replace("45,000 USD", "44,000 USD"))
    words = ["diff", "--no-beliefs", str(harbour), str(later)]
    ended = CliRunner().invoke(main, [*words, "-o", str(folder / "changes.html")])
    assert ended.exit_code == 0, ended.output
    tab = opened("changes")
    # Its policy lets the style in, letters and all, and the page says nothing of it.
    family = "getComputedStyle(document.body).fontFamily"
    assert tab.evaluate(family).startswith('"Fira Sans"')
    assert tab.evaluate("document.fonts.check('14px \"Fira Sans\"')")
    tab.locator("a[href^='#change-']").first.click()
    expect(tab.locator("tr:target")).to_contain_text("BTC")
