"""Tables of a page as tables of Word."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.report.word.paragraph import classes
from solvency.report.word.paragraph_format import Manner
from solvency.report.word.wordml import Ink
from solvency.report.word.wordml import w

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

    #: What writes the paragraphs of a cell, and of a row what it is reached by.
    Cells = Callable[[ET.Element, Manner], list[ET.Element]]
    Reach = Callable[[ET.Element], None]
    #: A row, whether it is of the head, and the elements that begin with it.
    Found = tuple[ET.Element, bool, list[ET.Element]]

_WIDTH = re.compile(r"width:\s*([\d.]+)%")
_SHADE = re.compile(r"background:\s*#([0-9a-fA-F]{6})")
_WHITE = re.compile(r"(?<!-)color:\s*#fff")
#: A table of so few rows stands on one page.
_FEW = 14
#: The first and last rows that no page parts, the head beside.
_FIRST, _LAST = 4, 3
#: Letters that a column without a width of its own is given at least and at most.
_NARROW, _BROAD = 5, 48
#: In twentieths of a point: a step to the right, and what parts words from numbers.
_STEP, _APART = 160, 150
_NAVY, _INK, _PANEL = "12395B", "16202A", "F3F5F7"
_HEAVY = {"subtotal", "total", "class"}


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a row stands in its table."""

    head: bool
    kinds: frozenset[str]
    keep: bool
    dense: bool


def table(
    element: ET.Element, width: int, cells: Cells, reach: Reach, *, followed: bool
) -> ET.Element:
    """Return a table of a page as one of Word's.

    Args:
        element: The table.
        width: Of the text of its page, in twentieths of a point.
        cells: What writes the paragraphs of a cell.
        reach: What is told of each row, before its cells are written.
        followed: True where notes stand under it, to be kept with its last row.
    """
    columns = _widths(element, width)
    made = w(
        "tbl",
        w(
            "tblPr",
            w("tblStyle", val="ExhibitTable"),
            w("tblW", w=sum(columns), type="dxa"),
            w("tblLayout", type="fixed"),
            w("tblLook", val="0020", firstRow=1, noHBand=1, noVBand=1),
        ),
        w("tblGrid", *(w("gridCol", w=one) for one in columns)),
    )
    dense = "dense" in classes(element)
    rows = list(_rows(element, reach))
    kept = _kept(rows, followed=followed)
    for (row, head, before), keep in zip(rows, kept, strict=True):
        for one in before:
            reach(one)
        place = _Place(head, frozenset(classes(row)), keep, dense)
        made.append(_row(row, columns, place, cells))
    return made


def _rows(element: ET.Element, reach: Reach) -> Iterator[Found]:
    """Yield each row, whether it is of the head, and what begins with it."""
    reach(element)
    for part in element:
        if part.tag == "tr":
            yield part, False, [part]
        waiting = [part]
        for row in part.iter("tr") if part.tag in {"thead", "tbody", "tfoot"} else ():
            yield row, part.tag == "thead", [*waiting, row]
            waiting = []


def _kept(rows: list[Found], *, followed: bool) -> list[bool]:
    """Return which rows stay on a page with the next."""
    body = [n for n, (_, head, _) in enumerate(rows) if not head]
    found = [head for _, head, _ in rows]
    few = len(body) <= _FEW
    for at, n in enumerate(body):
        last = len(body) - 1 - at
        near = few or at < _FIRST or last < _LAST
        group = bool(classes(rows[n][0]) & {"group", "class", "flow"})
        found[n] = (near or group) if last else followed
    return found


def _row(
    row: ET.Element, columns: list[int], place: _Place, cells: Cells
) -> ET.Element:
    """Return a row, which no page cuts."""
    made = w(
        "tr", w("trPr", w("cantSplit"), *((w("tblHeader"),) if place.head else ()))
    )
    at, after_number = 0, False
    for cell in row:
        if cell.tag not in {"td", "th"}:
            continue
        asked = cell.get("colspan", "")
        span = int(asked) if asked.isdecimal() else 1
        span = max(1, min(span, len(columns) - at))
        number = "number" in classes(cell)
        properties = _cell(cell, columns[at : at + span], place)
        if after_number and not number:
            margin = w("tcMar", w("left", w=_APART, type="dxa"))
            _put_before(properties, margin, "vAlign")
        made.append(w("tc", properties, *cells(cell, _manner(cell, place))))
        at, after_number = at + span, number
    return made


def _put_before(properties: ET.Element, one: ET.Element, name: str) -> None:
    """Put a property in its place among others, which the schema has in order."""
    at = next(
        (n for n, other in enumerate(properties) if other.tag == f"w:{name}"),
        len(properties),
    )
    properties.insert(at, one)


def _cell(cell: ET.Element, widths: list[int], place: _Place) -> ET.Element:
    """Return the properties of a cell: width, borders, shade."""
    made = w("tcPr", w("tcW", w=sum(widths), type="dxa"))
    if len(widths) > 1:
        made.append(w("gridSpan", val=len(widths)))
    borders = w("tcBorders")
    if place.kinds & {"subtotal", "total"}:
        borders.append(w("top", val="single", sz=4, space=0, color=_INK))
    if place.head:
        borders.append(w("bottom", val="single", sz=6, space=0, color=_INK))
    elif "total" in place.kinds:
        borders.append(w("bottom", val="double", sz=4, space=0, color=_INK))
    if len(borders):
        made.append(borders)
    shade = _SHADE.search(cell.get("style", ""))
    fill = shade[1].upper() if shade else ""
    if "current" in classes(cell):
        fill = fill or _PANEL
    if fill:
        made.append(w("shd", val="clear", color="auto", fill=fill))
    if place.head:
        made.append(w("vAlign", val="bottom"))
    return made


def _manner(cell: ET.Element, place: _Place) -> Manner:
    """Return how the paragraphs of a cell stand."""
    kinds = classes(cell)
    ink = Ink(bold=place.head or bool(place.kinds & _HEAVY))
    if "group" in place.kinds:
        inner = "indent-1" in kinds
        ink = Ink(bold=True, colour=_INK if inner else _NAVY)
    elif _WHITE.search(cell.get("style", "")):
        ink = replace(ink, colour="FFFFFF")
    elif "source" in place.kinds and cell.tag == "th":
        ink = replace(ink, bold=True)
    indent = _STEP if "indent-1" in kinds and "group" not in place.kinds else 0
    if "account" in kinds:
        indent = 5 * _STEP
    return Manner(
        "TableDense" if place.dense else "TableText",
        ink,
        keep=place.keep,
        indent=indent,
        align="right" if "number" in kinds else "center" if "grade" in kinds else "",
    )


def _widths(element: ET.Element, width: int) -> list[int]:
    """Return the widths of columns, which add up to that of the text."""
    asked = [
        float(found[1])
        for one in element.iter("col")
        if (found := _WIDTH.search(one.get("style", "")))
    ]
    if not asked:
        asked = _by_words(element)
    edges = [round(width * sum(asked[:n]) / sum(asked)) for n in range(len(asked) + 1)]
    return [after - before for before, after in itertools.pairwise(edges)]


def _by_words(element: ET.Element) -> list[float]:
    """Return widths for a table that says none: the longest words of each column."""
    found: list[float] = []
    for row in element.iter("tr"):
        cells = [one for one in row if one.tag in {"td", "th"}]
        for n, cell in enumerate(cells):
            long = len("".join(cell.itertext()).strip())
            long = min(max(long, _NARROW), _BROAD)
            if n < len(found):
                found[n] = max(found[n], long)
            else:
                found.append(long)
    return found or [1.0]
