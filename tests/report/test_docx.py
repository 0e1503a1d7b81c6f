"""A report as a Word document: what it has of the report, and what it leaves out."""

from __future__ import annotations

import datetime
import io
import json
import re
import sys
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import docx
import pikepdf
import pytest
from click.testing import CliRunner
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from solvency.cli import main
from solvency.figures.figure import Figure
from solvency.report import build
from solvency.report import pages
from solvency.report.word import package
from solvency.report.word.annotations import Margin
from solvency.report.word.annotations import address
from solvency.report.word.lists import Lists

if TYPE_CHECKING:
    from solvency import Case
    from solvency.report.document import Report

ROOT = Path(__file__).parents[2]
HARBOUR = ROOT / "ledgers/harbour/main.beancount"
SVG = "{http://www.w3.org/2000/svg}svg"


@pytest.fixture(scope="module")
def told(loaded: Case) -> Report:
    return build(loaded, loaded.book(), word=True)


@pytest.fixture(scope="module")
def content(told: Report) -> bytes:
    return package.content(told).content


@pytest.fixture(scope="module")
def document(content: bytes):
    return docx.Document(io.BytesIO(content))


@pytest.fixture(scope="module")
def tree(told: Report) -> ET.Element:
    return pages.tree(told)


def bare(text: str) -> str:
    return "".join(text.split())


def words_of(element) -> str:
    """Return the text of an element of Word, fields as they show."""
    return "".join(one.text or "" for one in element.iter(qn("w:t")))


def headings(document) -> list[tuple[int, str]]:
    """Return the headings with the numbers that Word counts for them."""
    numbering = document.part.numbering_part.element
    forms = {
        one.get(qn("w:abstractNumId")): one.find(f".//{qn('w:lvlText')}").get(
            qn("w:val")
        )
        for one in numbering.iter(qn("w:abstractNum"))
    }
    counted: dict[str, int] = {}
    found = []
    for one in document.paragraphs:
        if not re.fullmatch(r"Heading \d", one.style.name):
            continue
        number = one._p.find(f".//{qn('w:numId')}")
        label = ""
        if number is not None:
            of = number.get(qn("w:val"))
            counted[of] = counted.get(of, 0) + 1
            # The second list has digits, the third letters.
            digits = str(counted[of]) if of == "2" else chr(64 + counted[of])
            label = forms[of].replace("%1", digits) + " "
        found.append((int(one.style.name[-1]), label + one.text))
    return found


def outline(pdf: Path) -> list[tuple[int, str]]:
    found = []

    def walk(items, level):
        for one in items:
            found.append((level, one.title))
            walk(one.children, level + 1)

    with pikepdf.open(pdf) as opened, opened.open_outline() as made:
        walk(made.root, 1)
    return found


def test_its_headings_are_the_outline_of_the_pdf(document, written):
    ours = [(level, bare(text)) for level, text in headings(document)]
    theirs = [(level, bare(text)) for level, text in outline(written)]
    # The contents are no heading of Word's, and it carries no files to list.
    left_out = {(1, "Contents")} | {
        one for one in theirs if one[1].endswith("Filesinthisdocument")
    }
    assert len(left_out) == 2
    assert ours == [one for one in theirs if one not in left_out]
    assert len(ours) > 10


def test_it_has_every_table_with_the_same_cells(document, tree):
    ours = [
        [[bare(words_of(cell)) for cell in row.tc_lst] for row in one._tbl.tr_lst]
        for one in document.tables
    ]
    theirs = [
        [
            [bare("".join(cell.itertext())) for cell in row if cell.tag in {"td", "th"}]
            for row in one.iter("tr")
        ]
        for one in tree.iter("table")
    ]
    assert ours == theirs
    assert len(ours) > 10


def test_it_has_the_exhibits_of_the_pdf_under_their_numbers(document, whole):
    captions = [one for one in document.paragraphs if one.style.name == "Caption"]
    ours = [
        words_of(one._p) for one in captions if words_of(one._p).startswith("Exhibit ")
    ]
    titles = {one.key: one.title for one in whole.tables}
    assert ours == [
        f"Exhibit {number}. {titles[key]}" for key, number in whole.numbers.items()
    ]


