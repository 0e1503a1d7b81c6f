"""Tables as rows of cells: delimited text, and the sheets of a workbook."""

from __future__ import annotations

import contextlib
import csv
import datetime
import io
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.evidence.records import EvidenceError
from solvency.evidence.records import Row
from solvency.evidence.records import plain

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.evidence.mapping import Mapping
    from solvency.evidence.records import Cell
    from solvency.evidence.records import Document

#: The most characters one cell may have.
_LONGEST = 2**17
#: So many places an amount of money has at most.
_MOST_PLACES = 8
#: From here a float tells neither cents nor larger units apart.
_EXACT = 2**53


class Table:
    """The records of a file under named columns."""

    def __init__(self, document: Document, mapping: Mapping) -> None:
        self.document = document
        self.mapping = mapping

    def __iter__(self) -> Iterator[Record]:
        """Yield each record that is neither empty nor one the mapping skips."""
        for head, rows in _tables(self.document, self.mapping):
            places = self._places(head)
            for row in rows:
                filled = [cell for cell in row.cells if cell != ""]
                if not filled or self.mapping.skips(" ".join(map(str, filled))):
                    continue
                extra = [cell for cell in row.cells[len(head.cells) :] if cell != ""]
                if extra and self.mapping.header:
                    raise EvidenceError(
                        self.document.name,
                        row.label,
                        f"the row has {len(row.cells)} cells, and the header"
                        f" {len(head.cells)}",
                        "Correct `delimiter` of the mapping, or the row",
                    )
                yield Record(self, row, places)

    def _places(self, head: Row) -> dict[str, tuple[int, ...]]:
        """Return where the columns stand that the mapping names."""
        names = {
            str(cell).strip(): at for at, cell in reversed([*enumerate(head.cells)])
        }
        found = {}
        for key, wanted in self.mapping.columns.items():
            at = []
            for name in wanted:
                if name.strip() in names:
                    at.append(names[name.strip()])
                elif not self.mapping.header and name.isdecimal() and int(name) > 0:
                    at.append(int(name) - 1)
                else:
                    raise EvidenceError(
                        self.document.name,
                        head.label,
                        f"there is no column {name!r:.60}, which `{key}` of"
                        f" {self.mapping.file} names; there are"
                        f" {', '.join(filter(None, names))[:300] or 'none'}",
                        "Correct the mapping: `header` is the line of the column names",
                    )
            found[key] = tuple(at)
        return found


class Record:
    """One row, read by the names of its columns."""

    def __init__(
        self, table: Table, row: Row, places: dict[str, tuple[int, ...]]
    ) -> None:
        self.label = row.label
        self.cells = row.cells
        self._table = table
        self._places = places

    @property
    def filled(self) -> frozenset[int]:
        """Return the places of the cells that hold something."""
        return frozenset(at for at, cell in enumerate(self.cells) if cell != "")

    def places(self, key: str) -> tuple[int, ...]:
        """Return where a column of the mapping stands."""
        return self._places.get(key, ())

    def refused(self, wrong: str, mend: str) -> EvidenceError:
        """Return what is wrong with this row, for raising."""
        return EvidenceError(self._table.document.name, self.label, wrong, mend)

    def cell(self, key: str) -> Cell:
        """Return a column's cell, "" where there is none."""
        for at in self._places.get(key, ()):
            if at < len(self.cells):
                return self.cells[at]
        return ""

    def text(self, key: str) -> str:
        """Return a column's words, of several columns joined, on one line."""
        places, cells = self._places.get(key), self.cells
        if places is None:
            return ""
        if len(places) == 1 and places[0] < len(cells):
            return " ".join(_said(cells[places[0]]).split())
        words = " ".join(_said(cells[at]) for at in places if at < len(cells))
        return " ".join(words.split())

    def has(self, key: str) -> bool:
        """Say whether a column has anything in this row."""
        return self.cell(key) not in {"", "-"}

    def amount_or_nil(self, key: str) -> Decimal:
        """Return a column's amount, nil where it has none; see `amount`."""
        return self.amount(key) if self.has(key) else Decimal()

    def amount(self, key: str) -> Decimal:
        """Return a column's amount.

        Raises:
            EvidenceError: It is none in the notation of the mapping.
        """
        cell = self.cell(key)
        mapping = self._table.mapping
        if isinstance(cell, Decimal):
            return self._rounded(cell, mapping.places)
        try:
            found = mapping.notation.amount(str(cell))
        except ValueError:
            raise self.refused(
                f"{str(cell)!r:.60} in column {key} is no amount with the decimal mark"
                f" {mapping.notation.decimal!r}",
                "Correct `decimal` and `thousands` of the mapping, or skip the row",
            ) from None
        return self._rounded(found, mapping.places, text=True)

    def _rounded(
        self, number: Decimal, places: int | None, *, text: bool = False
    ) -> Decimal:
        """Round what a workbook holds as a float; text has its own places."""
        if places is None:
            return number if text else self._as_typed(number)
        exact = number.quantize(Decimal(1).scaleb(-places))
        near = _is_near(number, exact)
        if (text and exact != number) or not (text or near):
            raise self.refused(
                f"{number:f} has more than {places} places", "Correct `places`"
            )
        if not text and abs(exact.scaleb(places)) >= _EXACT:
            raise self.refused(
                f"{number:f} is larger than a workbook holds exactly",
                "Take the amount from another export",
            )
        return exact

    def _as_typed(self, number: Decimal) -> Decimal:
        """Return what a workbook's float was before arithmetic left it a hair off."""
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or exponent >= -_MOST_PLACES:
            return number
        for places in range(_MOST_PLACES + 1):
            exact = number.quantize(Decimal(1).scaleb(-places))
            if exact and _is_near(number, exact):
                return exact
        if self._table.mapping.kind in {"exchange", "transfers"}:
            return number  # coins have places enough
        raise self.refused(
            f"{number:f} has more than {_MOST_PLACES} places",
            "Write `places` in the mapping, or correct the cell",
        )

    def day(self, key: str) -> datetime.date:
        """Return a column's day.

        Raises:
            EvidenceError: It is none in the formats of the mapping.
        """
        cell = self.cell(key)
        if isinstance(cell, datetime.date):
            return cell
        try:
            return self._table.mapping.notation.day(str(cell))
        except ValueError:
            forms = ", ".join(self._table.mapping.notation.dates)
            raise self.refused(
                f"{str(cell)!r:.60} in column {key} is no day written {forms}",
                "Correct `date-formats` of the mapping, or skip the row",
            ) from None


