"""Write tables as a workbook: formulas for totals, links to what cells rest on."""

from __future__ import annotations

import datetime
import io
import re
from typing import TYPE_CHECKING
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_cell_to_rowcol
from xlsxwriter.utility import xl_rowcol_to_cell

from solvency.figures.figure import SHARE
from solvency.figures.figure import Figure
from solvency.figures.figure import Ref
from solvency.figures.formats import Locale
from solvency.figures.plain import count
from solvency.figures.plain import plain
from solvency.figures.words import words_of
from solvency.wide import wide
from solvency.wide import width
from solvency.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence
    from decimal import Decimal
    from pathlib import Path

    from solvency.figures.table import Cell
    from solvency.figures.table import Row
    from solvency.figures.table import Sum
    from solvency.figures.table import Table

    #: The cell of each thing that has a row of its own, by its kind and name.
    Links = Mapping[tuple[str, str], str]

#: A workbook written twice is the same: its creation date is fixed.
CREATED = datetime.datetime(2000, 1, 1)  # noqa: DTZ001 (the format has no zone)
#: The most characters a cell of a workbook may have.
_LONGEST = 32_767
#: The digits of a number that a spreadsheet keeps.
DIGITS = 15
#: The row of the heads, and of the first line.
_HEADS, _FIRST = 2, 3
#: Decimals shown of amounts that a table prints in thousands or millions.
_CENTS = 2
#: The most links a sheet may have.
MOST_LINKS = 60_000
#: The flows that the note on a cell names, and its longest.
_NAMED, _LONGEST_TIP = 8, 250
#: What the cells of a column name, by the column's head.
NAMING = {
    "flow": "flow",
    "flows": "flow",
    "because": "flow",
    "source": "source",
    "sources": "source",
    "amount from": "source",
    "sheet": "sheet",
}
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def write(
    tables: Sequence[Table],
    path: Path,
    links: Links | None = None,
    append: Callable[[Any], None] | None = None,
) -> None:
    """Write tables whose sums are formulas, a sheet each, whole or not at all.

    Args:
        tables: The tables.
        path: Where.
        links: Where the things that cells name or rest on have their rows.
        append: Adds the sheets with those rows to the workbook.

    Raises:
        NotWrittenError: If it cannot be written; what was there is as it was.
    """
    write_whole(path, content(tables, links, append))


@wide()
def content(
    tables: Sequence[Table],
    links: Links | None = None,
    append: Callable[[Any], None] | None = None,
) -> bytes:
    """Return the workbook of tables, their numbers exact and their sums formulas.

    Raises:
        ReportError: Parts do not sum to their total.
    """
    for table in tables:
        table.cast()
    out = io.BytesIO()
    # In memory, for a full disk is met once, where the file is written.
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        title = tables[0].title if tables else ""
        book.set_properties({"title": title, "created": CREATED})
        for n, table in enumerate(tables, 1):
            name = "Table" if len(tables) == 1 else f"Table {n}"
            _Sheet(table, book, name, links or {}).write()
        if append is not None:
            append(book)
    return out.getvalue()


def named(cell: Cell | str, head: str, kind: str = "") -> Iterator[tuple[str, str]]:
    """Yield the kind and name of what a cell names or rests on, the largest first.

    Args:
        cell: The cell.
        head: The head of its column, which says what its words name.
        kind: What the column `id` names in its row.
    """
    for piece in cell if isinstance(cell, tuple) else (cell,):
        if isinstance(piece, Figure):
            yield from (("flow", name) for name in piece.flows)
            yield from (("source", name) for name in (*piece.sources, *piece.priced))
        elif isinstance(piece, Ref) and piece.kind:
            yield piece.kind, piece.name
    of = kind if head == "id" else NAMING.get(head.lower())
    if of and not isinstance(cell, Figure):
        text = words_of(cell)
        yield of, text
        yield from ((of, word.rstrip(",;")) for word in text.split())


def things(table: Table) -> Iterator[tuple[str, str]]:
    """Yield the kind and name of what the cells of a table name or rest on."""
    for row in table.rows:
        kind = kind_of(table, row)
        yield from named(row.label, table.head, kind)
        for column, cell in zip(table.columns, row.cells, strict=False):
            yield from named(cell, column.title, kind)


