"""Lists of a document, and the numbers of its chapters and appendices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.report.word.wordml import w
from solvency.report.word.wordml import within

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.etree import ElementTree as ET

#: The number of every list without order; the first list with order has the next.
BULLETS, _CHAPTERS, _APPENDICES, _FIRST = 1, 2, 3, 4
#: The last depth a list may have, counted from nothing.
DEEPEST = 3
_SIGNS = ("\N{BULLET}", "\N{EN DASH}", "\N{BULLET}", "\N{EN DASH}")
_FORMS = ("decimal", "lowerLetter", "lowerRoman", "decimal")
#: Twentieths of a point a depth stands further to the right.
_STEP = 340


class Lists:
    """The lists that a document uses, each with its number."""

    def __init__(self) -> None:
        """Begin with the kinds of lists alone."""
        self._starts: list[int] = []
        self._appendix = ""

    def ordered(self, start: int) -> int:
        """Return the number of a new list with order.

        Args:
            start: What its first item is counted as.
        """
        self._starts.append(start)
        return _FIRST + len(self._starts) - 1

    def chapter(self, label: str) -> tuple[int, int]:
        """Return the list and depth that count a chapter or an appendix.

        Args:
            label: How it is counted on paper: `3`, `Appendix A`.
        """
        before, _, last = label.rpartition(" ")
        if last.isdecimal():
            return _CHAPTERS, 0
        self._appendix = before
        return _APPENDICES, 0

    def numbering(self) -> ET.Element:
        """Return the lists as the part of a document that counts them."""
        letters = f"{self._appendix} %1".strip()
        kinds = [
            _kind(BULLETS, [_level(n, "bullet", _SIGNS[n]) for n in _depths()]),
            _kind(_CHAPTERS, [_heading("decimal", "%1")]),
            _kind(_APPENDICES, [_heading("upperLetter", letters)]),
            _kind(_FIRST, [_level(n, _FORMS[n], f"%{n + 1}.") for n in _depths()]),
        ]
        shared = [
            w("num", w("abstractNumId", val=n), numId=n)
            for n in (BULLETS, _CHAPTERS, _APPENDICES)
        ]
        own = [
            w(
                "num",
                w("abstractNumId", val=_FIRST),
                w("lvlOverride", w("startOverride", val=start), ilvl=0),
                numId=_FIRST + n,
            )
            for n, start in enumerate(self._starts)
        ]
        return w("numbering", *kinds, *shared, *own)


def once(paragraphs: Iterable[ET.Element], number: int, depth: int) -> None:
    """Leave the sign of an item to its first paragraph; the others stand below.

    Args:
        paragraphs: What an item has, lists within it included.
        number: The list of the item.
        depth: Its depth.
    """
    seen = False
    for one in paragraphs:
        sign = within(one, "pPr", "numPr")
        if sign is None or _of(sign) != (str(number), str(depth)):
            continue
        if seen:
            properties = one[0]
            at = list(properties).index(sign)
            properties.remove(sign)
            after = {"w:bidi", "w:spacing"}
            while at < len(properties) and properties[at].tag in after:
                at += 1
            properties.insert(at, w("ind", left=_STEP * (depth + 1)))
        seen = True


def _of(sign: ET.Element) -> tuple[str, str]:
    """Return the list and the depth of a sign."""
    depth, number = (one.get("w:val", "") for one in sign)
    return number, depth


def _depths() -> range:
    return range(DEEPEST + 1)


def _kind(number: int, levels: list[ET.Element]) -> ET.Element:
    several = "hybridMultilevel" if len(levels) > 1 else "singleLevel"
    return w(
        "abstractNum", w("multiLevelType", val=several), *levels, abstractNumId=number
    )


def _level(depth: int, form: str, sign: str) -> ET.Element:
    left = _STEP * (depth + 1)
    return w(
        "lvl",
        w("start", val=1),
        w("numFmt", val=form),
        w("lvlText", val=sign),
        w("lvlJc", val="left"),
        w("pPr", w("ind", left=left, hanging=_STEP)),
        ilvl=depth,
    )


def _heading(form: str, sign: str) -> ET.Element:
    """Return how chapters are counted: in a lighter type, a space after."""
    return w(
        "lvl",
        w("start", val=1),
        w("numFmt", val=form),
        w("suff", val="space"),
        w("lvlText", val=sign),
        w("lvlJc", val="left"),
        w("pPr", w("ind", left=0, firstLine=0)),
        w("rPr", w("b", val=0), w("bCs", val=0), w("color", val="4A5561")),
        ilvl=0,
    )