def _said(cell: Cell) -> str:
    """Return a cell in words; the number of a thing has neither exponent nor point."""
    return plain(cell) if isinstance(cell, Decimal) else str(cell)


def _tables(
    document: Document, mapping: Mapping
) -> Iterator[tuple[Row, Iterator[Row]]]:
    """Yield the header and the rows below it, of each sheet."""
    if mapping.format == "xlsx":
        from solvency.evidence.formats.foreign import sheets  # noqa: PLC0415 (few need it)

        parts = sheets(document, mapping.sheets)
    elif mapping.format == "pdf":
        from solvency.evidence.formats.foreign import pages  # noqa: PLC0415 (as above)

        yield from pages(document, mapping.columns)
        return
    else:
        parts = iter(
            [delimited(document, mapping.encoding, mapping.delimiter, mapping.quote)]
        )
    for rows in parts:
        head = Row("1", [])
        if mapping.header:
            for row in rows:
                line = int(row.label.rpartition(":")[2])
                if line >= mapping.header:
                    head = row
                    break
            else:
                continue
        yield head, rows


def _is_near(number: Decimal, exact: Decimal) -> bool:
    """Say whether a number is as near to another as a float can tell."""
    return abs(number - exact) <= abs(number) * Decimal("1E-12")


def cells_of(text: str, mark: str, quote: str) -> Any:
    """Return what reads delimited text, cells without quotes where none are named."""
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=mark,
        quotechar=quote or None,
        quoting=csv.QUOTE_MINIMAL if quote else csv.QUOTE_NONE,
        strict=True,
    )


def delimited(
    document: Document, encoding: str | None, delimiter: str | None, quote: str = '"'
) -> Iterator[Row]:
    """Yield the records of delimited text, each labelled by the line it begins on.

    Args:
        document: The text.
        encoding: Its encoding; guessed where there is none.
        delimiter: What stands between cells; a comma where there is none.
        quote: What stands around a cell; "" where quotes are words like others.

    Raises:
        EvidenceError: It is not in that encoding, or its quotes do not close.
    """
    text = decoded(document, encoding)
    mark = (delimiter or ",").replace("\\t", "\t")
    if len(mark) != 1 or mark in '"\r\n':
        wrong = f"the delimiter {mark!r:.20} is not one character"
        raise EvidenceError(document.name, None, wrong, "Correct the mapping")
    reader = cells_of(text, mark, quote)
    before = csv.field_size_limit(_LONGEST)
    line = 0
    try:
        while True:
            start = line + 1
            cells = next(reader, None)
            line = reader.line_num
            if cells is None:
                return
            yield Row(str(start), [cell.strip() for cell in cells])
    except csv.Error as error:
        raise EvidenceError(
            document.name,
            start,
            f"the record that begins here is no row of a table ({error})",
            "Close its quotes, or write `quote` in the mapping, empty for none",
        ) from None
    finally:
        csv.field_size_limit(before)


def decoded(document: Document, encoding: str | None) -> str:
    """Return a document's text.

    Raises:
        EvidenceError: It is not in that encoding.
    """
    content, name = document.content, encoding or encoding_of(document.content)
    if name.lower().replace("_", "-") in {"utf-8", "utf8"}:
        name = "utf-8-sig"
    try:
        text = content.decode(name)
    except (UnicodeError, LookupError, ValueError) as error:
        start = getattr(error, "start", 0)
        line = content.count(b"\n", 0, start) + 1
        wrong = f"byte {start:,} is not {encoding or 'UTF-8'}"
        mend = "Correct `encoding` of the mapping"
        raise EvidenceError(document.name, line, wrong, mend) from None
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise EvidenceError(
            document.name,
            line,
            "there is a zero byte: this is no text",
            "Export it again",
        )
    return text


def encoding_of(content: bytes) -> str:
    """Guess the encoding of a text from its bytes."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = content[: 2**16]
    if (zeros := head.count(0)) * 5 > len(head):
        # Letters of the West have a zero beside them, before or after.
        return "utf-16-be" if head[::2].count(0) * 2 > zeros else "utf-16-le"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        # Chinese has its high bytes in pairs; letters with accents stand alone.
        with contextlib.suppress(UnicodeDecodeError):
            content.decode("gb2312")
            return "gb18030"
        # Five bytes mean nothing in Windows' set, and something in Latin-1.
        rare = any(one in content for one in b"\x81\x8d\x8f\x90\x9d")
        return "latin-1" if rare else "cp1252"
    return "utf-8"