def test_heads_are_repeated_and_numbers_stand_right(document, tree):
    for ours, theirs in zip(document.tables, tree.iter("table"), strict=True):
        head = ours._tbl.tr_lst[0]
        assert head.find(f".//{qn('w:tblHeader')}") is not None
        for row, cells in zip(ours._tbl.tr_lst, theirs.iter("tr"), strict=True):
            for cell, of in zip(row.tc_lst, cells, strict=True):
                side = cell.find(f".//{qn('w:jc')}")
                right = side is not None and side.get(qn("w:val")) == "right"
                assert right == ("number" in of.get("class", "").split())


def anchored(document) -> dict[int, str]:
    """Return the text that each comment is on, by its number."""
    found: dict[int, str] = {}
    opened: set[int] = set()
    for one in document.element.body.iter():
        if one.tag == qn("w:commentRangeStart"):
            opened.add(int(one.get(qn("w:id"))))
        elif one.tag == qn("w:commentRangeEnd"):
            opened.remove(int(one.get(qn("w:id"))))
        elif one.tag == qn("w:t"):
            for number in opened:
                found[number] = found.get(number, "") + (one.text or "")
    assert not opened
    return found


def named(comment) -> list[tuple[str, str]]:
    """Return the figures a comment names, with their values."""
    lines = comment.text.split("\n")
    if len(lines) > 1 and lines[1].startswith("= "):
        return [(lines[0], lines[1][2:])]
    found = []
    for line in lines:
        name, _, value = line.rpartition(" = ")
        # In a row, how it is printed comes first; the last line of a drawing may count.
        if name:
            found.append((name.partition(": ")[2] or name, value))
    return found


def asked(tree) -> list[list[tuple[str, str]]]:
    """Return the figures that share a comment, each with its text, in order."""
    found, inside = [], set()
    for one in tree.iter():
        group = [one]
        if one.tag == "tr":
            group = list(one.iter())
            inside.update(group[1:])
        elif one in inside:
            continue
        # A rounding difference is worked out of what is printed, and is no figure.
        figures = [
            (key, bare("".join(each.itertext())))
            for each in group
            if (key := each.get("data-key")) and not key.startswith("rounding:")
        ]
        if figures:
            found.append(figures)
    return found


def test_every_number_has_the_name_of_its_figure_in_a_comment(document, tree, whole):
    attached = next(one for one in whole.attached if one.name == "figures.json")
    figures = {one["key"]: one for one in json.loads(attached.content)["figures"]}
    for comment in document.comments:
        for name, value in named(comment):
            said, _, unit = value.partition(" ")
            figure = figures[name]
            if figure["value"] is None:
                assert said == "\N{EN DASH}"
            else:
                assert Decimal(said) == Decimal(figure["value"])
                assert unit == figure["unit"].replace("%", "")
    on = anchored(document)
    groups = asked(tree)
    comments = [one for one in document.comments if one.comment_id in on]
    # What is on no words is on a drawing.
    assert len(document.comments) - len(comments) == sum(1 for _ in tree.iter(SVG))
    for comment, group in zip(comments, groups, strict=True):
        assert {name for name, _ in named(comment)} == {key for key, _ in group}
        words = bare(on[comment.comment_id])
        assert words.startswith(group[0][1])
        assert words.endswith(group[-1][1])
        for _, printed in group:
            assert printed in words
    assert sum(map(len, groups)) > 100


def test_a_comment_on_a_drawing_names_forty_figures_and_counts_the_rest():
    figures = [Figure(f"f{n}", Decimal(n), "USD") for n in range(45)]
    margin = Margin(figures, datetime.datetime(2022, 1, 1, tzinfo=datetime.UTC))
    keys = [one.key for one in figures]
    assert margin.note([*keys, "none"], "and {count} more") == 0
    assert margin.note(["none"], "and {count} more") is None
    lines = [one.text for one in margin.root.iter("w:t")]
    assert lines[:2] == ["f0 = 0 USD", "f1 = 1 USD"]
    assert lines[40:] == ["and 5 more"]


def test_drawings_are_pictures_with_words_for_who_cannot_see_them(document, tree):
    drawings = list(tree.iter(SVG))
    assert len(document.inline_shapes) == len(drawings) > 0
    for shape, drawing in zip(document.inline_shapes, drawings, strict=True):
        told = shape._inline.docPr.get("descr")
        assert bare(told) == bare(drawing.findtext(f"{SVG[:-3]}desc"))
        # Upright sheets are 170 mm wide between their margins.
        assert shape.width.mm <= 170.1
        ratio = float(drawing.get("width")) / float(drawing.get("height"))
        assert shape.width / shape.height == pytest.approx(ratio, rel=0.01)


