"""The contents of a document: fields that Word brings up to date."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from solvency.report.word.wordml import paragraph
from solvency.report.word.wordml import run
from solvency.report.word.wordml import w
from solvency.report.word.wordml import words

if TYPE_CHECKING:
    from collections.abc import Sequence

#: What the field lists: headings of two levels, and what is counted as an exhibit.
_HEADINGS = ' TOC \\o "1-2" \\h \\z \\u '
_EXHIBITS = ' TOC \\h \\z \\c "Exhibit" '


@dataclass(frozen=True, slots=True)
class ContentsLine:
    """A line of the contents.

    Attributes:
        level: 1 for chapters and exhibits, 2 for parts of chapters.
        text: What it says.
        bookmark: Where it leads.
    """

    level: int
    text: str
    bookmark: str


def contents(
    title: str,
    headings: Sequence[ContentsLine],
    exhibits_title: str,
    exhibits: Sequence[ContentsLine],
) -> list[ET.Element]:
    """Return the list of chapters and that of exhibits.

    Args:
        title: What stands above the first.
        headings: The headings of the document.
        exhibits_title: What stands above the second.
        exhibits: The titles of exhibits.
    """
    chapters = [one for one in headings if one.level <= 2]
    found = [paragraph("TOCHeading", run(words(title)))] if title else []
    found += _listed(_HEADINGS, chapters, ("TOC1", "TOC2"))
    if exhibits:
        found.append(paragraph("TOCHeading", run(words(exhibits_title))))
        found += _listed(_EXHIBITS, exhibits, ("TableofFigures",))
    return found


def _listed(
    code: str, lines: Sequence[ContentsLine], styles: tuple[str, ...]
) -> list[ET.Element]:
    """Return a list as a field, with what it shows until Word has made it.

    Which page each line is on is known to Word alone.
    """
    asked = ET.Element("w:instrText", {"xml:space": "preserve"})
    asked.text = code
    before = [
        run(w("fldChar", fldCharType="begin")),
        run(asked),
        run(w("fldChar", fldCharType="separate")),
    ]
    found = []
    for n, one in enumerate(lines):
        link = w("hyperlink", anchor=one.bookmark, history=1)
        link.append(run(words(one.text)))
        style = styles[one.level - 1]
        found.append(paragraph(style, *([] if n else before), link))
    end = run(w("fldChar", fldCharType="end"))
    if found:
        found[-1].append(end)
    return found
