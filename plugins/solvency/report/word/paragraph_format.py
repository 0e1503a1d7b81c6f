"""How a paragraph stands: its style, its list, its side, and what it is kept with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.report.word.wordml import PLAIN
from solvency.report.word.wordml import Ink
from solvency.report.word.wordml import w

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET


@dataclass(frozen=True, slots=True)
class Manner:
    """The properties of a paragraph, and of the text in it.

    Attributes:
        style: The style of the paragraph.
        ink: How its text looks beside the style.
        keep: True where it stays on a page with what follows.
        listed: The number of a list and the depth in it.
        indent: Twentieths of a point from the side where a line begins.
        align: `right` or `center`, empty for the side where a line begins.
        leftward: True where it is read from right to left.
        after: Twentieths of a point below it, nothing for what the style has.
        fresh: True where it begins a page.
    """

    style: str = "Normal"
    ink: Ink = PLAIN
    keep: bool = False
    listed: tuple[int, int] | None = None
    indent: int = 0
    align: str = ""
    leftward: bool = False
    after: int = 0
    fresh: bool = False

    def properties(self) -> ET.Element:
        """Return the properties of a paragraph, in the order the schema has them."""
        made = w("pPr", w("pStyle", val=self.style))
        if self.keep:
            made.append(w("keepNext"))
        if self.fresh:
            made.append(w("pageBreakBefore"))
        if self.listed is not None:
            number, depth = self.listed
            made.append(w("numPr", w("ilvl", val=depth), w("numId", val=number)))
        if self.leftward:
            made.append(w("bidi"))
        if self.after:
            made.append(w("spacing", after=self.after))
        if self.indent:
            made.append(w("ind", left=self.indent))
        if self.align:
            made.append(w("jc", val=self.align))
        return made