def test_contents_and_numbers_of_pages_are_fields(document, content):
    codes = [one.text for one in document.element.body.iter(qn("w:instrText"))]
    assert [one.strip() for one in codes if "TOC" in one] == [
        'TOC \\o "1-2" \\h \\z \\u',
        'TOC \\h \\z \\c "Exhibit"',
    ]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        foot = packed.read("word/footer1.xml").decode()
    assert " PAGE " in foot
    assert " NUMPAGES " in foot
    starts = {
        one.get(qn("w:name")) for one in document.element.iter(qn("w:bookmarkStart"))
    }
    for code in codes:
        if code.strip().startswith("REF"):
            assert code.split()[1] in starts
    led = {one.get(qn("w:anchor")) for one in document.element.iter(qn("w:hyperlink"))}
    assert led - {None} <= starts


def test_its_properties_name_the_case_and_its_fingerprint(document, told):
    said = document.core_properties
    assert said.title == told.case.title
    assert told.case.fingerprint in said.comments
    assert told.case.fingerprint in said.keywords
    assert said.language == "en-GB"
    assert said.created == told.dated


def test_it_is_the_same_each_time(told, content):
    assert package.content(told).content == content
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        assert {one.date_time[0] for one in packed.infolist()} == {1980}
        assert packed.namelist()[0] == "[Content_Types].xml"


def test_words_of_a_ledger_are_words_and_lead_nowhere(document, content):
    text = words_of(document.element.body)
    assert "Deposits <script>alert('x')</script> ]]> &amp; more" in text
    assert "\u202e" not in text
    led = [one.target_ref for one in document.part.rels.values() if one.is_external]
    assert led == ["https://example.org/docket?a=1&b=2"]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        for name in packed.namelist():
            if name.endswith((".xml", ".rels")):
                assert b"TargetMode" not in packed.read(name) or "rels" in name
    # No field but those of numbers, contents and places: none that fetches or runs.
    codes = {one.text.split()[0] for one in document.element.iter(qn("w:instrText"))}
    assert codes <= {"TOC", "SEQ", "REF"}


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("https://a.example/x?y=1&z=2#p", "https://a.example/x?y=1&z=2#p"),
        ('http://a.example/a b"<c>', "http://a.example/a%20b%22%3Cc%3E"),
        ("https://a.example/账", "https://a.example/%E8%B4%A6"),
        ("mailto:x@a.example", "mailto:x@a.example"),
        ("javascript:alert(1)", ""),
        ("file:///etc/passwd", ""),
        ("data:text/html,x", ""),
        ("ms-word:ofe|u|https://a.example", ""),
        ("//a.example", ""),
        ("https://", ""),
        ("http://[1", ""),
        ("http://a.example:x/", ""),
        ("mailto:", ""),
        ("", ""),
    ],
)
def test_only_addresses_of_the_web_and_of_mail_are_links(asked, given):
    assert address(asked) == given


@given(st.text())
def test_an_address_is_written_as_addresses_are(text):
    found = address(f"https:{text}")
    assert re.fullmatch(r"(https:[A-Za-z0-9\-._~%/:?#\[\]@!$&'()*+,;=]+)?", found)


@given(st.text(), st.text())
def test_a_comment_takes_any_name(key, formula):
    figure = Figure(key, Decimal("1.50"), "USD", formula=formula)
    margin = Margin([figure], datetime.datetime(2022, 1, 1, tzinfo=datetime.UTC))
    shown = ET.Element("span", {"data-key": pages.printable(key)})
    assert margin.bounds(shown) == (0, 0)
    from solvency.report.word.wordml import written

    again = ET.fromstring(written(margin.root))  # noqa: S314 (ours)
    assert "= 1.50 USD" in [one.text for one in again.iter() if one.tag.endswith("}t")]


def test_without_the_package_a_line_says_how_to_install_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "docx", None)
    out = tmp_path / "x.docx"
    done = CliRunner().invoke(main, ["report", "-o", str(out), str(HARBOUR)])
    assert done.exit_code == 2
    said = [line for line in done.output.splitlines() if "python-docx" in line]
    assert len(said) == 1
    assert "pip install 'solvency[docx]'" in said[0]
    assert not out.exists()


def test_the_command_writes_it_and_refuses_other_names(tmp_path):
    out = tmp_path / "x.docx"
    words = ["report", "--section", "found", "-o", str(out), str(HARBOUR)]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    assert docx.Document(str(out)).core_properties.title
    words[4] = str(tmp_path / "x.doc")
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert ".docx" in done.output