def kind_of(table: Table, row: Row) -> str:
    """Return what the column `id` names in a row: the word in its column `kind`."""
    for column, cell in zip(table.columns, row.cells, strict=False):
        if column.title == "kind":
            return words_of(cell)
    return ""


def put_link(
    sheet: Any, row: int, column: int, link: str, *, text: str, tip: str = ""
) -> None:
    """Have a cell lead to a row of the workbook; what it shows is written next.

    Args:
        sheet: The sheet.
        row: The cell's row, from 0.
        column: Its column, from 0.
        link: Where it leads, with the sheet's name and the cell's.
        text: What it leads to, by name.
        tip: A note shown beside the pointer.
    """
    # In an attribute of XML such a character would spoil the file.
    said = _CONTROL.sub(" ", text)
    sheet.write_url(row, column, link, string=said, tip=_CONTROL.sub(" ", tip) or None)


class _Sheet:
    """One table as a sheet."""

    def __init__(
        self, table: Table, book: xlsxwriter.Workbook, name: str, links: Links
    ) -> None:
        self.table = table
        self.book = book
        self.links = links
        self.linked = 0
        self.sheet = book.add_worksheet(name)
        self.bold = book.add_format({"bold": True})
        self.at = {row.key: _FIRST + n for n, row in enumerate(table.rows)}
        self.columns = {column.key: 1 + n for n, column in enumerate(table.columns)}
        self.styles: dict[tuple[str, bool, bool], object] = {}
        long = [
            n for n in range(len(table.columns)) if not all(map(_kept, self._of(n)))
        ]
        # A number a spreadsheet would round is text, with the rounded one beside.
        self.beside = {n: len(table.columns) + 1 + at for at, n in enumerate(long)}

    def _of(self, column: int) -> Iterator[Figure]:
        for row in self.table.rows:
            if column < len(row.cells):
                cell = row.cells[column]
                if isinstance(cell, Figure) and cell.value is not None:
                    yield cell

    def _style(self, figure: Figure, row: Row, *, linked: bool = False) -> object:
        form = "0.0%" if figure.unit == SHARE else number_format(_decimals(figure))
        if figure.limit is not None:
            # The cell has the number; shown is no more than the bound on it.
            form = f'"{figure.text(Locale())}"'
        elif figure.sign:
            form = f'"{figure.sign}"{form}'
        key = form, bool(row.sums), linked
        if key not in self.styles:
            more = {"bold": True, "top": 1} if row.sums else {}
            blue = {"font_color": "#0563C1"} if linked else {}
            self.styles[key] = self.book.add_format(
                {"num_format": form, **more, **blue}
            )
        return self.styles[key]

    def write(self) -> None:
        """Write title, heads, rows and notes."""
        table, sheet = self.table, self.sheet
        sheet.write_string(0, 0, short(table.title), self.bold)
        heads = [table.head, *(self._head(n) for n in range(len(table.columns)))]
        for n, head in enumerate(heads):
            sheet.write_string(_HEADS, n, short(head), self.bold)
        for n, beside in self.beside.items():
            head = f"{heads[1 + n]}, to {DIGITS} digits"
            sheet.write_string(_HEADS, beside, short(head), self.bold)
        for row in table.rows:
            # Text stays text: a narration that starts with "=" is no formula.
            label = "  " * row.indent + words_of(row.label)
            at, kind = self.at[row.key], kind_of(table, row)
            linked = self._link(at, 0, row.label, table.head, kind)
            style = self._words(linked) if row.kind == "line" else self.bold
            sheet.write_string(at, 0, short(label), style)
            for n, cell in enumerate(row.cells):
                linked = self._link(at, 1 + n, cell, table.columns[n].title, kind)
                if isinstance(cell, Figure) and cell.value is not None:
                    self._number(row, n, cell, linked=linked)
                else:
                    text = short(words_of(cell))
                    sheet.write_string(at, 1 + n, text, self._words(linked))
        for n, note in enumerate(table.notes):
            sheet.write_string(
                _FIRST + len(table.rows) + 1 + n, 0, short(words_of(note))
            )
        sheet.autofit()
        sheet.freeze_panes(_FIRST, 0)

    def _words(self, linked: bool) -> object:
        return self.book.get_default_url_format() if linked else None

    def _link(self, row: int, column: int, cell: Cell, head: str, kind: str) -> bool:
        """Have a cell lead to the row of the first thing it names or rests on."""
        for thing in named(cell, head, kind):
            if thing in self.links and self.linked < MOST_LINKS:
                tip = _tip(cell) if isinstance(cell, Figure) else ""
                place = self.links[thing]
                put_link(self.sheet, row, column, place, text=thing[1], tip=tip)
                self.linked += 1
                return True
        return False

    def _head(self, column: int) -> str:
        title = self.table.columns[column].title
        units = {figure.unit for figure in self._of(column)} - {SHARE, ""}
        alone = len(units) == 1 and not title.endswith(")")
        return f"{title} ({units.pop()})" if alone else title

    def _number(self, row: Row, n: int, figure: Figure, *, linked: bool) -> None:
        value = figure.value
        assert value is not None  # noqa: S101 (asked before)
        at, style = self.at[row.key], self._style(figure, row, linked=linked)
        if n in self.beside:
            self.sheet.write_number(at, self.beside[n], float(value), style)
        if not _kept(figure):
            self.sheet.write_string(at, 1 + n, plain(value), style)
        elif formula := self._formula(row, n):
            self.sheet.write_formula(at, 1 + n, formula, style, float(value))
        else:
            self.sheet.write_number(at, 1 + n, float(value), style)

    def _formula(self, row: Row, n: int) -> str:
        """Return the formula of a cell that is a sum, unless a part is text."""
        if n in self.beside:
            return ""
        if row.sums:
            return _summed(
                [
                    (xl_rowcol_to_cell(self.at[key], 1 + n), sign)
                    for key, sign in row.sums
                ]
            )
        sums: Sum = self.table.columns[n].sums
        if any(self.columns[key] - 1 in self.beside for key, _ in sums):
            return ""
        at = self.at[row.key]
        return _summed(
            [(xl_rowcol_to_cell(at, self.columns[key]), sign) for key, sign in sums]
        )


