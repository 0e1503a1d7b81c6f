"""Heat map of a square of amounts: who owes whom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.charts import text as type_
from solvency.charts.canvas import Canvas
from solvency.charts.labels import Box
from solvency.charts.scale import ChartError
from solvency.charts.scale import exact
from solvency.charts.text import DESCENT
from solvency.charts.text import SMALL
from solvency.charts.text import clean
from solvency.charts.text import hang

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from solvency.charts.scale import Amount
    from solvency.charts.style import Look

_ROW = 20.0
_TOP = 16.0


@dataclass(frozen=True, slots=True)
class Cell:
    """An amount in the square; no cell is drawn where there is none.

    Attributes:
        row: Position of its row.
        column: Position of its column.
        amount: Positive where the row's party is owed, negative where it owes.
        href: Where its flows are, if anywhere.
        marked: Whether it is pointed out (unmatched by the other side).
    """

    row: int
    column: int
    amount: Amount
    href: str = ""
    marked: bool = False


@dataclass(frozen=True, slots=True)
class Heatmap:
    """What to draw: the parties down and across, and what stands between them."""

    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Cell]


def draw(chart: Heatmap, look: Look) -> str:
    """Draw a square of amounts, darker where larger, numbers in the cells.

    Args:
        chart: What to draw.
        look: How to draw it.

    Returns:
        An SVG element. Where a cell is too small for its number, the number is its
        tooltip and a negative cell is hatched.

    Raises:
        ChartError: If there are no rows or columns, or a cell lies outside them.
    """
    if not chart.rows or not chart.columns:
        raise ChartError("a heat map needs rows and columns")
    for cell in chart.cells:
        if not (0 <= cell.row < len(chart.rows)) or not (
            0 <= cell.column < len(chart.columns)
        ):
            raise ChartError(f"no row {cell.row} or column {cell.column}")
    canvas = Canvas(look)
    rows = [type_.fit(clean(name), look.width * 0.24, SMALL) for name in chart.rows]
    left = max(type_.width(name, SMALL) for name in rows) + 8
    wide = (look.width - left - 1) / len(chart.columns)
    heads = [clean(name) for name in chart.columns]
    upright = any(type_.width(name, SMALL) > wide - 6 for name in heads)
    top = _TOP
    if upright:
        heads = [type_.fit(name, 90, SMALL) for name in heads]
        top = max(type_.width(name, SMALL) for name in heads) + 8
    for n, head in enumerate(heads):
        x = left + (n + 0.5) * wide
        if upright and wide > SMALL * 1.1:
            at = (x + SMALL * 0.32, top - 5)
            canvas.text(at, head, SMALL, fill=look.palette.grey, upright=True)
        elif not upright:
            at = (x, top - 5)
            canvas.text(at, head, SMALL, anchor="middle", fill=look.palette.grey)
    for n, row in enumerate(rows):
        base = top + n * _ROW + _ROW / 2 + SMALL * 0.35
        canvas.text((left - 6, base), row, SMALL, anchor="end")
    largest = max((abs(exact(cell.amount)) for cell in chart.cells), default=exact(0))
    for cell in chart.cells:
        x, y = left + cell.column * wide, top + cell.row * _ROW
        box = Box(x + 0.75, y + 0.75, x + wide - 0.75, y + _ROW - 0.75)
        _draw_cell(canvas, chart, cell, box, largest)
    facts = [_saying(chart, cell, look) for cell in chart.cells]
    return canvas.svg(top + len(rows) * _ROW + 2, chart.title, facts)


def _saying(chart: Heatmap, cell: Cell, look: Look) -> str:
    names = f"{chart.rows[cell.row]} / {chart.columns[cell.column]}"
    return f"{names}{look.colon}{look.amount(cell.amount)}"


def _draw_cell(
    canvas: Canvas, chart: Heatmap, cell: Cell, box: Box, largest: Decimal
) -> None:
    look, palette = canvas.look, canvas.palette
    amount = exact(cell.amount)
    # The root brings out the small ones; the number says how much.
    share = float(abs(amount) / largest) ** 0.5 if largest else 0.0
    colour = palette.lack if amount < 0 else palette.have
    fill = palette.tint(colour, 0.06 + 0.84 * share)
    printed = clean(look.amount(cell.amount))
    saying = _saying(chart, cell, look)
    wide = type_.width(printed, SMALL) + hang(printed, SMALL)
    fits = wide <= box.right - box.left - 6
    with canvas.link(cell.href, saying):
        canvas.rect(box, fill, title=saying, data_cell=f"{cell.row},{cell.column}")
        if not fits and amount < 0:
            canvas.rect(box, canvas.hatch(palette.tint(palette.ink, 0.6)))
        if cell.marked:
            inner = Box(box.left + 1, box.top + 1, box.right - 1, box.bottom - 1)
            canvas.rect(inner, "none", stroke=palette.ink, stroke_width="1.5")
        if fits:
            middle = (box.top + box.bottom) / 2 + SMALL * (0.5 - DESCENT + 0.07)
            ink = palette.text_on(fill)
            end = (box.right - 3 - hang(printed, SMALL), middle)
            canvas.text(end, printed, SMALL, anchor="end", fill=ink)
