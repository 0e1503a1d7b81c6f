"""What each section says of a small case, worked by hand (see conftest.CASE)."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from report.exhibits import amounts
from report.exhibits import every_list
from report.exhibits import exhibit

from solvency import load
from solvency.exhibits.drawings import Drawing
from solvency.figures.figure import OWN
from solvency.figures.figure import Figure
from solvency.figures.figure import Ref
from solvency.figures.formats import Locale
from solvency.figures.words import listed
from solvency.figures.words import say
from solvency.report import ReportError
from solvency.report import build
from solvency.report import pages
from solvency.report import write

if TYPE_CHECKING:
    from solvency import Case
    from solvency.exhibits.section import Section
    from solvency.report.document import Report

ROOT = Path(__file__).resolve().parents[2]


def section(report: Report, name: str) -> Section:
    return next(one for one in report.sections if one.name == name)


class TestTracing:
    # All that ever came to Desk's bank was customers' money, so all it spent was:
    # 100 for bitcoin, 40 nobody explains, 360 lost.
    def test_whose_money_is_sure_where_there_was_no_other(self, report: Report) -> None:
        table = exhibit(report, "traced-purposes")
        whole = [Decimal(500_000_000)] * 3
        assert [a for row in table.rows for a in amounts(table, row.key)[:3]] == whole

    def test_the_accounts_traced_are_named(self, report: Report) -> None:
        for key in ("traced-purposes", "traced-outlays"):
            unit = exhibit(report, key).unit
            assert "; paid out of " in unit
            names = [one.name for one in unit if isinstance(one, Ref)]
            assert names
            assert all(name.startswith("Assets:Desk:") for name in names)
            said = [one.label for one in unit if isinstance(one, Ref)]
            assert all(one.startswith("Desk: ") for one in said)

    def test_every_rule_lies_between_least_and_most(self, report: Report) -> None:
        table = exhibit(report, "traced-outlays")
        for row in table.rows:
            amount, least, most, *rules = amounts(table, row.key)
            assert least is not None
            assert most is not None
            assert all(rule is not None and least <= rule <= most for rule in rules)
            assert amount is not None
            assert most <= amount


class TestMatrix:
    def test_rows_and_columns_sum_to_zero(self, report: Report) -> None:
        table = exhibit(report, "flow-matrix")
        for row in table.rows:
            assert amounts(table, row.key)[-1] == 0
        assert set(amounts(table, "sum")) == {Decimal(0)}

    def test_a_cell_names_the_accounts_it_counts(self, report: Report) -> None:
        table = exhibit(report, "flow-matrix")
        cells = [
            cell
            for row in table.rows
            for cell in row.cells
            if isinstance(cell, Figure) and cell.value
        ]
        assert len(cells) > 5
        for one in cells:
            counted = [
                part.value
                for part in one.worked
                if isinstance(part, Figure) and not part.key.endswith(":count")
            ]
            assert sum(x or 0 for x in counted) == one.value

    def test_closing_is_flows_and_revaluation(self, report: Report) -> None:
        table = exhibit(report, "stock-matrix")
        # EXT had no price when granted; at the end 10,000,000 at 4.
        assert amounts(table, "tokens")[2] == Decimal(40_000_000)
        for row in table.rows:
            flows, change, closing = amounts(table, row.key)
            assert flows is not None
            assert change is not None
            assert closing == flows + change


def test_one_key_prints_one_text(report: Report) -> None:
    texts: dict[str, str] = {}
    for one in report.figures():
        assert texts.setdefault(one.key, one.text(Locale())) == one.text(Locale())


class TestDerived:
    def test_every_figure_of_many_flows_has_its_entry(self, report: Report) -> None:
        own = {one.key for one in report.figures() if one.target == OWN}
        rows = {row.key for row in exhibit(report, "derived").rows}
        assert own
        assert own <= rows

    def test_from_a_sum_to_its_flows_is_one_link(self, report: Report) -> None:
        root = pages.tree(report)
        by_id = {e.get("id"): e for e in root.iter() if e.get("id")}
        figure = next(
            a
            for a in root.iter("a")
            if a.get("data-key") == "funds:group::2021-12-31:source:customers"
        )
        entry = by_id[figure.get("href", "")[1:]]
        named = {a.text for a in entry.iter("a")}
        exhibit = report.numbers["funds"]
        # Beside each flow the source its amount is from: the docket, and the leak.
        assert named == {"F-1", "F-2", "S-001", "S-002", f"Exhibit {exhibit}"}

    def test_rows_are_numbered_not_of_zero_and_say_where_they_stand(
        self, report: Report
    ) -> None:
        table = exhibit(report, "derived")
        numbers = [row.label[0].value for row in table.rows]
        assert numbers == list(range(1, len(numbers) + 1))
        assert all(amounts(table, row.key)[0] for row in table.rows)
        lines = {
            "".join("".join(one.itertext()).split())
            for one in pages.tree(report).iter("tr")
            if one.get("id", "").startswith("figure-")
        }
        # Each line differs by more than its number, or two could not be told apart.
        assert len({re.sub(r"^\d+", "", line) for line in lines}) == len(table.rows)

    def test_a_source_of_funds_leads_to_a_page(self, report: Report) -> None:
        table = exhibit(report, "funds")
        page = [column.key for column in table.columns].index("page")
        lines = [r for r in table.rows if r.key.startswith(("source:", "use:"))]
        assert lines
        assert all(row.cells[page].href.startswith("#figure-") for row in lines)


class TestFamilies:
    @pytest.fixture(scope="class")
    @classmethod
    def report(cls) -> Report:
        return every_list(load(ROOT / "ledgers/harbour/main.beancount"))

    def test_what_should_have_been_booked_names_flows_and_their_page(
        self, report: Report
    ) -> None:
        ids = {e.get("id") for e in pages.tree(report).iter()}
        effects = [t for t in report.tables if t.key.startswith("effect-")]
        assert effects
        for table in effects:
            for row in table.rows:
                flows, page = row.cells[-2:]
                assert flows[0].label in report.case.by_id
                assert page.href[1:] in ids

    def test_the_period_is_said(self, report: Report) -> None:
        text = " ".join("".join(pages.tree(report).itertext()).split())
        assert re.search(r"\b1 flow to 20 Jan 2022", text)
        assert not re.search(r"\b1 flows", text)
        assert exhibit(report, "ladder").title.endswith("4 Jan 2021 to 20 Dec 2021")


class TestDrawings:
    def test_each_has_words_in_its_place_and_figures(self, report: Report) -> None:
        drawings = [one for one in report.tables if isinstance(one, Drawing)]
        assert {"flow-of-funds", "group-chart", "tally-waterfall"} <= {
            one.key for one in drawings
        }
        for one in drawings:
            svg = ET.fromstring(one.svg)  # noqa: S314 (ours)
            assert svg.find("{http://www.w3.org/2000/svg}title") is not None
            assert list(one.figures())
            assert one.to_csv().count("\n") == len(one.plotted.rows) + 1


class TestKinds:
    @pytest.mark.parametrize("kind", ["affairs", "brief", "compare", "reconstruction"])
    def test_each_prints_and_its_links_lead_somewhere(
        self, loaded: Case, kind: str
    ) -> None:
        report = build(loaded, loaded.book(), kind=kind)
        root = pages.tree(report)
        ids = {element.get("id") for element in root.iter()}
        hrefs = [a.get("href", "#") for a in root.iter("a")]
        assert all(h[1:] in ids for h in hrefs if h.startswith("#") and h != "#")
        assert report.tables

    def test_a_brief_is_two_pages(self, loaded: Case, tmp_path: Path) -> None:
        path = tmp_path / "brief.pdf"
        assert write(loaded, loaded.book(), path, kind="brief").pages <= 2

    @pytest.mark.parametrize("kind", ["affairs", "brief", "compare", "reconstruction"])
    def test_each_says_what_it_leaves_out(self, harbour: Path, kind: str) -> None:
        """A reader must not take what was known by a day for what is known."""
        case = load(harbour, known=datetime.date(2022, 1, 25))
        root = pages.tree(build(case, case.book(), kind=kind, sections=["sources"]))
        text = " ".join(" ".join(root.itertext()).split())
        assert "Known by 25 January 2022" in text

    def test_a_file_is_dated_in_four_digits(self, loaded: Case) -> None:
        """`D:202010100` is the year 2020 to whoever reads it."""
        dated = datetime.datetime(202, 1, 1, tzinfo=datetime.UTC)
        with pytest.raises(ReportError, match="no file can be dated 0202-01-01"):
            build(loaded, loaded.book(), kind="brief", dated=dated)

    def test_a_note_that_leads_to_what_is_left_out_is_not_printed(
        self, loaded: Case
    ) -> None:
        for screen in (True, False):
            report = build(loaded, loaded.book(), sections=["weighing"], screen=screen)
            root = pages.tree(report)
            text = " ".join("".join(root.itertext()).split())
            assert "In figures (What derived figures rest on)" not in text
            assert "rest on: ." not in text

    def test_scenarios_differ_by_what_their_hypotheses_take(self, loaded: Case) -> None:
        report = build(loaded, loaded.book(), kind="compare")
        table = exhibit(report, "compare-sheets")
        # Established, then `burned`: 360,000,000 lost.
        one, other = amounts(table, "market:equity")
        assert one is not None
        assert other == one - 360_000_000
        assert {f.scenario for f in table.figures()} == {"established", "burned"}

    def test_the_example_of_the_docs_works(self, loaded: Case, tmp_path: Path) -> None:
        text = (ROOT / "docs" / "report-kinds.md").read_text(encoding="utf-8")
        blocks = re.findall(
            r"^`(board/\S+)`:\n\n```\w+\n(.*?)```$", text, re.MULTILINE | re.DOTALL
        )
        assert len(blocks) == 3
        for name, content in blocks:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, encoding="utf-8")
        report = build(loaded, loaded.book(), kind=str(tmp_path / "board"))
        assert [one.name for one in report.sections] == ["paid", "tests", "sources"]
        shown = pages.html(report)
        assert "What creditors can expect" in shown
        assert "Where the money went" in shown
        assert "#7a3b00" in shown


class TestSentences:
    def test_a_sentence_is_translated_whole(self) -> None:
        class Turned(Locale):
            def text(self, message: str, **values: object) -> str:
                turned = {"%(who)s owes %(what)s.": "%(what)s is owed by %(who)s!"}
                return turned.get(message, message)

        figure = Figure("x", Decimal(5))
        found = say(Turned(), "%(who)s owes %(what)s.", who="Desk", what=figure)
        assert found == (figure, " is owed by ", "Desk", "!")

    def test_a_place_without_a_piece_is_refused(self) -> None:
        with pytest.raises(KeyError, match="who"):
            say(Locale(), "%(who)s owes.")

    @given(st.lists(st.text("abc", min_size=1), min_size=1, max_size=6))
    def test_a_list_has_all_its_items_in_order(self, items: list[str]) -> None:
        # Every other piece joins two items.
        assert list(listed(Locale(), items))[::2] == items


def test_analyses_are_made_once_a_case(
    loaded: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solvency.analysis import check
    from solvency.analysis import split
    from solvency.analysis import study

    # What is made is counted here, so nothing is made beside.
    monkeypatch.setattr(split, "can_split", lambda: False)
    monkeypatch.setattr(study, "_cache", study.OrderedDict())
    made = []
    real = check.evaluate

    def evaluate(book, draws=None):
        made.append(draws)
        return real(book, draws=draws)

    monkeypatch.setattr(check, "evaluate", evaluate)
    for kind in ("brief", "reconstruction", "brief"):
        build(loaded, loaded.book(), kind=kind)
    # Of a brief nothing is drawn.
    assert made == [0, None]
    other = replace(loaded, known=datetime.date(2022, 2, 1))
    build(other, other.book(), kind="brief")
    assert made == [0, None, 0]
