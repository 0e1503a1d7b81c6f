"""From the pages of a report to the text of a Word document.

The pages are the ones that paper and browsers have: one set of chapters, one builder
of tables. What stands where is told by the elements and classes of the templates.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.report.word import lists
from solvency.report.word import tables
from solvency.report.word.contents import ContentsLine
from solvency.report.word.paragraph import Line
from solvency.report.word.paragraph import classes
from solvency.report.word.paragraph_format import Manner
from solvency.report.word.pictures import SVG
from solvency.report.word.wordml import PLAIN
from solvency.report.word.wordml import field
from solvency.report.word.wordml import run
from solvency.report.word.wordml import w
from solvency.report.word.wordml import within
from solvency.report.word.wordml import words

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from xml.etree import ElementTree as ET

    from solvency.report.word.annotations import Desk
    from solvency.report.word.page_setup import Paper
    from solvency.report.word.pictures import Picture

#: What stands in a place of its own; all else is part of a line.
_BLOCKS = {
    *("section", "div", "p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li"),
    *("blockquote", "dl", "dt", "dd", "table", "pre", "hr", f"{SVG}svg"),
}
_LEVELS = {"h2": 1, "h3": 2, "h4": 3, "h5": 3, "h6": 3}
#: The style of a paragraph that has a class, and of what stands in a part that has.
_STYLES = {
    "kicker": "Kicker",
    "promise": "Subtitle",
    "exhibit-unit": "ExhibitUnit",
    "facts": "Facts",
    "booked": "Facts",
    "dim": "Facts",
    "lede": "Lead",
}
#: What stands on sheets of its own: with these, one of them is chosen.
_LEAVES = {*_LEVELS, "h1", "p", "ul", "ol", "dl", "table", "pre", "blockquote"}
#: Twentieths of a point below the last note of an exhibit.
_BELOW = 200
_NUMBER = re.compile(r"^(.*?)(\d+)(\D*)$", re.DOTALL)


class Story:
    """Writes the text of a document."""

    def __init__(
        self,
        desk: Desk,
        sheets: tuple[Paper, Paper],
        pictures: Iterable[Picture],
        drawn: Mapping[str, tuple[str, ...]],
        more: str,
    ) -> None:
        """Write on some sheets, with some drawings.

        Args:
            desk: Where comments, notes and links go.
            sheets: The sheet of the text, and that of wide tables.
            pictures: The drawings, in the order of the pages.
            drawn: The figures that each drawing shows, by the id of its place.
            more: What a comment says of figures that it does not name.
        """
        self._desk = desk
        self._upright, self._turned = sheets
        #: The sheet of the part that is open.
        self.sheet = self._upright
        self._pictures: Iterator[Picture] = iter(pictures)
        self._drawn = drawn
        self._more = more
        self._placed = 0
        #: The id of the exhibit that is being written.
        self._at = ""
        self._fresh = False
        self._appended = False
        self.lists = lists.Lists()
        self.body: list[ET.Element] = []
        self.headings: list[ContentsLine] = []
        self.captions: list[ContentsLine] = []
        #: Where the contents go, and what they are called; none where there are none.
        self.contents: tuple[int, str] | None = None

    def write(self, root: ET.Element) -> None:
        """Write a whole report, the last part of which is left open.

        Args:
            root: The report as a parsed document.
        """
        body = root.find("body")
        if body is not None:
            self._flow(body, Manner(), self.body)

    # Blocks.

    def _flow(self, element: ET.Element, manner: Manner, out: list[ET.Element]) -> None:
        """Write what an element holds: lines of text, and blocks between them."""
        line = Line(self._desk)
        line.text(element.text, manner.ink)
        for child in element:
            if child.tag in _BLOCKS:
                self._end(line, manner, out)
                line = Line(self._desk)
                self._block(child, manner, out)
            else:
                line.element(child, manner.ink)
            line.text(child.tail, manner.ink)
        self._end(line, manner, out)

    def _end(self, line: Line, manner: Manner, out: list[ET.Element]) -> None:
        """Write a line as a paragraph, if it shows anything."""
        inside = line.end()
        if inside:
            places = self._desk.places
            marks = places.marked(places.reached())
            out.append(w("p", manner.properties(), *marks, *inside))

    def _block(
        self, element: ET.Element, manner: Manner, out: list[ET.Element]
    ) -> None:
        """Write a block in the way of its kind."""
        self._desk.places.reach(element)
        kinds = classes(element)
        if out is self.body and not self._at:
            if "exhibit" in kinds or element.tag in _LEAVES:
                self._turn(self._turned if "wide" in kinds else self._upright)
            if "appendix" in kinds and not self._appended:
                self._fresh = self._appended = True
        if element.get("dir") == "rtl":
            manner = replace(manner, leftward=True)
        if element.tag in _LEVELS:
            self._heading(element, kinds, out)
        elif element.tag == "h1":
            self._flow(element, replace(manner, style="Title"), out)
        elif element.tag == "table":
            self._table(element, out, followed=manner.keep)
        elif element.tag == f"{SVG}svg":
            self._drawing(manner, out)
        elif element.tag in {"ul", "ol"}:
            self._list(element, manner, out)
        elif element.tag == "pre":
            self._listing(element, manner, out)
        elif element.tag == "dl":
            self._terms(element, kinds, out)
        elif element.tag == "p" and "exhibit-title" in kinds:
            self._caption(element, out)
        elif element.tag == "section" and "contents" in kinds:
            self._contents(element, manner, out)
        elif "exhibit" in kinds:
            self._exhibit(element, manner, out)
        elif "exhibit-notes" in kinds:
            self._notes(element, out)
        elif element.tag != "hr":
            self._flow(element, self._styled(element, kinds, manner), out)
            if "cover" in kinds:
                self._break(bare=True)

    @staticmethod
    def _styled(element: ET.Element, kinds: set[str], manner: Manner) -> Manner:
        """Return how what an element holds stands."""
        if element.tag == "blockquote":
            return replace(manner, style="Quote")
        if "rests" in kinds:
            return replace(manner, ink=replace(manner.ink, bold=False, style="Dim"))
        if element.tag != "p":
            return manner
        style = next((_STYLES[one] for one in _STYLES if one in kinds), manner.style)
        return replace(manner, style=style)

    def _heading(
        self, element: ET.Element, kinds: set[str], out: list[ET.Element]
    ) -> None:
        """Write a heading: Word counts chapters, and letters appendices."""
        line, number = Line(self._desk), ""
        line.text(element.text)
        for child in element:
            if "letter" in classes(child):
                number = "".join(child.itertext()).strip()
            else:
                line.element(child)
            line.text(child.tail)
        inside = line.end()
        if not inside:
            return
        if "unlisted" in kinds:
            out.append(w("p", Manner("HeadingUnlisted").properties(), *inside))
            return
        level = _LEVELS[element.tag]
        listed = self.lists.chapter(number) if number else None
        places = self._desk.places
        bookmark = f"_Toc{len(self.headings) + len(self.captions) + 1:06}"
        marks = places.marked((*places.reached(), bookmark), *inside)
        manner = Manner(f"Heading{level}", listed=listed, fresh=self._fresh)
        self._fresh = False
        out.append(w("p", manner.properties(), *marks))
        said = " ".join("".join(element.itertext()).split())
        self.headings.append(ContentsLine(level, said, bookmark))

    def _terms(
        self, element: ET.Element, kinds: set[str], out: list[ET.Element]
    ) -> None:
        """Write a list of terms, each with what it means in the same paragraph."""
        cover = "cover-facts" in kinds
        manner = Manner("CoverFact" if cover else "Definition")
        style = "Dim" if cover else "Strong"
        line = Line(self._desk)
        for one in element.iter():
            if one.tag == "div":
                self._desk.places.reach(one)
            elif one.tag == "dt":
                self._end(line, manner, out)
                line = Line(self._desk)
                line.inside(one, replace(PLAIN, style=style))
            elif one.tag == "dd":
                line.put(run(w("tab")))
                line.inside(one)
        self._end(line, manner, out)

    def _list(self, element: ET.Element, manner: Manner, out: list[ET.Element]) -> None:
        """Write the items of a list, those of lists within it deeper."""
        depth = 0 if manner.listed is None else manner.listed[1] + 1
        ordered = element.tag == "ol"
        start = element.get("start", "1")
        number = (
            self.lists.ordered(int(start) if start.isdecimal() else 1)
            if ordered
            else lists.BULLETS
        )
        style = "ListNumber" if ordered else "ListBullet"
        if manner.style.startswith("Table"):
            style = manner.style
        depth = min(depth, lists.DEEPEST)
        manner = replace(manner, style=style, listed=(number, depth))
        for item in element.findall("li"):
            self._desk.places.reach(item)
            inner: list[ET.Element] = []
            self._flow(item, manner, inner)
            lists.once(inner, number, depth)
            out.extend(inner)

    def _listing(
        self, element: ET.Element, manner: Manner, out: list[ET.Element]
    ) -> None:
        """Write lines of code as they stand."""
        line = Line(self._desk)
        for n, text in enumerate("".join(element.itertext()).rstrip("\n").split("\n")):
            if n:
                line.put(run(w("br")))
            line.put(run(words(text)))
        self._end(line, replace(manner, style="Listing"), out)

    def _contents(
        self, element: ET.Element, manner: Manner, out: list[ET.Element]
    ) -> None:
        """Keep the place of the contents, and write what stands below them."""
        title = element.find("h2")
        said = "" if title is None else "".join(title.itertext())
        self.contents = len(out), said
        for child in element:
            if child is not title and "toc" not in classes(child):
                self._block(child, manner, out)
        self._fresh = True

    # Exhibits.

    def _exhibit(
        self, element: ET.Element, manner: Manner, out: list[ET.Element]
    ) -> None:
        """Write an exhibit: caption, unit, table or drawing, notes."""
        self._at = element.get("id", "") or "exhibit"
        notes = any("exhibit-notes" in classes(one) for one in element)
        for child in element:
            self._block(child, replace(manner, keep=notes), out)
        self._at = ""
        if out and out[-1].tag == "w:tbl":
            out.append(w("p", w("pPr", w("pStyle", val="ExhibitEnd"))))

    def _notes(self, element: ET.Element, out: list[ET.Element]) -> None:
        """Write the notes under an exhibit, with room below the last."""
        notes = list(element)
        for n, one in enumerate(notes, start=1):
            below = _BELOW if n == len(notes) else 0
            self._flow(one, Manner("ExhibitNote", after=below), out)

    def _caption(self, element: ET.Element, out: list[ET.Element]) -> None:
        """Write the title of an exhibit, its number counted by Word."""
        places = self._desk.places
        reached = places.reached()
        line, label = Line(self._desk), element.find("span[@class='n']")
        said = "" if label is None else " ".join("".join(label.itertext()).split())
        found = _NUMBER.match(said)
        if label is None or found is None:
            line.inside(element)
            inside = places.marked(reached, *line.end())
            out.append(w("p", Manner("Caption").properties(), *inside))
            return
        named = [run(words(found[1])), *field("SEQ Exhibit \\* ARABIC", found[2])]
        line.put(*places.marked(reached, *named))
        line.text(found[3])
        line.text(label.tail)
        for child in element:
            if child is not label:
                line.element(child)
                line.text(child.tail)
        bookmark = f"_Toc{len(self.headings) + len(self.captions) + 1:06}"
        marks = places.marked((bookmark,), *line.end())
        out.append(w("p", Manner("Caption").properties(), *marks))
        said = " ".join("".join(element.itertext()).split())
        self.captions.append(ContentsLine(1, said, bookmark))

    def _table(
        self, element: ET.Element, out: list[ET.Element], *, followed: bool
    ) -> None:
        """Write a table as wide as the sheet."""

        def cells(cell: ET.Element, manner: Manner) -> list[ET.Element]:
            found: list[ET.Element] = []
            if cell.get("data-key"):
                line = Line(self._desk)
                line.element(cell, manner.ink)
                self._end(line, manner, found)
            else:
                self._flow(cell, manner, found)
            if not found or found[-1].tag != "w:p":
                found.append(w("p", manner.properties()))
            return found

        out.append(
            tables.table(
                element,
                self.sheet.text,
                cells,
                self._reach_row,
                followed=followed,
            )
        )

    def _reach_row(self, element: ET.Element) -> None:
        """Have the next paragraph reached by a part or row of a table.

        The figures of a row share a comment: with one for each number, a long report
        has thousands, which word processors are slow to lay out.
        """
        self._desk.places.reach(element)
        if element.tag == "tr":
            shown = [one for one in element.iter() if one.get("data-key")]
            self._desk.margin.over(shown)

    def _drawing(self, manner: Manner, out: list[ET.Element]) -> None:
        """Write a drawing as a picture, its figures named in a comment."""
        picture = next(self._pictures)
        self._placed += 1
        embedded = self._desk.embed(picture.png)
        shown = picture.inline(embedded, self._placed, self.sheet.text)
        line = Line(self._desk)
        number = self._desk.margin.note(self._drawn.get(self._at, ()), self._more)
        line.comment(number)
        line.put(run(shown))
        line.commented(number)
        self._end(line, replace(manner, style="Drawing"), out)

    def _turn(self, sheet: Paper) -> None:
        """Go on with another sheet, if it is another."""
        if sheet is not self.sheet:
            if self.body:
                self._break()
            self.sheet = sheet

    def _break(self, *, bare: bool = False) -> None:
        """End a part of the document, without head and foot where it is bare."""
        last = self.body[-1] if self.body else None
        if (
            last is None
            or last.tag != "w:p"
            or within(last, "pPr", "sectPr") is not None
        ):
            last = w("p", w("pPr", w("pStyle", val="ExhibitEnd")))
            self.body.append(last)
        last[0].append(self.sheet.properties(bare=bare))
