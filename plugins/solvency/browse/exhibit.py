"""Exhibits on a page: the tables every face prints, with a page's links."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.blocks import day_cell
from solvency.browse.language import day_said
from solvency.browse.language import many
from solvency.browse.language import spoken
from solvency.browse.panel import NO_GROUND
from solvency.figures.figure import SHARE
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import Ref
from solvency.figures.plain import plain

if TYPE_CHECKING:
    from solvency.browse.view import View
    from solvency.exhibits.section import Ground
    from solvency.figures import table as exhibits
    from solvency.figures.figure import Prose

_KINDS = {"class": "total", "subtotal": "total", "total": "total", "group": "group"}


def shown(
    view: View,
    table: exhibits.Table,
    ground: Ground = NO_GROUND,
) -> Table:
    """Return an exhibit as a page prints it, checked to add up.

    Args:
        view: What the page is built from: it says where things are.
        table: The exhibit.
        ground: What its figures rest on beside what they name.

    Raises:
        ReportError: The parts of a total do not sum to it.
    """
    table.cast()
    view.register.table(table, ground)
    most = _most(table) if table.heat else Decimal()
    # A column of links to pages of paper has nothing to say on a screen.
    kept = [
        at
        for at, column in enumerate(table.columns)
        if column.kind != "refs" or any(_says(row.cells, at) for row in table.rows)
    ]
    return Table(
        table.key,
        told((table.title,)),
        (
            Cell(told((table.head,))),
            *(
                Cell(told((table.columns[at].title,)), kind=_kind(table.columns[at]))
                for at in kept
            ),
        ),
        tuple(
            Row(
                (
                    _cell(view, row.label),
                    *(
                        _shaded(_cell(view, row.cells[at]), row, most)
                        if at < len(row.cells)
                        else Cell()
                        for at in kept
                    ),
                ),
                _KINDS.get(row.kind, ""),
                row.key,
            )
            for row in table.rows
        ),
        tuple(filter(None, (told(note) for note in table.notes))),
        told(table.unit),
    )


def _kind(column: exhibits.Column) -> str:
    return {"number": "num", "grade": "grade"}.get(column.kind, "")


def _says(cells: tuple[exhibits.Cell, ...], at: int) -> bool:
    cell = cells[at] if at < len(cells) else None
    return bool(cell.label if isinstance(cell, Ref) else cell)


def _cell(view: View, cell: exhibits.Cell) -> Cell:
    if cell is None:
        return Cell()
    if isinstance(cell, Figure):
        return _figure(cell)
    if isinstance(cell, Day):
        return day_cell(cell.date)
    if isinstance(cell, Grade):
        return Cell(cell.text, kind="grade")
    pieces = cell if isinstance(cell, tuple) else (cell,)
    found = [piece for piece in pieces if isinstance(piece, Ref)]
    if len(found) > 1 and all(one.kind == "source" for one in found):
        return view.sources(tuple(one.name for one in found))
    first = next((piece for piece in pieces if isinstance(piece, Ref)), None)
    title = ""
    if first is not None and first.kind == "source":
        title = view.case.sources[first.name].title
    # A flow's name stays on one line.
    kind = "day" if first is not None and cell is first and first.kind == "flow" else ""
    return Cell(told(pieces), view.place(first) if first else "", title, kind)


def _figure(figure: Figure) -> Cell:
    text = figure.text(spoken())
    if figure.value is None:
        return Cell(text, kind="num")
    exact = plain(figure.value)
    unit = "" if figure.unit == SHARE else f" {figure.unit}"
    flows = many("%(count)s flow", "%(count)s flows", len(figure.flows))
    rests = spoken().text("; ") + flows if figure.flows else ""
    bad = " bad" if figure.value < 0 else ""
    return Cell(
        text,
        title=f"{exact}{unit}".strip() + rests,
        kind=f"num{bad}",
        value=exact,
        figure=figure.key,
    )


def told(prose: Prose) -> str:
    """Return a line as text; what leads to an exhibit of paper is left out."""
    if any(isinstance(piece, Exhibit) for piece in prose):
        return ""
    pieces = []
    for piece in prose:
        if isinstance(piece, str):
            pieces.append(spoken().named(piece))
        elif isinstance(piece, Figure):
            pieces.append(piece.text(spoken()))
        elif isinstance(piece, Day):
            pieces.append(day_said(piece.date))
        elif isinstance(piece, Ref):
            label = piece.name if piece.kind == "source" else piece.label
            pieces.append(spoken().named(label))
        elif not isinstance(piece, Exhibit):
            pieces.append(spoken().named(piece.text))
    from solvency.report.language import marked  # noqa: PLC0415 (brings in the report)

    return marked("".join(pieces), spoken().lang)


def _most(table: exhibits.Table) -> Decimal:
    """Return the largest amount of a matrix beside its sums."""
    return max(
        (
            abs(cell.value)
            for row in table.rows
            if row.kind == "line"
            for cell, column in zip(row.cells, table.columns, strict=True)
            if isinstance(cell, Figure) and cell.value and not column.sums
        ),
        default=Decimal(),
    )


def _shaded(cell: Cell, row: exhibits.Row, most: Decimal) -> Cell:
    if not most or not cell.value or row.kind != "line":
        return cell
    return replace(cell, share=min(1.0, float(abs(Decimal(cell.value)) / most)))
