"""Statements as PDF with a text layer: words by their places become rows of cells.

The line that names the columns gives them, on each page that has one. Between two names
a column ends where the fewest words of the rows below cross.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple
from typing import TypeAlias

from solvency.evidence.column_guess import likely
from solvency.evidence.column_guess import meaning
from solvency.evidence.dialect import TOTAL
from solvency.evidence.dialect import is_amount
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import Row

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    from solvency.evidence.records import Cell
    from solvency.evidence.records import Document

#: The names of each kind of column.
Columns: TypeAlias = "Mapping[str, tuple[str, ...]]"
_MONEY = frozenset({"amount", "debit", "credit", "balance", "fee"})
#: What pages are numbered with.
_PAGE = re.compile(r"(?i)\W*(page|seite|blatt|blad|p.gina|sheet|第)\s*\d")
#: More than any statement has.
_MOST_PAGES = 5_000
_MOST_CHARACTERS = 20_000_000
#: A gap wider than this part of a character's height parts words, and columns.
_BETWEEN_WORDS = 0.15
_BETWEEN_COLUMNS = 0.65
#: Lines further apart than this many heights are not of one row.
_APART = 2.2


class Word(NamedTuple):
    """A word and where it stands on its page, in points from the lower left."""

    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def middle(self) -> float:
        """Return the height of its middle."""
        return (self.bottom + self.top) / 2

    @property
    def size(self) -> float:
        """Return the height of its characters."""
        return self.top - self.bottom


class Line(NamedTuple):
    """The words of one line, from the left, and which line of the page it is."""

    number: int
    words: list[Word]

    @property
    def text(self) -> str:
        """Return its words."""
        return " ".join(word.text for word in self.words)


def pages(document: Document, columns: Columns) -> Iterator[tuple[Row, Iterator[Row]]]:
    """Yield the column names and the rows of each page, labelled by page and line.

    Args:
        document: The file.
        columns: The names of each kind of column; none for the line that names most.

    Raises:
        EvidenceError: It is no PDF that can be read, it has no text, or no line of it
            names the columns.
    """
    heads: list[Word] = []
    last: Row | None = None
    text = False
    for at, lines in enumerate(_lines(document), 1):
        text = text or bool(lines)
        found = _head(lines, [name for one in columns.values() for name in one])
        place = -1
        if found is not None:
            place, heads = found
        if not heads:
            continue
        head = Row(f"{at}:{lines[place].number if place >= 0 else 1}", [])
        head.cells.extend(word.text for word in heads)
        rows = _Rows(at, heads, columns).of(lines[place + 1 :], last)
        last = rows[-1] if rows else last
        yield head, iter(rows)
    if not text:
        wrong = "it has no text, only pictures of pages"
        mend = "Have the text recognised, and import what that gives"
        raise EvidenceError(document.name, 1, wrong, mend)
    if not heads:
        named = ", ".join(name for one in columns.values() for name in one)
        wrong = f"no line of it names the columns {named or 'in words known here'}"
        mend = "Write the names as they stand in it in `columns` of the mapping"
        raise EvidenceError(document.name, 1, wrong, mend)


def above(document: Document) -> tuple[str, ...]:
    """Return the lines that stand above the column names of the first page."""
    for lines in _lines(document):
        found = _head(lines, [])
        return tuple(line.text for line in lines[: found[0] if found else None])
    return ()


def _lines(document: Document) -> Iterator[list[Line]]:
    """Yield the lines of each page, from the top."""
    import pypdfium2  # noqa: PLC0415 (a heavy import few need)

    try:
        book = pypdfium2.PdfDocument(document.content)
        count = len(book)
    except Exception as error:  # noqa: BLE001 (whatever a broken file ends in)
        wrong = f"it is no PDF that can be read ({error!s:.100})"
        mend = "Save it again, without a password"
        raise EvidenceError(document.name, 1, wrong, mend) from None
    left = _MOST_CHARACTERS
    try:
        for at in range(count):
            try:
                page = book[at].get_textpage()
                left -= page.count_chars()
                # What nobody will read takes minutes to put in lines.
                over = at >= _MOST_PAGES or left < 0
                words = [] if over else _words(pypdfium2.raw, page)
            except Exception as error:  # noqa: BLE001 (as above)
                wrong = f"the page cannot be read ({error!s:.100})"
                raise EvidenceError(
                    document.name, at + 1, wrong, "Save it again"
                ) from None
            if over:
                wrong = "it has more text than a statement has"
                raise EvidenceError(document.name, at + 1, wrong, "Split it")
            yield _by_line(words)
    finally:
        book.close()


def _words(raw: Any, page: Any) -> list[Word]:
    """Return the words of a page, each where its characters stand."""
    found: list[Word] = []
    ended = True
    for at in range(page.count_chars()):
        code = raw.FPDFText_GetUnicode(page, at)
        if code == 0xFFFE or 0xD800 <= code < 0xE000 or not chr(code).isprintable():
            ended = True
            continue
        letter = chr(code)
        if letter.isspace():
            ended = True
            continue
        left, bottom, right, top = page.get_charbox(at, loose=True)
        last = found[-1] if found else None
        if (
            not ended
            and last is not None
            and abs(last.middle - (bottom + top) / 2) < last.size / 3
            and -last.size < left - last.right < _BETWEEN_WORDS * last.size
        ):
            found[-1] = Word(
                last.text + letter, last.left, right, last.bottom, last.top
            )
        else:
            found.append(Word(letter, left, right, bottom, top))
        ended = False
    return found


def _by_line(words: list[Word]) -> list[Line]:
    """Return words as lines, from the top, each from the left."""
    found: list[list[Word]] = []
    for word in sorted(words, key=lambda one: -one.middle):
        last = found[-1][0] if found else None
        if last is not None and abs(last.middle - word.middle) < max(
            1.0, min(last.size, word.size) / 2
        ):
            found[-1].append(word)
        else:
            found.append([word])
    lines = [
        Line(at, sorted(one, key=lambda word: word.left))
        for at, one in enumerate(found, 1)
    ]
    return [line for line in lines if not _PAGE.match(line.text)]


def _joined(words: Sequence[Word]) -> list[Word]:
    """Join words that stand as near one another as those of one cell."""
    found: list[Word] = []
    for word in words:
        last = found[-1] if found else None
        if last is not None and word.left - last.right < _BETWEEN_COLUMNS * max(
            last.size, word.size
        ):
            found[-1] = last._replace(
                text=f"{last.text} {word.text}", right=max(last.right, word.right)
            )
        else:
            found.append(word)
    return found


def _head(lines: list[Line], names: list[str]) -> tuple[int, list[Word]] | None:
    """Find the line that names the columns, or the second of two that do.

    Returns:
        Which line it is, and the names with their places; None where there is none.
    """
    best, score, heads = -1, 1, list[Word]()
    for at, line in enumerate(lines):
        cells = _joined(line.words)
        for place, found in ((at, cells), (at + 1, _stacked(cells, lines[at + 1 :]))):
            texts = [cell.text for cell in found]
            if names:
                if all(name in texts for name in names):
                    return place, found
                continue
            known = {key for one in texts if (key := meaning(one) or likely(one))}
            if len(known) > score and not any(map(is_amount, texts)):
                best, score, heads = place, len(known), found
    return (best, heads) if best >= 0 else None


def _stacked(heads: list[Word], below: list[Line]) -> list[Word]:
    """Return names with the words of the line below that stand under them.

    None where that line is no second line of names.
    """
    if not below or not heads:
        return []
    words = _joined(below[0].words)
    if heads[0].middle - words[0].middle > _APART * heads[0].size:
        return []
    found = list(heads)
    for word in words:
        over = [
            at
            for at, head in enumerate(heads)
            if word.left < head.right and word.right > head.left
        ]
        if len(over) != 1 or re.search(r"\d", word.text):
            return []
        head = found[over[0]]
        found[over[0]] = head._replace(
            text=f"{head.text} {word.text}",
            left=min(head.left, word.left),
            right=max(head.right, word.right),
        )
    return found


class _Rows:
    """Makes rows of the lines below the column names of one page."""

    def __init__(self, page: int, heads: list[Word], columns: Columns) -> None:
        self.page = page
        self.heads = heads
        kinds = {name: key for key, names in columns.items() for name in names}
        told = [
            kinds.get(head.text) if kinds else meaning(head.text) or likely(head.text)
            for head in heads
        ]
        self.day = told.index("date") if "date" in told else None
        self.money = [at for at, key in enumerate(told) if key in _MONEY]

    def of(self, lines: list[Line], before: Row | None) -> list[Row]:
        """Return the rows, each labelled by the line it begins on.

        Args:
            lines: The lines below the names.
            before: The last row of the page before, whose day may go on.
        """
        edges = _edges(lines, self.heads, self._begins)
        rows: list[Row] = []
        above: Line | None = None
        for line in lines:
            cells = _cells(line, edges)
            last = rows[-1] if rows else None
            near = above is not None and (
                above.words[0].middle - line.words[0].middle < _APART * _size(line)
            )
            paid = self._paid(cells)
            if self._dated(cells) or (
                paid and (last is None or not near or self._paid(last.cells))
            ):
                label = f"{self.page}:{line.number}"
                rows.append(Row(label, self._of_day(cells, last or before)))
            elif last is not None and near and (paid or self._words_only(cells)):
                rows[-1] = Row(last.label, _both(last.cells, cells))
            else:
                continue
            above = line
        return rows

    def _begins(self, line: Line) -> bool:
        """Say whether a line has a day where the days stand."""
        if self.day is None:
            return True
        head = self.heads[self.day]
        return any(
            re.search(r"\d", word.text)
            and word.left < head.right
            and word.right > head.left
            for word in line.words
        )

    def _dated(self, cells: list[Cell]) -> bool:
        return self.day is not None and bool(re.search(r"\d", str(cells[self.day])))

    def _paid(self, cells: list[Cell]) -> bool:
        return any(is_amount(str(cells[at])) for at in self.money)

    def _words_only(self, cells: list[Cell]) -> bool:
        return not any(cells[at] for at in (*self.money, self.day) if at is not None)

    def _of_day(self, cells: list[Cell], last: Row | None) -> list[Cell]:
        """Give a row the day above it, where the bank writes each day once."""
        if self.day is None or cells[self.day] or last is None:
            return cells
        if self.day >= len(last.cells):
            return cells  # the page before has other columns
        if any(TOTAL.match(str(cell)) for cell in cells):
            return cells
        return [
            last.cells[at] if at == self.day else cell for at, cell in enumerate(cells)
        ]


def _size(line: Line) -> float:
    return max(word.size for word in line.words)


def _cells(line: Line, edges: list[float]) -> list[Cell]:
    """Return the words of a line, by the columns they stand in."""
    found: list[list[str]] = [[] for _ in range(len(edges) + 1)]
    for word in line.words:
        middle = (word.left + word.right) / 2
        found[sum(edge < middle for edge in edges)].append(word.text)
    return [" ".join(words) for words in found]


def _both(cells: list[Cell], more: list[Cell]) -> list[Cell]:
    """Return the cells of a row with those of a line that goes on with it."""
    return [f"{one} {two}".strip() for one, two in zip(cells, more, strict=True)]


def _edges(
    lines: list[Line], heads: list[Word], begins: Callable[[Line], bool]
) -> list[float]:
    """Return where each column but the last ends: where fewest words cross.

    Words of lines that begin a row count before those that go on with one, which a
    page's foot may be among.
    """
    words = [(word, 1_000 if begins(line) else 1) for line in lines for word in line[1]]
    edges = []
    for one, two in itertools.pairwise(heads):
        low, high = one.right, max(two.left, one.right + 0.1)
        sides = {side for word, _ in words for side in (word.left, word.right)}
        marks = sorted({low, high, *(side for side in sides if low < side < high)})
        best = (1_000_000_000, 0.0, low)
        for left, right in itertools.pairwise(marks):
            middle = (left + right) / 2
            crossing = sum(
                weight for word, weight in words if word.left < middle < word.right
            )
            best = min(best, (crossing, left - right, middle))
        edges.append(best[2])
    return edges
