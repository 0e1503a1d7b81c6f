"""A table as text: as wide as the screen, its colours by what they mean."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

from solvency import inert
from solvency.figures import formats
from solvency.figures.figure import SHARE
from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import Ref
from solvency.figures.words import words_of
from solvency.wide import wide
from solvency.wide import written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from solvency.figures.table import Cell
    from solvency.figures.table import Row
    from solvency.figures.table import Table

#: Between two columns.
_GAP = "  "
#: Cells up to so wide are never broken.
_SHORT = 12
#: The widest word or name that keeps a column from being narrowed, as a share of the
#: screen.
_NARROW = 4
#: Where words and the names of accounts may be broken.
_BREAKS = re.compile(r"(?<=[\s;])|(?<=[:/,])(?!\d)")
#: What the colours say: what is lacking, what is doubtful, what is sure.
STYLES = {
    "head": "1",
    "total": "1",
    "group": "1",
    "aside": "2",
    "bad": "31",
    "doubtful": "33",
    "good": "32",
}
#: Words of a cell that say how grave something is.
_GRAVE = {"breach": "bad", "warning": "doubtful", "perhaps": "doubtful"}
_GRADES = {"A": "good", "B": "good", "C": "doubtful", "D": "bad", "E": "bad"}


@dataclass(frozen=True, slots=True)
class Screen:
    """What text is shown on: its width in columns, and how numbers are written."""

    width: int = 80
    colour: bool = False
    #: Amounts in full, in units, not in the table's power of ten.
    exact: bool = False

    def paint(self, text: str, meaning: str) -> str:
        """Return text in the colour of its meaning, or as it is."""
        if not self.colour or not meaning or not text.strip():
            return text
        return f"\x1b[{STYLES[meaning]}m{text}\x1b[0m"

    def wrapped(self, text: str) -> list[str]:
        """Return text as lines of the screen."""
        return _lines(inert.line(text), self.width)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A cell as text, and what its colour says."""

    text: str
    meaning: str = ""


@wide()
def text(table: Table, screen: Screen) -> str:
    """Return a table as lines no wider than the screen.

    A column of words is narrowed and its cells broken; where that is not enough the
    columns stand in parts below one another, each part with the first column.

    Args:
        table: The table, which must add up.
        screen: Where it is shown.

    Raises:
        ReportError: Parts do not sum to their total.
    """
    gaps = table.cast()
    found = [screen.paint(line, "head") for line in screen.wrapped(table.title)]
    if unit := _unit(table, screen):
        found += [screen.paint(line, "aside") for line in screen.wrapped(unit)]
    if table.rows:
        grid = _Grid(table, screen)
        for part in grid.parts():
            found += ["", *grid.lines(part)]
    else:
        found.append("none")
    notes = [_plain(note, screen) for note in table.notes]
    if gaps and not screen.exact:
        notes.append("Each number is rounded by itself: parts may miss their total.")
    if notes:
        found.append("")
    for note in notes:
        found += screen.wrapped(note)
    return "\n".join(found) + "\n"


def _unit(table: Table, screen: Screen) -> str:
    """Return the second line: the unit, without its power of ten for exact amounts."""
    said = _plain(table.unit, screen)
    if not screen.exact:
        return said
    for unit, scale in {(one.unit, one.scale) for one in table.figures() if one.scale}:
        scaled, whole = (
            formats.unit_label(unit, power, formats.Locale()) for power in (scale, 0)
        )
        said = re.sub(rf"(?<!\w){re.escape(scaled)}(?!\w)", lambda _: whole, said)  # noqa: B023 (called at once)
    return said


