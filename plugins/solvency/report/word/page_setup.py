"""Sheets of paper, with what stands at their head and foot."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.report.word.wordml import field
from solvency.report.word.wordml import paragraph
from solvency.report.word.wordml import run
from solvency.report.word.wordml import w
from solvency.report.word.wordml import words

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

#: A4 and its margins, in twentieths of a point.
_SHORT, _LONG = 11906, 16838
_SIDE, _TOP, _BOTTOM, _EDGE = 1134, 1361, 1247, 624


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet of A4.

    Attributes:
        wide: True where the long side lies below.
        head: The number of the part at its head.
        foot: The number of the part at its foot.
    """

    wide: bool
    head: str = ""
    foot: str = ""

    @property
    def text(self) -> int:
        """Return how wide its text is, in twentieths of a point."""
        return (_LONG if self.wide else _SHORT) - 2 * _SIDE

    def properties(self, *, bare: bool = False) -> ET.Element:
        """Return the properties of a part of the document on such sheets.

        Args:
            bare: Leave out head and foot, as on a cover.
        """
        made = w("sectPr")
        for name, number in (("header", self.head), ("footer", self.foot)):
            if number and not bare:
                one = w(f"{name}Reference", type="default")
                one.set("r:id", number)
                made.append(one)
        size = (_LONG, _SHORT) if self.wide else (_SHORT, _LONG)
        turned = {"orient": "landscape"} if self.wide else {}
        made.extend(
            (
                w("type", val="nextPage"),
                w("pgSz", w=size[0], h=size[1], **turned),
                w(
                    "pgMar",
                    top=_TOP,
                    right=_SIDE,
                    bottom=_BOTTOM,
                    left=_SIDE,
                    header=_EDGE,
                    footer=_EDGE,
                    gutter=0,
                ),
            )
        )
        if bare:
            made.append(w("vAlign", val="center"))
        return made


def head(sheet: Paper, title: str, kind: str) -> ET.Element:
    """Return what stands at the head of a sheet: the title, and the kind of report."""
    return w("hdr", _line("Header", sheet, [run(words(title))], [run(words(kind))]))


def foot(sheet: Paper, ledger: str) -> ET.Element:
    """Return what stands at the foot: which ledger, and the page of all pages."""
    pages = [*field("PAGE", "1"), run(words(" / ")), *field("NUMPAGES", "1")]
    return w("ftr", _line("Footer", sheet, [run(words(ledger))], pages))


def _line(
    style: str, sheet: Paper, left: list[ET.Element], right: list[ET.Element]
) -> ET.Element:
    tabs = w("tabs", w("tab", val="right", pos=sheet.text))
    return paragraph(style, *left, run(w("tab")), *right, more=(tabs,))
