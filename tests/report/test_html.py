from __future__ import annotations

import re
from copy import deepcopy
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
from report.exhibits import every_list

from solvency.figures import formats
from solvency.figures.table import Table
from solvency.report import ReportError
from solvency.report import build
from solvency.report import pages
from solvency.report import write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from xml.etree.ElementTree import Element

    from solvency import Case
    from solvency.report.document import Report

#: Whose words an element holds if not the template's: the ledger's, a figure's.
NOT_OURS = {"said", "fig", "n", "ref", "grade", "when", "refs", "cited"}


def classes(element: Element) -> set[str]:
    return set((element.get("class") or "").split())


def own_words(element: Element) -> Iterator[str]:
    """Yield the text that templates and titles wrote themselves."""
    if element.tag in {"style", "title", "time"} or classes(element) & NOT_OURS:
        return
    if element.tag.endswith("}svg"):
        # Axes have marks of their own; what is drawn is tested with each chart.
        return
    yield element.text or ""
    for child in element:
        yield from own_words(child)
        yield child.tail or ""


def text_of(element: Element) -> str:
    return "".join(element.itertext())


def test_every_number_on_the_page_is_a_figure(root: Element) -> None:
    body = root.find("body")
    assert body is not None
    # Column heads are dates and names of the case; account names have figures too.
    for head in list(body.iter("thead")):
        head.clear()
    stray = [text for text in own_words(body) if re.search(r"\d", text)]
    assert stray == []


def test_every_figure_printed_is_the_report_s_own(
    report: Report, root: Element
) -> None:
    by_key = {figure.key: figure for figure in report.figures()}
    printed = [element for element in root.iter() if element.get("data-key")]
    assert len(printed) > 150
    for element in printed:
        key = element.get("data-key", "")
        if key.startswith("rounding:"):
            continue
        shown = text_of(element)
        text = by_key[key].text(report.locale)
        assert shown == text or shown.startswith(f"{text} ") or "bn" in shown, key


def test_one_key_has_one_value(report: Report) -> None:
    from solvency.exhibits.section import figures_in

    values: dict[str, Decimal | None] = {}
    for section in report.sections:
        for figure in figures_in((section.tables, section.values)):
            assert values.setdefault(figure.key, figure.value) == figure.value


def test_every_link_leads_somewhere(report: Report) -> None:
    # In the text itself, before links to nowhere are undone.
    root = ET.fromstring(pages.html(report))  # noqa: S314 (ours)
    ids = [element.get("id") for element in root.iter() if element.get("id")]
    assert len(set(ids)) == len(ids)
    hrefs = {a.get("href", "") for a in root.iter("a")}
    inside = {href[1:] for href in hrefs if href.startswith("#")}
    assert inside <= set(ids)
    assert {href for href in hrefs if not href.startswith("#")} == {
        "https://example.org/docket?a=1&b=2"
    }


def test_from_a_balance_to_its_source(root: Element) -> None:
    """Figure, register, flow, source, and back: each step is one link."""
    by_id = {element.get("id"): element for element in root.iter() if element.get("id")}
    figure = next(
        a
        for a in root.iter("a")
        if (a.get("data-key") or "").endswith("asset:liquid:Assets:Desk:Bank")
    )
    # 600,000,000.25 - 100,000,000 - 40,000,000 - 360,000,000 = 100,000,000.25
    assert figure.text == "100.0"
    register = by_id[figure.get("href", "")[1:]]
    flows = {a.text: a.get("href", "")[1:] for a in register.iter("a")}
    # Beside each but the plug its sources, which are named once here.
    assert list(flows) == ["F-2", "S-001", "F-3", "S-002", "F-5", "H-1"]
    evidence = by_id[flows["F-3"]]
    assert "page 9" in text_of(evidence)
    sources = {a.text: a.get("href", "")[1:] for a in evidence.iter("a")}
    row = by_id[sources["S-002"]]
    assert "Example court" in text_of(row)
    assert "#flow-F-3" in {a.get("href") for a in row.iter("a")}