class _Grid:
    """The cells of a table as text, and the widths they are given."""

    def __init__(self, table: Table, screen: Screen) -> None:
        self.screen = screen
        self.table = table
        # A column of links to pages of paper has nothing to say on a screen.
        self.kept = [
            n
            for n, column in enumerate(table.columns)
            if column.kind != "refs"
            or any(words_of(row.cells[n]) for row in table.rows if row.cells)
        ]
        columns = [table.columns[n] for n in self.kept]
        self.right = [False, *(column.kind == "number" for column in columns)]
        heads = [table.head, *(column.title for column in columns)]
        self.heads = [inert.line(head) for head in heads]
        self.rows = [self._row(row) for row in table.rows]
        self._balance()
        places = range(len(self.heads))
        whole = [row for row in self.rows if len(row) > 1]
        self.natural = [
            max([width(row[n].text) for row in whole] + [_longest(self.heads[n])])
            for n in places
        ]
        self.least = [
            self.natural[n]
            if self.right[n]
            else max(
                _longest(self.heads[n]),
                min(_SHORT, self.natural[n]),
                min(
                    screen.width // _NARROW,
                    max([_piece(row[n].text) for row in whole] + [0]),
                ),
            )
            for n in places
        ]
        # What is wider than the screen beside the names of rows is broken after all.
        room = screen.width - len(_GAP) - self.least[0]
        self.least[1:] = [min(one, room) for one in self.least[1:]]

    def _row(self, row: Row) -> list[_Shown]:
        label = "  " * row.indent + _plain(row.label, self.screen)
        meaning = {"line": "doubtful" if row.marked else "", "group": "group"}
        found = [_Shown(label, meaning.get(row.kind, "total"))]
        if not row.cells:
            return found
        cells = [row.cells[n] for n in self.kept]
        return [*found, *(_shown(cell, self.screen, row.kind) for cell in cells)]

    def _balance(self) -> None:
        """Set numbers in parentheses so that their digits are below the others'."""
        for n, right in enumerate(self.right):
            cells = [row[n].text for row in self.rows if n < len(row)]
            if right and any(cell.endswith(")") for cell in cells):
                for row in self.rows:
                    if n < len(row) and not row[n].text.endswith(")"):
                        row[n] = _Shown(row[n].text + " ", row[n].meaning)

    def parts(self) -> list[list[int]]:
        """Return the columns of each part of the table.

        Every part begins with the columns that say what a row is of.
        """
        room = self.screen.width
        if self._needs(range(len(self.heads))) <= room:
            return [list(range(len(self.heads)))]
        names = self._names()
        found = [[*names]]
        for n in range(len(names), len(self.heads)):
            if self._needs([*found[-1], n]) > room:
                # A number too wide to stand beside all of them stands beside the first.
                beside = [*names]
                while len(beside) > 1 and self._needs([*beside, n]) > room:
                    beside.pop()
                if beside != found[-1]:
                    found.append(beside)
            found[-1].append(n)
        return found

    def _needs(self, part: Sequence[int]) -> int:
        return sum(self.least[n] for n in part) + len(_GAP) * (len(part) - 1)

    def _names(self) -> list[int]:
        """Return the columns that say what a row is of: the first words of it."""
        found = [0]
        for n in range(1, len(self.heads)):
            if self.right[n] or self._needs([*found, n]) > self.screen.width // 2:
                break
            found.append(n)
        return found

    def _widths(self, part: list[int]) -> list[int]:
        """Share the screen out: numbers as wide as they are, words what is left."""
        room = self.screen.width - len(_GAP) * (len(part) - 1)
        found = [self.least[n] for n in part]
        left = room - sum(found)
        while left > 0:
            short = [self.natural[n] - one for n, one in zip(part, found, strict=True)]
            lacking = sum(short)
            if not lacking:
                break
            # As each lacks, so that the longest words are broken least.
            more = [min(each, max(1, left * each // lacking)) for each in short]
            for at, each in enumerate(more):
                taken = min(each, left) if short[at] else 0
                found[at] += taken
                left -= taken
        return found

    def lines(self, part: list[int]) -> list[str]:
        """Return the lines of some columns, their heads first."""
        widths = self._widths(part)
        heads = [_Shown(self.heads[n], "head") for n in part]
        found = [*self._cells(part, heads, widths, low=True)]
        found.append(_GAP.join("-" * each for each in widths))
        for row in self.rows:
            if len(row) == 1:
                found += [
                    self.screen.paint(line, row[0].meaning)
                    for line in self.screen.wrapped(row[0].text)
                ]
            else:
                found += self._cells(part, [row[n] for n in part], widths)
        return found

    def _cells(
        self,
        part: list[int],
        cells: Sequence[_Shown],
        widths: Sequence[int],
        *,
        low: bool = False,
    ) -> Iterable[str]:
        """Yield the lines of a row; `low` sets short cells on its last line."""
        broken = [
            _lines(cell.text, each) for cell, each in zip(cells, widths, strict=True)
        ]
        if low:
            tall = max(map(len, broken))
            broken = [[""] * (tall - len(each)) + each for each in broken]
        for pieces in zip_longest(*broken, fillvalue=""):
            line = [
                _padded(
                    self.screen.paint(piece, cell.meaning),
                    each - width(piece),
                    right=self.right[n],
                )
                for piece, each, n, cell in zip(
                    pieces, widths, part, cells, strict=True
                )
            ]
            yield _GAP.join(line).rstrip()


def _shown(cell: Cell, screen: Screen, kind: str) -> _Shown:
    meaning = "" if kind == "line" else "total"
    if isinstance(cell, Figure):
        if cell.value is not None and cell.value < 0:
            meaning = "bad"
        return _Shown(_number(cell, screen), meaning)
    found = _plain(cell, screen)
    if isinstance(cell, Grade):
        meaning = _GRADES.get(found[:1], meaning)
    return _Shown(found, _GRAVE.get(found, meaning))


def _number(figure: Figure, screen: Screen) -> str:
    """Return a figure as its table prints it, or in full."""
    if not screen.exact or figure.value is None or figure.unit == SHARE:
        return figure.text(formats.Locale())
    whole, _, part = f"{written(figure.value):,f}".partition(".")
    part = part.rstrip("0")
    return figure.sign + (f"{whole}.{part}" if part else whole)


def _plain(cell: Cell | str, screen: Screen) -> str:
    if isinstance(cell, tuple):
        return "".join(_plain(piece, screen) for piece in cell)
    if isinstance(cell, Figure) and not cell.prose:
        return _number(cell, screen)
    if isinstance(cell, Ref) and cell.name:
        return inert.line(_named(cell))
    return inert.line(words_of(cell))


def _named(ref: Ref) -> str:
    """Return what a link says with the name one can ask `explain` about."""
    # Paper has the number of a source in its list, and titles of hypotheses.
    if ref.kind == "source":
        return ref.name
    return f"{ref.label} [{ref.name}]" if ref.kind == "hypothesis" else ref.label


def width(text: str) -> int:
    """Return how many columns of a screen text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0
        if unicodedata.combining(letter) or unicodedata.category(letter) == "Cf"
        else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )


def _padded(text: str, room: int, *, right: bool) -> str:
    blank = " " * room
    return blank + text if right else text + blank


def _piece(text: str) -> int:
    """Return the width of the longest piece of a text that cannot be broken well."""
    return max((width(each.strip()) for each in _BREAKS.split(text)), default=0)


def _longest(text: str) -> int:
    return max((width(word) for word in text.split()), default=0)


def _lines(text: str, room: int) -> list[str]:
    """Break text into lines no wider than a column."""
    if width(text) <= room:
        return [text]
    indent = text[: len(text) - len(text.lstrip())]
    indent += "  " if indent else ""
    found, line = [], ""
    for word in _BREAKS.split(text):
        if line.strip() and width(line + word.rstrip()) > room:
            found.append(line.rstrip())
            line = indent
        line += word
        while width(line.rstrip()) > room:
            cut = room
            while width(line[:cut]) > room:
                cut -= 1
            found.append(line[:cut])
            line = indent + line[cut:] if len(indent) < room // 2 else line[cut:]
    return [*found, line.rstrip()] if line.strip() else found


__all__ = ["Screen", "text", "width"]
