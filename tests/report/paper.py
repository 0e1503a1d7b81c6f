"""What can be seen of a page: where its words stand, and how much of it is blank."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
import pypdfium2
import pypdfium2.raw as pdfium

if TYPE_CHECKING:
    from collections.abc import Iterator

#: In points: the margins at the sides of a page, above its text and below it.
SIDE, HEAD, FOOT = 51.0, 73.7, 68.0
#: Sizes of type in pixels: of a part of a chapter, and of a chapter.
PART, CHAPTER = 14.6, 22.6
#: A new chapter begins a page only after the contents.
FRESH = re.compile(r"1 |Contents|目录")


class Words(NamedTuple):
    """Words of one line, their place in points from the lower left, their size."""

    left: float
    bottom: float
    right: float
    top: float
    text: str
    size: float


class Page(NamedTuple):
    """A page as it can be seen."""

    number: int
    width: float
    height: float
    words: tuple[Words, ...]
    #: The longest stretch without ink between head and foot, as a share of it.
    blank: float

    @property
    def body(self) -> tuple[Words, ...]:
        """Return the words between head and foot."""
        return tuple(
            one
            for one in self.words
            if one.top < self.height - HEAD + 4 and one.bottom > FOOT - 4
        )

    @property
    def fresh(self) -> bool:
        """Say whether it begins with what always begins a page."""
        top = max((one.top for one in self.body), default=0.0)
        first = sorted(one for one in self.body if one.top > top - 8)
        return bool(FRESH.match(" ".join(one.text.strip() for one in first)))


def pages_of(content: bytes) -> tuple[Page, ...]:
    """Return the pages of a document."""
    document = pypdfium2.PdfDocument(content)
    try:
        return tuple(_page(n, page) for n, page in enumerate(document, start=1))
    finally:
        document.close()


def _page(number: int, page: pypdfium2.PdfPage) -> Page:
    width, height = page.get_size()
    text = page.get_textpage()
    words = tuple(_words(text))
    text.close()
    ink = np.asarray(page.render(scale=0.5).to_pil().convert("L")) < 200
    rows = ink[round(HEAD / 2) : round((height - FOOT) / 2)].any(axis=1)
    edges = np.flatnonzero(np.concatenate([[True], rows, [True]]))
    page.close()
    return Page(
        number, width, height, words, float(np.diff(edges).max() - 1) / len(rows)
    )


def _words(text: pypdfium2.PdfTextPage) -> Iterator[Words]:
    for n in range(text.count_rects()):
        left, bottom, right, top = text.get_rect(n)
        said = text.get_text_bounded(left, bottom, right, top)
        if said.strip():
            at = text.get_index(left + 1, (bottom + top) / 2, 3, 3)
            size = pdfium.FPDFText_GetFontSize(text.raw, at) if at is not None else 0
            yield Words(left, bottom, right, top, said, size)


def collisions(page: Page) -> list[tuple[str, str]]:
    """Return the pairs of words that stand on one another."""
    words = page.words
    if not words:
        return []
    left, bottom, right, top = np.array([one[:4] for one in words]).T
    wide = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    high = np.minimum.outer(top, top) - np.maximum.outer(bottom, bottom)
    least = np.minimum.outer(top - bottom, top - bottom)
    # What belongs together touches: a mark and its word, a sign and its number.
    found = np.triu((wide > 1.5) & (high > 0.25 * least), k=1)
    return [(words[a].text, words[b].text) for a, b in np.argwhere(found)]


def clipped(page: Page) -> list[str]:
    """Return the words that stand in the margins, or beyond the page."""
    # Brackets of negatives hang over by a third of an em.
    return [
        one.text
        for one in page.words
        if one.left < SIDE - 2 or one.right > page.width - SIDE + 4 or one.bottom < 14
    ]


def widowed(page: Page) -> list[str]:
    """Return the headings and titles with less than two lines after them."""
    found = []
    for one in page.body:
        title = re.match(r"Exhibit \d+\.|图表\d+：", one.text)
        if not title and one.size < PART:
            continue
        below = {
            round(other.top)
            for other in page.body
            if other.top < one.bottom and other.top > one.bottom - 110
        }
        if len(below) < 2:
            found.append(one.text)
    return found


def half_empty(pages: tuple[Page, ...]) -> list[int]:
    """Return the numbers of pages that are half empty though more follows on.

    What begins a page leaves the one before it as it is: a cover, or contents that
    begin there, but not what ran on from them.
    """
    return [
        page.number
        for page, after in itertools.pairwise(pages)
        if page.blank > 0.45
        and not (after.fresh and any(one.size > CHAPTER for one in page.words))
        and after.width == page.width
    ]
