"""How pages look: no words on others, none cut off, no heading alone, none empty."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from charts.chart_reading import Drawing as ChartReading
from report import paper

import solvency
from solvency.exhibits.drawings import Drawing
from solvency.report import build
from solvency.report import pages
from solvency.report import pdf
from solvency.report.attachments import case_files
from solvency.wide import wide

if TYPE_CHECKING:
    from report.paper import Page

    from solvency.report.document import Report

LEDGERS = Path(__file__).parents[2] / "ledgers"
#: Of the report cover, contents, some thirty-five pages of body, forty of appendices.
MOST_PAGES = {"brief": 2, "affairs": 15, "compare": 15, "reconstruction": 80}


@pytest.fixture(
    scope="module",
    params=[
        ("harbour", "reconstruction", "en"),
        ("ftx", "brief", "en"),
        *(
            pytest.param(one, marks=pytest.mark.long)
            for one in (
                ("harbour", "reconstruction", "zh"),
                ("ftx", "reconstruction", "en"),
                ("ftx", "reconstruction", "zh"),
                ("mf-global", "reconstruction", "en"),
                *(
                    (name, kind, lang)
                    for name in ("ftx", "mf-global")
                    for kind in ("affairs", "compare")
                    for lang in ("en", "zh")
                ),
            )
        ),
    ],
    ids="-".join,
)
def printed(request: pytest.FixtureRequest) -> tuple[Report, tuple[Page, ...]]:
    """Lay a report out without tags, with all its chapters and its list of files."""
    name, kind, lang = request.param
    case = solvency.load(LEDGERS / name / "main.beancount")
    files = case_files(case)
    report = build(case, case.book(), kind=kind, lang=lang, attached=files)
    with wide():
        made = pdf.render(pages.plain(pages.tree(report)), report.dated, tagged=False)
    return report, paper.pages_of(made.content)


@pytest.fixture(scope="module")
def laid_out(printed: tuple[Report, tuple[Page, ...]]) -> tuple[Page, ...]:
    return printed[1]


def test_no_name_in_a_drawing_stands_on_a_band(
    printed: tuple[Report, tuple[Page, ...]],
) -> None:
    for one in printed[0].tables:
        if isinstance(one, Drawing):
            ChartReading(one.svg).check_names()


def test_no_words_stand_on_others(laid_out: tuple[Page, ...]) -> None:
    assert {page.number: paper.collisions(page) for page in laid_out} == {
        page.number: [] for page in laid_out
    }


def test_no_words_are_cut_off(laid_out: tuple[Page, ...]) -> None:
    assert [(page.number, paper.clipped(page)) for page in laid_out] == [
        (page.number, []) for page in laid_out
    ]


def test_no_heading_stands_alone(laid_out: tuple[Page, ...]) -> None:
    # Beneath the cover's title stands nothing.
    assert [(page.number, paper.widowed(page)) for page in laid_out[1:]] == [
        (page.number, []) for page in laid_out[1:]
    ]


def test_no_report_takes_more_pages_than_its_kind_may(
    request: pytest.FixtureRequest, laid_out: tuple[Page, ...]
) -> None:
    _, kind, _ = request.node.callspec.params["printed"]
    assert len(laid_out) <= MOST_PAGES[kind]


def test_no_page_is_half_empty(laid_out: tuple[Page, ...]) -> None:
    assert paper.half_empty(laid_out) == []


class TestTheChecks:
    """The checks find what they are for."""

    @staticmethod
    def page(*lines: tuple[float, float, float, str, float]) -> Page:
        words = tuple(
            paper.Words(left, bottom, right, bottom + 8, text, size)
            for left, bottom, right, text, size in lines
        )
        return paper.Page(1, 595.0, 842.0, words, 0.0)

    def test_words_on_words(self) -> None:
        page = self.page((60, 500, 120, "one", 12), (110, 504, 160, "other", 12))
        assert paper.collisions(page) == [("one", "other")]
        beside = self.page((60, 500, 109, "one", 12), (110, 500, 160, "other", 12))
        assert paper.collisions(beside) == []

    def test_words_in_the_margin(self) -> None:
        page = self.page((40, 500, 90, "left", 12), (500, 500, 560, "right", 12))
        assert paper.clipped(page) == ["left", "right"]

    def test_a_heading_at_the_foot(self) -> None:
        heading = (60.0, 90.0, 200.0, "What we found", 22.67)
        assert paper.widowed(self.page(heading)) == ["What we found"]
        lines = [(60.0, 90.0 - n, 500.0, "text", 12.3) for n in (12, 24)]
        assert paper.widowed(self.page(heading, *lines)) == []

    def test_a_page_that_is_half_empty(self) -> None:
        full = self.page((60, 700, 90, "text", 12))
        empty = full._replace(number=2, blank=0.6)
        assert paper.half_empty((full, empty, full)) == [2]
        chapter = self.page((60, 700, 90, "1 What we found", 22.67))
        assert paper.half_empty((full, empty, chapter)) == []
