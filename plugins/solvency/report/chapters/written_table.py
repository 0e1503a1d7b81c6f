"""A table that a chapter writes, as an exhibit: numbered, listed and attached."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

from markupsafe import Markup

from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import across
from solvency.figures.words import words_of
from solvency.report.chapters.body import CitedSources
from solvency.report.chapters.body import Linked
from solvency.report.chapters.body import QuotedWords
from solvency.report.chapters.numerals import TOKEN

if TYPE_CHECKING:
    from solvency.exhibits.citations import Notes
    from solvency.figures.figure import Prose
    from solvency.figures.formats import Locale
    from solvency.figures.table import Cell
    from solvency.report.chapters.body import Caption

_TABLE = re.compile(r"\s*<table>\n?(.*?)</table>\n?", re.DOTALL)
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r'<t[hd](?: style="text-align:(\w+)")?>(.*?)</t[hd]>', re.DOTALL)
#: What a cell of an exhibit cannot keep: a link is to be seen, and so is emphasis.
_DROPPED = re.compile(r"<(a|em|strong)\b")
_TAG = re.compile(r"<[^<>]*>")
#: A column is as wide as what is in it, within these letters.
_NARROW, _WIDE = 8, 34


def exhibit_of(
    caption: Caption, html: str, things: list[Any], notes: Notes, locale: Locale
) -> tuple[Table, str]:
    """Return the table that follows a caption, and the HTML after it.

    Raises:
        ReportError: No table follows, or a cell has what no exhibit can have.
    """
    found = _TABLE.match(html)
    if found is None:
        raise ReportError(
            f"after table({caption.key!r}) comes the table, in Markdown, an empty"
            " line between"
        )
    rows = [_CELL.findall(row) for row in _ROW.findall(found[1])]
    if dropped := _DROPPED.search(found[1]):
        what = "a link" if dropped[1] == "a" else "emphasis"
        raise ReportError(
            f"table({caption.key!r}) has {what} in a cell, which is of plain words"
        )
    if len(rows) == 1:
        raise ReportError(f"table({caption.key!r}) has no rows below its head")
    heads = [_plain(inside) for _, inside in rows[0]]
    cells = [[_prose(inside, things, notes) for _, inside in row] for row in rows[1:]]
    # A head may take two lines; what is a number and what names sources, one.
    wide = [
        min(
            max(_NARROW, across(head) / 2, *(_long(row[n], locale) for row in cells)),
            _WIDE,
        )
        for n, head in enumerate(heads)
    ]
    columns = tuple(
        Column(
            f"column-{n}",
            heads[n],
            "number" if rows[0][n][0] == "right" else "text",
            round(wide[n]),
        )
        for n in range(1, len(heads))
    )
    table = Table(
        key=caption.key,
        title=caption.title,
        unit=(Said(caption.unit),),
        head=heads[0],
        width=round(wide[0]),
        columns=columns,
        rows=tuple(
            Row(f"{caption.key}:{n}", row[0], tuple(_cell(one) for one in row[1:]))
            for n, row in enumerate(cells, start=1)
        ),
    )
    return table, html[found.end() :]


def _long(prose: Prose, locale: Locale) -> float:
    """Return how wide a cell would like to be, in letters."""
    if len(prose) == 1 and isinstance(prose[0], Figure):
        return across(prose[0].text(locale)) + 2
    return across(words_of(prose))


def _plain(html: str) -> str:
    return str(Markup(_TAG.sub("", html)).unescape())  # noqa: S704 (printed as text)


def _prose(html: str, things: list[Any], notes: Notes) -> Prose:
    """Return what a cell says, piece by piece."""
    found: list[Any] = []
    at = 0
    for token in TOKEN.finditer(html):
        if text := _plain(html[at : token.start()]):
            found.append(Said(text))
        thing = things[int(token[0][1:-1])]
        if isinstance(thing, CitedSources):
            found += notes.refs(thing.sources)
        elif isinstance(thing, QuotedWords):
            found.append(Said(thing.text))
        elif isinstance(thing, Linked):
            raise ReportError("a cell of a numbered table cannot lead to an exhibit")
        else:
            found.append(thing)
        at = token.end()
    if text := _plain(html[at:]):
        found.append(Said(text))
    return tuple(found)


def _cell(prose: Prose) -> Cell:
    """Return a cell as the thing it is where it is one, blank where it is none."""
    if len(prose) == 1 and isinstance(prose[0], Figure | Said):
        return prose[0]
    return prose or None
