"""Lines of CSV that cannot be read: which they are, and what is wrong with them."""

from __future__ import annotations

import contextlib
import csv
import sys
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import TextIO

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator


class Reject(NamedTuple):
    """A line that cannot be read."""

    file: str
    #: Where it begins, the head being line 1.
    line: int
    #: The column whose value is at fault, empty where the line is no row.
    column: str
    wrong: str

    def __str__(self) -> str:
        """Return it in one line."""
        where = f"line {self.line}" if self.line else "a line"
        return f"{self.file}: {where}: {self.wrong}"


def wrong_value(value: object) -> str:
    """Say what is wrong with a value that cannot be read."""
    return "is empty" if value is None or value == "" else f"is {value!r:.60}"


class Aside(NamedTuple):
    """What begins at a byte of a CSV file and is no row."""

    byte: int
    #: Whether a quotation mark is left open, so that nobody knows where it ends.
    is_open: bool


def lines_of(
    path: str,
    delimiter: str,
    places: Collection[int],
    aside: Collection[Aside] = (),
) -> tuple[dict[int, int], dict[int, int]]:
    """Return the lines of a CSV file on which rows begin, and what is none.

    Args:
        path: The file.
        delimiter: What stands between cells.
        places: Which rows, from 0; the head and what was set aside do not count.
        aside: What was set aside.

    Returns:
        The line of each place, and of each byte set aside; the head is line 1.
    """
    wanted, open_at = set(places), {one.byte for one in aside if one.is_open}
    closed_at = {one.byte for one in aside} - open_at
    found: dict[int, int] = {}
    strange: dict[int, int] = {}
    read: list[tuple[int, int]] = []
    with _text_of(path) as file, _long_cells():

        def lines() -> Iterator[str]:
            byte = 0
            for number, line in enumerate(file, 1):
                if byte in open_at:
                    strange[byte] = number
                else:
                    read.append((number, byte))
                    yield line
                byte += len(line.encode("utf-8", "surrogateescape"))

        place = -2  # the head
        for cells in csv.reader(lines(), delimiter=delimiter):
            number, byte = read[0]
            read.clear()
            if byte in closed_at:
                strange[byte] = number
            elif cells:
                place += 1
                if place in wanted:
                    found[place] = number
    return found, strange


def _text_of(path: str) -> TextIO:
    """Open a CSV file as it is: what is no UTF-8 and how lines end are kept."""
    if path.endswith(".gz"):
        import gzip  # noqa: PLC0415 (few files are)

        return gzip.open(
            path, "rt", encoding="utf-8", errors="surrogateescape", newline=""
        )
    return open(path, encoding="utf-8", errors="surrogateescape", newline="")  # noqa: PTH123 (whoever asked closes it)


@contextlib.contextmanager
def _long_cells() -> Iterator[None]:
    """Let cells be as long as the engine that read them let them be."""
    before = csv.field_size_limit(sys.maxsize)
    try:
        yield
    finally:
        csv.field_size_limit(before)