def test_only_tables_may_run_on(root: Element) -> None:
    exhibits = [
        e for e in root.iter("div") if "exhibit" in (e.get("class") or "").split()
    ]
    for one in exhibits:
        on = any(p.get("data-on") for p in one.iter("p"))
        assert on <= ("drawing" not in (one.get("class") or ""))
    assert any("drawing" in (e.get("class") or "") for e in exhibits)


def test_hostile_words_are_text(report: Report, root: Element) -> None:
    text = pages.html(report)
    assert "<script" not in text
    assert "\u202e" not in text
    assert "<b>" not in text
    assert "Deposits <script>alert('x')</script> ]]> &amp; more" in text_of(root)
    assert not [a for a in root.iter("a") if "javascript" in a.get("href", "")]
    assert not [a for a in root.iter("a") if "file:" in a.get("href", "")]
    # The addresses are still there to be read.
    assert "javascript:alert(1)" in text_of(root)


def test_paper_has_the_words_without_their_marks(root: Element) -> None:
    marked = '<p>a<b>b</b><span class="said">c</span>d<span class="said">e</span>f</p>'
    small = pages.for_paper(ET.fromstring(marked))  # noqa: S314 (ours)
    assert ET.tostring(small, encoding="unicode") == "<p>a<b>b</b>cdef</p>"
    first = pages.for_paper(ET.fromstring('<p>a<span class="said">b</span>c<i/></p>'))  # noqa: S314 (ours)
    assert ET.tostring(first, encoding="unicode") == "<p>abc<i /></p>"
    whole = pages.for_paper(deepcopy(root))
    assert "".join(whole.itertext()) == "".join(root.itertext())
    bare = {"class": "said"}
    assert [one for one in root.iter("span") if one.attrib == bare]
    assert not [
        one for one in whole.iter("span") if one.attrib == bare and not len(one)
    ]


def test_balance_sheets_tie_to_the_book(report: Report, loaded: Case) -> None:
    day = loaded.reporting_date
    book = loaded.book()
    values = {figure.key: figure.value for figure in report.figures()}
    for entity in ("Exchange", "Desk"):
        sheet = book.balance_sheet(entity, day)
        for name, total in (
            ("total:asset", sheet.totals.assets),
            ("total:liability", sheet.totals.liabilities),
            ("net", sheet.totals.equity),
        ):
            assert values[f"balance:{entity}:{day}:market:{name}"] == total
    # By hand: 1,000,000,000.25 + 100,000,000.25 + 100,000,000 + 40,000,000.
    assets = values[f"group:{day}:market:total:asset:group"]
    assert assets == Decimal("1240000000.50")
    # The plug over that.
    # A quotient, which has an end nowhere.
    share = values["plug:F-5:share"] * assets
    assert abs(share - Decimal(40_000_000)) < Decimal("1e-15")


def test_statements_stand_beside_the_books(report: Report) -> None:
    table = next(t for t in report.tables if t.key == "beside-Desk")
    cells = {
        column.key: cell
        for column, cell in zip(table.columns, table.rows[0].cells, strict=True)
    }
    shown = {
        name: cells[name].text(report.locale)
        for name in ("books", "low", "stated", "high", "difference")
    }
    label = "".join(
        piece.label if hasattr(piece, "label") else getattr(piece, "text", piece)
        for piece in table.rows[0].label
    )
    assert label == f"{table.rows[0].key} Bank, Vault: cash at banks"
    # 100,000,000.25 in the books against 120 million stated.
    assert shown == {
        "books": "100.0",
        "low": "110.0",
        "stated": "120.0",
        "high": "130.0",
        "difference": "(20.0)",
    }


def test_a_hypothesis_left_out_is_shown_but_not_counted(loaded: Case) -> None:
    import solvency

    case = solvency.load(loaded.path)
    report = every_list(case)
    root = pages.tree(report)
    values = {figure.key: figure.value for figure in report.figures()}
    day = case.reporting_date
    # Without the hypothesised loss of 360,000,000.
    assert values[f"balance:Desk:{day}:market:asset:liquid:Assets:Desk:Bank"] == (
        Decimal("460000000.25")
    )
    left_out = [x for x in root.iter("tbody") if "left-out" in classes(x)]
    assert [x.get("id") for x in left_out] == ["flow-H-1"]