@pytest.mark.parametrize("kind", ["brief", "affairs", "compare", "reconstruction"])
def test_every_kind_is_written_in_chinese(loaded, kind):
    report = build(loaded, loaded.book(), kind=kind, lang="zh", word=True)
    document = docx.Document(io.BytesIO(package.content(report).content))
    tree = pages.tree(report)
    assert len(document.tables) == len(list(tree.iter("table")))
    assert len(document.inline_shapes) == len(list(tree.iter(SVG)))
    assert document.core_properties.language == "zh-CN"
    defaults = document.styles.element.find(f".//{qn('w:rPrDefault')}")
    assert defaults.find(f".//{qn('w:lang')}").get(qn("w:eastAsia")) == "zh-CN"
    assert defaults.find(f".//{qn('w:rFonts')}").get(qn("w:eastAsia"))
    titles = [text for _, text in headings(document)]
    assert titles
    assert all(re.search("[\u4e00-\u9fff]", one) for one in titles)
    assert (kind == "brief") == (
        "TOC Heading" not in {p.style.name for p in document.paragraphs}
    )


PROSE = """\
<html lang="en"><head><title>T</title></head><body><section>
<h2 id="a">One</h2>
<div class="prose"><p>Plain <strong>bold</strong> and <em>slanted</em>, see
<a class="ref" href="#e">Exhibit 1</a>.<span class="footnote">1 <a class="ref"
href="#a">S-001</a> Court, <a href="https://a.example/">web</a></span></p>
<h3>Two</h3><h4>Three</h4>
<ul><li>first</li><li><p>second</p><p>more</p><ol start="3"><li>deep</li></ol></li></ul>
<blockquote><p>quoted</p></blockquote>
<div class="exhibit wide" id="e"><p class="exhibit-title"><span class="n">Exhibit
1.</span> Wide</p><p class="exhibit-unit">$m</p><table><thead><tr>
<th class="label">A</th></tr></thead>
<tbody><tr class="total"><th class="label">x</th></tr></tbody></table></div>
<p>After.</p></div></section></body></html>
"""


def test_marks_of_markdown_are_those_of_word(told, monkeypatch):
    monkeypatch.setattr(pages, "tree", lambda _: ET.fromstring(PROSE))  # noqa: S314
    content = package.content(told).content
    document = docx.Document(io.BytesIO(content))
    by_text = {one.text: one for one in document.paragraphs}
    assert [by_text[t].style.name for t in ("One", "Two", "Three", "quoted")] == [
        "Heading 1",
        "Heading 2",
        "Heading 3",
        "Quote",
    ]
    first = next(one for one in document.paragraphs if one.text.startswith("Plain"))
    bold = {run.text for run in first.runs if run.bold}
    slanted = {run.text for run in first.runs if run.italic}
    assert (bold, slanted) == ({"bold"}, {"slanted"})

    def sign(text):
        found = by_text[text]._p.pPr.numPr
        return None if found is None else (found.numId.val, found.ilvl.val)

    assert sign("first") == sign("second") == (1, 0)
    assert sign("more") is None
    # The first list with order is numbered after bullets, chapters and appendices.
    assert sign("deep") == (4, 1)
    # The table is on a turned sheet, what follows on an upright one.
    assert [one.page_width > one.page_height for one in document.sections] == [
        False,
        True,
        False,
    ]
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        notes = ET.fromstring(packed.read("word/footnotes.xml"))  # noqa: S314 (ours)
        rels = packed.read("word/_rels/footnotes.xml.rels").decode()
    assert len(notes) == 3
    said = "".join(one.text or "" for one in notes[2].iter() if one.tag.endswith("}t"))
    assert said == " 1 S-001 Court, web"
    assert 'Target="https://a.example/"' in rels
    mark = document.element.find(f".//{qn('w:footnoteReference')}")
    assert mark.get(qn("w:id")) == notes[2].get(qn("w:id"))
    codes = [one.text.strip() for one in document.element.iter(qn("w:instrText"))]
    assert any(one.startswith("REF ") for one in codes)


def test_a_list_with_order_starts_where_it_is_told():
    lists = Lists()
    assert [lists.ordered(1), lists.ordered(7)] == [4, 5]
    starts = [
        one.get("w:val")
        for one in lists.numbering().iter()
        if one.tag == "w:startOverride"
    ]
    assert starts == ["1", "7"]