def _summed(parts: list[tuple[str, int]]) -> str:
    """Return the formula that adds up cells, each with +1 or -1."""
    plus = ",".join(_runs([cell for cell, sign in parts if sign > 0]))
    minus = ",".join(_runs([cell for cell, sign in parts if sign < 0]))
    found = f"=SUM({plus})" if plus else ""
    return f"{found or '=0'}-SUM({minus})" if minus else found


def _runs(cells: list[str]) -> Iterator[str]:
    """Yield cells, those one below another as a range."""
    run: list[str] = []
    for cell in cells:
        if run and _below(run[-1]) == cell:
            run.append(cell)
            continue
        if run:
            yield _range(run)
        run = [cell]
    if run:
        yield _range(run)


def _below(cell: str) -> str:
    row, column = xl_cell_to_rowcol(cell)
    return str(xl_rowcol_to_cell(row + 1, column))


def _range(run: list[str]) -> str:
    return run[0] if len(run) == 1 else f"{run[0]}:{run[-1]}"


def _tip(figure: Figure) -> str:
    """Return which flows a figure rests on, the largest first, or which sources."""
    one, names = (
        ("flow", figure.flows)
        if figure.flows
        else ("source", (*figure.sources, *figure.priced))
    )
    more = len(names) - _NAMED
    said = f"rests on {count(len(names), one)}: " + ", ".join(names[:_NAMED])
    said += f" and {more} more" if more > 0 else ""
    return said if len(said) <= _LONGEST_TIP else said[: _LONGEST_TIP - 1] + "…"


def _decimals(figure: Figure) -> int:
    return figure.places if figure.scale == 0 else _CENTS


def _kept(figure: Figure) -> bool:
    assert figure.value is not None  # noqa: S101 (asked before)
    return keeps(figure.value, _decimals(figure))


def keeps(value: Decimal, places: int) -> bool:
    """Say whether a spreadsheet, which keeps 15 digits, keeps those that it shows."""
    return width(value)[0] + places <= DIGITS


def number_format(places: int) -> str:
    """Return the format of numbers with so many decimals."""
    return "#,##0" + ("." + "0" * places if places else "")


def short(text: str) -> str:
    """Return a text that a cell can have."""
    # A longer one would be left out, without a word.
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