def test_what_was_not_known_is_not_printed(loaded: Case) -> None:
    import datetime

    import solvency

    case = solvency.load(loaded.path, known=datetime.date(2022, 1, 20))
    text = text_of(pages.tree(build(case, case.book())))
    assert "Deposits wired to the desk" in text
    assert "Grants tokens" not in text


def test_sections_with_nothing_to_say_are_left_out(ledger) -> None:
    case = ledger.case(
        """
        2020-02-01 * "A share issue" ^court
          Assets:FTX:Bank      900 USD
          Equity:FTX:Shares   -900 USD
        """
    )
    report = build(case, case.book(), screen=True)
    names = {section.name for section in report.sections}
    assert {"found", "sheets", "flows", "registers", "derived"} <= names
    # Nothing was traced, transferred, weighed or contradicted.
    assert (
        not {"whose", "transfers", "rivals", "contradictions", "observations"} & names
    )
    assert report.unit == "$"
    pages.tree(report)


def test_a_group_of_many_prints_on_the_long_side(ledger) -> None:
    entities = "\n".join(
        f'2020-01-01 custom "entity" "E{n}" "Entity"\n  group: TRUE\n'
        f"2020-01-01 open Assets:E{n}:Bank\n2020-01-01 open Equity:E{n}:Own\n"
        f'2020-02-01 * "Own money" ^court\n  id: "F-{n}"\n'
        f"  Assets:E{n}:Bank  {n + 1} USD\n  Equity:E{n}:Own\n"
        for n in range(12)
    )
    case = ledger.case(entities)
    report = every_list(case)
    wide = [
        table.key
        for table in report.tables
        if isinstance(table, Table) and table.landscape
    ]
    assert wide == ["group-2020-02-01", "funds", "flow-matrix"]


def test_the_rounding_note_says_where_and_by_how_much(ledger) -> None:
    # In millions: five of 50.04 print as 50.0 each, their sum 250.2: two units of the
    # last digit. That one unit may be missing is said once for all.
    each = "".join(
        f"""
        2020-01-01 open Assets:FTX:Vault{n}
        2020-02-01 * "Money" ^court
          Assets:FTX:Vault{n}      50,040,000 USD
          Equity:FTX:Shares
        """
        for n in range(5)
    )
    text = text_of(pages.tree(every_list(ledger.case(each))))
    assert (
        "differs from the sum of its printed parts by 0.2 in Liquid assets, 1 Feb"
        in text
    )
    assert "printed parts by 0.1 in" not in text


