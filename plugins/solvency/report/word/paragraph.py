"""One paragraph's text: runs, links, comments, notes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.report.word.annotations import address
from solvency.report.word.wordml import PLAIN
from solvency.report.word.wordml import Ink
from solvency.report.word.wordml import field
from solvency.report.word.wordml import run
from solvency.report.word.wordml import w
from solvency.report.word.wordml import words

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from xml.etree import ElementTree as ET

    from solvency.report.word.annotations import Desk

_SPACE = re.compile(r"[ \t\r\n\f]+")
#: The character style of what has a class, the first that fits.
_STYLES = {
    "mark": "Hypothesis",
    "grade-a": "GradeFirst",
    "grade-b": "Grade",
    "grade-c": "Grade",
    "grade-d": "GradeWeak",
    "grade-e": "GradeWeak",
    "grade-f": "GradeWeak",
    "url": "Address",
    "hash": "Address",
    "dim": "Dim",
    "added": "Dim",
}


def classes(element: ET.Element) -> set[str]:
    """Return the classes of an element of a page."""
    return set(element.get("class", "").split())


class Line:
    """Collects what one paragraph has, with spaces as a page shows them."""

    def __init__(self, desk: Desk, relate: Callable[[str], str] | None = None) -> None:
        """Begin an empty line.

        Args:
            desk: Where its comments, notes and links go.
            relate: What gives links their numbers, if not the text's.
        """
        self._desk = desk
        self._relate = relate or desk.relate
        # Word takes no comment in a note.
        self._noted = relate is None
        self._inside: list[ET.Element] = []
        self._into: list[ET.Element] | ET.Element = self._inside
        self._last: ET.Element | None = None
        self._blank = True
        self._seen = False

    def text(self, text: str | None, ink: Ink = PLAIN) -> None:
        """Add text, whose spaces and line ends are one space."""
        said = _SPACE.sub(" ", text or "")
        if self._blank:
            said = said.lstrip(" ")
        if not said:
            return
        self._last = words(said)
        self._blank = said.endswith(" ")
        self._seen = True
        self._into.append(run(self._last, ink=ink))

    def put(self, *things: ET.Element) -> None:
        """Add runs or marks as they are."""
        self._into.extend(things)
        self._last, self._blank, self._seen = None, False, True

    def element(self, element: ET.Element, ink: Ink = PLAIN) -> None:
        """Add an element of a page with all it holds, but not what follows it."""
        kinds = classes(element)
        if "footnote" in kinds:
            self._note(element)
            return
        if element.tag == "br":
            self.put(run(w("br")))
            self._blank = True
            return
        ink = _inked(element, kinds, ink, dotted=self._desk.dotted)
        noted = self._noted and element.get("data-key")
        start, end = self._desk.margin.bounds(element) if noted else (None, None)
        self.comment(start)
        self._linked(element, ink)
        self.commented(end)

    def comment(self, number: int | None) -> None:
        """Begin what a comment is on, if there is one."""
        if number is not None:
            self._into.append(w("commentRangeStart", id=number))

    def commented(self, number: int | None) -> None:
        """End what a comment is on, and set its mark, if there is one."""
        if number is not None:
            self._into.append(w("commentRangeEnd", id=number))
            mark = Ink(style="CommentReference")
            self._into.append(run(w("commentReference", id=number), ink=mark))

    def inside(self, element: ET.Element, ink: Ink = PLAIN) -> None:
        """Add what an element holds."""
        self.text(element.text, ink)
        for child in element:
            self.element(child, ink)
            self.text(child.tail, ink)

    def _linked(self, element: ET.Element, ink: Ink) -> None:
        """Add what an element holds, as a link where it is one that may be followed."""
        href = element.get("href", "") if element.tag == "a" else ""
        places = self._desk.places
        if href.startswith("#"):
            label = "".join(element.itertext()).strip()
            if label and places.labels.get(href[1:]) == label:
                code = f"REF {places.name(href[1:])} \\h"
                self.put(*field(code, label, replace(ink, style="Hyperlink")))
                return
            link = w("hyperlink", anchor=places.name(href[1:]), history=1)
        elif to := address(href):
            link = w("hyperlink", history=1)
            link.set("r:id", self._relate(to))
        else:
            self.inside(element, ink)
            return
        around, self._into = self._into, link
        self.inside(element, replace(ink, style=ink.style or "Hyperlink"))
        self._into = around
        if len(link):
            self._into.append(link)

    def _note(self, element: ET.Element) -> None:
        """Add the mark of a note, and the note at the foot."""
        note = Line(self._desk, self._desk.relate_foot)
        note.inside(element)
        said = note.end()
        if said:
            number = self._desk.feet.note(said)
            ink = Ink(style="FootnoteReference")
            self.put(run(w("footnoteReference", id=number), ink=ink))

    def end(self) -> list[ET.Element]:
        """Return what the line has, nothing where it shows nothing."""
        if self._last is not None and self._last.text:
            self._last.text = self._last.text.rstrip(" ")
        return self._inside if self._seen else []


def _inked(element: ET.Element, kinds: Iterable[str], ink: Ink, *, dotted: bool) -> Ink:
    """Return the format of what an element holds, from that around it."""
    if element.tag in {"strong", "b"}:
        ink = replace(ink, bold=True)
    elif element.tag in {"em", "i"}:
        ink = replace(ink, dotted=True) if dotted else replace(ink, slanted=True)
    elif element.tag == "code":
        ink = replace(ink, style="Name")
    if element.get("dir") == "rtl":
        ink = replace(ink, leftward=True)
    for kind, style in _STYLES.items():
        if kind in kinds:
            return replace(ink, style=style)
    return ink