def test_of_many_flows_the_largest_are_printed(
    loaded: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solvency.exhibits import setting

    monkeypatch.setattr(setting, "MOST_FLOWS", 3)
    report = every_list(loaded)
    root = pages.tree(report)
    shown = [
        x.get("id") for x in root.iter("tbody") if x.get("id", "").startswith("flow")
    ]
    # F-1 1,000m, F-2 600m, H-1 360m; F-3 100m and F-5 40m are left out.
    assert shown == ["flow-F-1", "flow-F-2", "flow-H-1"]
    (bank,) = (
        x for x in root.iter("tbody") if x.get("id") == "account-Assets:Desk:Bank"
    )
    cells = [[text_of(cell) for cell in row] for row in bank.iter("tr")]
    # What is left out is one line, and the balance still ends where it does.
    assert cells[1][2:] == [
        "Flows too small to print, together",
        formats.NOT_FOUND,
        "(140.0)",
        "(140.0)",
    ]
    assert cells[-1][-1] == "100.0"


def test_an_extract_of_flows_says_so(
    loaded: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    from solvency.exhibits import setting

    monkeypatch.setattr(setting, "MOST_FLOWS", 3)
    report = build(loaded, loaded.book(), sections=["flows", "sources"])
    text = text_of(pages.tree(report))
    # Of the scenario F-1, F-2 and H-1 are listed, F-3 and F-5 are not.
    assert f"The 3 largest of the {len(loaded.selected)} flows of this" in text
    assert "smaller flow" in text
    assert "F-3" not in text
    monkeypatch.setattr(setting, "MOST_FLOWS", len(loaded.flows))
    report = build(loaded, loaded.book(), sections=["flows", "sources"])
    text = text_of(pages.tree(report))
    assert "Each flow of this scenario" in text
    assert "smaller flow" not in text


class TestKinds:
    def test_a_folder_with_its_file_is_a_kind(self, tmp_path: Path) -> None:
        folder = tmp_path / "short"
        folder.mkdir()
        (folder / "kind.toml").write_text(
            'title = "T"\ndescription = "D"\ntake = ["found"]\nstyles = []\n'
        )
        assert pages.kinds(tmp_path)["short"].take == ("found",)

    def test_a_file_that_lacks_something_says_what(self, tmp_path: Path) -> None:
        folder = tmp_path / "short"
        folder.mkdir()
        (folder / "kind.toml").write_text('title = "T"\n')
        with pytest.raises(ReportError, match=r"short/kind.toml: .*'description'"):
            pages.kinds(tmp_path)

    def test_an_unknown_kind_names_those_there_are(self, loaded: Case) -> None:
        with pytest.raises(ReportError, match=r"there are: .*reconstruction"):
            build(loaded, loaded.book(), kind="gossip")

    @pytest.mark.parametrize(
        ("template", "says"),
        [
            ("{% if %}", "template report.html, line 1"),
            ("{{ nothing.at.all }}", "asks for what is not there"),
            ("{% include 'gone.html' %}", "'gone.html' not found"),
            ("<html><p></html>", "not well-formed"),
            ("{{ 1 / 0 }}", "template report.html: "),
        ],
    )
    def test_a_broken_template_is_one_clear_line(
        self, report: Report, tmp_path: Path, template: str, says: str
    ) -> None:
        from dataclasses import replace

        folder = tmp_path / "broken"
        folder.mkdir()
        (folder / "report.html").write_text(template)
        kind = replace(report.kind, folder=folder, styles=())
        with pytest.raises(ReportError, match=says) as raised:
            pages.tree(replace(report, kind=kind))
        assert "\n" not in str(raised.value)

    def test_a_kind_without_a_section_has_no_links_to_it(
        self, report: Report, loaded: Case
    ) -> None:
        from dataclasses import replace

        few = tuple(s for s in report.sections if s.name == "balances")
        root = pages.tree(replace(report, sections=few))
        ids = {element.get("id") for element in root.iter()}
        hrefs = [a.get("href", "") for a in root.iter("a")]
        assert hrefs
        assert all(h.startswith("#") and h[1:] in ids for h in hrefs)


def test_no_link_of_a_whole_report_leads_nowhere(report: Report) -> None:
    # Paper makes text of a link to what a kind leaves out; a whole report leaves out
    # nothing, so each link that would become text there is one to a wrong place.
    root = ET.fromstring(pages.html(report))  # noqa: S314 (our templates wrote it)
    here = {element.get("id") for element in root.iter()}
    dead = {
        href
        for link in root.iter("a")
        if (href := link.get("href", "")).startswith("#") and href[1:] not in here
    }
    assert not dead


def test_on_paper_what_stands_at_the_head_has_the_name() -> None:
    text = (
        '<body><div id="e"><p>Exhibit</p><table><tbody id="f"><tr><th>F</th></tr>'
        '<tr id="r"><th id="c">R</th></tr></tbody></table></div>'
        '<h2 id="s">S</h2></body>'
    )
    root = pages.for_paper(ET.fromstring(text))  # noqa: S314 (ours)
    named = {one.get("id"): one.tag for one in root.iter() if "id" in one.attrib}
    # A row whose head has a name of its own keeps its own.
    assert named == {"e": "p", "f": "th", "r": "tr", "c": "th", "s": "h2"}


def test_a_page_for_a_browser_lists_no_files_since_it_carries_none(
    loaded: Case, tmp_path: Path
) -> None:
    path = tmp_path / "case.html"
    write(loaded, loaded.book(), path)
    page = path.read_text(encoding="utf-8")
    assert 'id="section-sources"' in page
    assert 'id="section-files"' not in page
    assert "Files carried inside this document" not in page
